"""The open orders: which are under way, released, drafts or on hold, and how far they are."""

from dataclasses import dataclass
from random import Random

from planning.shop import Minute, Operation, Order, OrderStatus
from storage.demo.dates import PlanDates
from storage.demo.dispatch import Job
from storage.demo.draw import Ids, chance
from storage.demo.floor import step_of
from storage.demo.sizes import Extent
from storage.demo.work import OrderDraft, Workload

IN_PROGRESS_PERCENT, DRAFT_PERCENT, HOLD_PERCENT = 16, 5, 3
TAPERING_PERCENT = 60
WAITING_PERCENT = 6  # released orders that could begin today
FEWEST_STEPS = 4


@dataclass(frozen=True, slots=True)
class OpenOrder:
    """`done_steps` were finished before the plan begins; `to_place` of the others are scheduled from `ready`.

    `import_overlap`: the step left out comes from an import that does not mind what is on the machine.
    """

    number: int
    order: Order
    operations: tuple[Operation, ...]
    ready: Minute
    done_steps: int
    to_place: int
    material: str
    import_overlap: bool = False

    def job(self) -> Job:
        """The part of the order that the forward plan places."""
        planned = self.operations[self.done_steps : self.done_steps + self.to_place]
        return Job(self.order.id, self.ready, tuple(step_of(o, self.order.quantity) for o in planned))


def order_code(number: int) -> str:
    return f"WO-{number}"


def drafts(workload: Workload, extent: Extent, rng: Random) -> tuple[list[OrderDraft], list[OrderStatus]]:
    """All open orders before they get machines and times; as many operations left to do as the size says."""
    count = extent.orders
    statuses = [_status(place, count) for place in range(count)]
    under_way = statuses.count(OrderStatus.IN_PROGRESS)
    done_each = 2
    total = extent.operations + under_way * done_each
    steps = [total // count + (1 if place < total % count else 0) for place in range(count)]
    for place in range(0, count - 1, 2):  # some longer, some shorter, the sum as it was
        if steps[place + 1] > FEWEST_STEPS and chance(rng, 50):
            steps[place] += 1
            steps[place + 1] -= 1
    rng.shuffle(steps)
    return [workload.draw(rng, n) for n in steps], statuses


def _status(place: int, count: int) -> OrderStatus:
    percent = 100 * place // count
    if percent < IN_PROGRESS_PERCENT:
        return OrderStatus.IN_PROGRESS
    if percent >= 100 - DRAFT_PERCENT:
        return OrderStatus.DRAFT
    if percent >= 100 - DRAFT_PERCENT - HOLD_PERCENT:
        return OrderStatus.HOLD
    return OrderStatus.RELEASED


def open_orders(
    workload: Workload,
    extent: Extent,
    ids: Ids,
    rng: Random,
    *,
    work: tuple[list[OrderDraft], list[OrderStatus]],
    dates: PlanDates,
) -> list[OpenOrder]:
    made: list[OpenOrder] = []
    for place, (draft, status) in enumerate(zip(*work, strict=True)):
        number = extent.first_order_no + place
        order_id = ids.of("order", number)
        operations = workload.operations(order_id, number, draft, rng)
        done = _done_steps(operations, rng) if status is OrderStatus.IN_PROGRESS else 0
        unplanned = status in (OrderStatus.DRAFT, OrderStatus.HOLD)
        held_back = status is OrderStatus.RELEASED and place % extent.held_back_every == 0
        to_place = 0 if unplanned else len(operations) - done - held_back
        overlaps = held_back and place % (2 * extent.held_back_every) == 0
        # What an import lays over needs something later on the machine to lie over.
        ready = dates.local_midnight(rng.randint(0, 2)) if overlaps else _ready(status, dates, extent, rng)
        order = Order(
            order_id,
            order_code(number),
            draft.customer,
            draft.quantity,
            status,
            release_at=ready,
            priority=rng.choice((1, 2, 3, 3, 3, 3, 4, 5)),
        )
        made.append(
            OpenOrder(number, order, tuple(operations), ready, done, to_place, draft.material, overlaps)
        )
    return made


def _done_steps(operations: list[Operation], rng: Random) -> int:
    """Up to three finished steps; the step after them is one on a machine."""
    done = rng.randint(1, 3)
    while operations[done].subcontract_minutes is not None:
        done -= 1
    return done


def _ready(status: OrderStatus, dates: PlanDates, extent: Extent, rng: Random) -> Minute:
    if status is OrderStatus.IN_PROGRESS:
        return min(dates.anchor - 15, dates.start + rng.randrange(9 * 60))
    if status is OrderStatus.RELEASED and chance(rng, WAITING_PERCENT):
        return dates.anchor - rng.randrange(2 * 60)
    days = extent.weeks * 7
    drawn = rng.randint(0, days)
    if chance(rng, TAPERING_PERCENT):  # fewer toward the end: the smaller of two draws
        drawn = min(drawn, rng.randint(0, days))
    return dates.local_midnight(drawn)
