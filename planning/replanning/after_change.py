"""The policy `replan` of a what-if: the plan is put right, then the work near the change is planned anew."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import replace

from planning.calendars import ShopTimes
from planning.replanning.question import ReplanProgress, ReplanRequest
from planning.replanning.replan import replan
from planning.retiming import Policy, Retimed, Retiming
from planning.shop import Booking, Minute, Shop

# What an answer in a conversation can wait for: about so much work, and so many steps.
SCOPE_BOOKINGS = 100
STEPS = 60
MAX_TIME_S = 4.0


def replanned(
    times: ShopTimes,
    touched: Collection[str],
    order_ids: Collection[str],
    near: Collection[str],
    as_of: Minute,
) -> Retimed:
    """`touched` work goes where it ends first; then the orders concerned are planned anew if that is better.

    Concerned are the orders of `touched` work, those of `order_ids`, and the next ones on their machines and
    on those of `near`, up to about a hundred bookings. Never worse than the policy `alternatives`.

    Raises:
        InvalidRouting: the operations of an order concerned wait for one another.
    """
    first = Retiming(times, as_of).reinsert(touched, Policy.ALTERNATIVES)
    if not touched and not order_ids:  # the change reaches no work
        return first
    shop = replace(times.shop, bookings=first.bookings)
    scope = _scope(shop, {*touched, *first.unplaced}, set(order_ids), set(near), as_of)
    request = ReplanRequest(
        shop, as_of, times.window, scope, steps=STEPS, max_time_s=MAX_TIME_S, polish=False
    )
    proposal = replan(request, _silent, _never)
    after = {move.before.id: move.after for move in proposal.moves}
    rows = tuple(after.get(b.id, b) for b in first.bookings)
    moved = tuple(dict.fromkeys((*first.moved, *after)))
    cut_short = proposal.stopped_by is not None
    return Retimed(tuple(sorted(rows, key=_by_time)), moved, first.unplaced, cut_short)


def _scope(
    shop: Shop, touched: set[str], orders: set[str], machines: set[str], as_of: Minute
) -> frozenset[str]:
    """The orders concerned, then those with the next work on the same machines."""
    sizes: defaultdict[str, int] = defaultdict(int)
    rows: list[tuple[Booking, str]] = []
    for booking in shop.bookings:
        operation = shop.operations.get(booking.operation_id or "")
        if operation is not None and booking.envelope_end > as_of:
            rows.append((booking, operation.order_id))
            sizes[operation.order_id] += 1
    found = {*orders, *(order for booking, order in rows if booking.id in touched)}
    machines = {*machines, *(booking.machine_id for booking, order in rows if order in found)}
    count = sum(sizes[order] for order in found)
    for booking, order in sorted(rows, key=lambda row: _by_time(row[0])):
        if count >= SCOPE_BOOKINGS:
            break
        if order not in found and booking.machine_id in machines:
            found.add(order)
            count += sizes[order]
    return frozenset(found)


def _by_time(booking: Booking) -> tuple[Minute, str]:
    return booking.envelope_start, booking.id


def _silent(progress: ReplanProgress) -> None:
    del progress


def _never() -> bool:
    return False
