"""What has to be known about the data behind order figures, in sentences, and the rows they came from."""

from collections.abc import Mapping, Sequence

from planning.cause_chain import Cause, CauseChain, Link
from planning.data_trust import Check
from planning.order_standing import OrderStanding
from planning.order_status import OrderReport, Outlook
from planning.shop import Minute, Order, OrderStatus
from tools.base import Evidence
from tools.data_wording import warnings_about_data
from tools.order_reading import CLOSED, OrderReading
from tools.order_views import title
from tools.views import count_of, evidence, listed


def warnings_of(reading: OrderReading, now: Minute, *, one: OrderReport | None) -> list[str]:
    """About all orders looked at, not only those that fit the filter: what is unknown may be late too.

    `one`: the order that was named.
    """
    found = [
        f"{order.code} is left out, its routing cannot be planned: {fault}"
        for order, fault in reading.circles[:3]
    ]
    if len(reading.circles) > 3:
        found.append(f"The same holds of {count_of(len(reading.circles) - 3, 'more order')}.")
    about_data = _about_data(reading, now, one=one is not None)
    if one is not None:
        return [*found, *_of_one(one, now), *about_data]
    waiting = [s for s in reading.looked_at if s.outlook is Outlook.UNSCHEDULED]
    if waiting:
        found.append(
            f"Not wholly scheduled, so without a planned finish: {count_of(len(waiting), 'open order')} "
            f"({listed(_codes(waiting))})."
        )
    overdue = [s for s in waiting if s.order.due_at is not None and s.order.due_at < now]
    if overdue:
        found.append(f"Of these, the due date has passed already: {listed(_codes(overdue))}.")
    unreported = [s for s in reading.looked_at if _is_unreported(s.order, s.finish, now)]
    if unreported:
        found.append(f"Finished by plan, but not reported done: {listed(_codes(unreported))}.")
    held = [s for s in reading.looked_at if s.order.status is OrderStatus.HOLD]
    if held:
        found.append(f"On hold: {listed(_codes(held))}.")
    return found + about_data


def _about_data(reading: OrderReading, now: Minute, *, one: bool) -> list[str]:
    """What is missing about these orders; of one, what is told of it anyway is not told again."""
    standings = [s for s in reading.looked_at if s.order.status not in CLOSED]
    checks = {Check.NO_TIMES, Check.OVERLAP, Check.UNKNOWN_MATERIAL, Check.NO_PIECES}
    if not one:
        checks |= {Check.NO_ROUTING}
    if not one or not any(_is_unreported(s.order, s.finish, now) for s in standings):
        checks |= {Check.NOT_REPORTED}
    ids = [standing.order.id for standing in standings]
    return warnings_about_data(reading.shop, now, checks, order_ids=ids) if ids else []


def evidence_of(shown: Sequence[OrderReport], chains: Mapping[str, CauseChain]) -> list[Evidence]:
    links = [link for chain in chains.values() for link in chain.links if link.row_id]
    own = {b.id for r in shown for o in r.operations for b in o.bookings}
    return evidence(
        production_order=(r.order.id for r in shown),
        operation=(o.operation.id for r in shown for o in r.operations),
        booking=own | _rows(links, Cause.MACHINE_BUSY),
        calendar_exception=_rows(links, Cause.CLOSED),
        downtime=_rows(links, Cause.DOWNTIME),
        material_requirement=_rows(links, Cause.MATERIAL),
    )


def _rows(links: Sequence[Link], cause: Cause) -> set[str]:
    return {link.row_id for link in links if link.cause is cause and link.row_id is not None}


def _is_unreported(order: Order, finish: Minute | None, now: Minute) -> bool:
    """Whether the plan says that an open order is over; then its figures are only what was planned."""
    return order.status not in CLOSED and finish is not None and finish <= now


def _of_one(report: OrderReport, now: Minute) -> list[str]:
    code = report.order.code
    found: list[str] = []
    if report.order.status is OrderStatus.HOLD:
        found.append(f"{code} is on hold: the plan may not be followed until it is released again.")
    if report.order.status in CLOSED:
        return found
    if not report.operations:
        return [*found, f"{code} has no operations, so nothing of it can be planned."]
    if _is_unreported(report.order, report.figures.finish, now):
        found.append(f"{code} should be finished by plan, but is not reported done.")
    if report.unscheduled:
        names = listed([title(o.operation) for o in report.unscheduled])
        found.append(f"Not scheduled, so no finish is known: {names} of {code}.")
    return found


def _codes(standings: Sequence[OrderStanding]) -> list[str]:
    return sorted(standing.order.code for standing in standings)
