"""What is missing in a shop's data, in sentences: what was found, and which figures it makes unsure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from planning.data_trust import Check, DataTrust, FoundRow, concerning, is_stale
from planning.shop import Minute, Shop
from tools.views import listed

MAX_WARNINGS = 3


@dataclass(frozen=True, slots=True)
class Wording:
    """`one`, `many`: what was found, {n} of them. `effect`: what that makes unsure."""

    title: str
    one: str
    many: str
    effect: str

    def found(self, count: int) -> str:
        return self.one if count == 1 else self.many.format(n=count)


WORDINGS = {
    Check.NO_ROUTING: Wording(
        "orders without operations",
        "1 open order has no operations",
        "{n} open orders have no operations",
        "nothing of them is planned, and no figure counts them",
    ),
    Check.CIRCULAR_ROUTING: Wording(
        "routings that wait for themselves",
        "The operations of 1 order wait for one another",
        "The operations of {n} orders wait for one another",
        "no finish can be told, and lists leave them out",
    ),
    Check.NO_TIMES: Wording(
        "operations without times",
        "1 operation of an open order has neither setup nor run time",
        "{n} operations of open orders have neither setup nor run time",
        "their work counts as nothing, so load, remaining work and finish come out too low",
    ),
    Check.NOT_REPORTED: Wording(
        "work that nobody reported",
        "1 operation should be over for more than a day, and nothing is reported of it",
        "{n} operations should be over for more than a day, and nothing is reported of them",
        "they are taken for done as planned, so what is left and what comes next may be wrong",
    ),
    Check.PAST_BOOKING: Wording(
        "bookings in the past that are still planned",
        "1 booking is over by plan for more than a day and still planned",
        "{n} bookings are over by plan for more than a day and still planned",
        "whether that work was done is not known",
    ),
    Check.OVERLAP: Wording(
        "imported bookings over other work",
        "1 booking was imported over other work of its machine",
        "{n} bookings were imported over other work of their machines",
        "one of each two has to move, so both finishes are unsure",
    ),
    Check.NOT_SCHEDULED: Wording(
        "operations without a booking",
        "1 operation of an open order has no booking",
        "{n} operations of open orders have no booking",
        "no finish is known for their orders, and their hours are in no load",
    ),
    Check.NO_PIECES: Wording(
        "orders of no pieces",
        "1 open order is of 0 pieces",
        "{n} open orders are of 0 pieces",
        "only their setup counts as work",
    ),
    Check.NO_SHIFTS: Wording(
        "machines without shifts",
        "1 machine has no shifts",
        "{n} machines have no shifts",
        "they count as closed but for overtime: no capacity, and all work on them lies outside it",
    ),
    Check.OPEN_DOWNTIME: Wording(
        "downtimes without an end",
        "1 machine is down until further notice",
        "{n} machines are down until further notice",
        "they count as down for good, so capacity comes out too low once they run again",
    ),
    Check.UNKNOWN_MATERIAL: Wording(
        "material without a date",
        "Of 1 needed item nobody knows when it comes",
        "Of {n} needed items nobody knows when they come",
        "work may not be able to start when it is planned",
    ),
    Check.NO_SKILLS: Wording(
        "people without skills",
        "1 person has no skills recorded",
        "{n} people have no skills recorded",
        "they are never found where a skill is needed, so people may seem scarcer than they are",
    ),
    Check.NO_DUE_DATE: Wording(
        "orders without a due date",
        "1 open order has no due date",
        "{n} open orders have no due date",
        "they are never called late and have no slack",
    ),
}


def warnings_about_data(
    shop: Shop,
    as_of: Minute,
    checks: Iterable[Check],
    *,
    order_ids: Iterable[str] | None = None,
    machine_ids: Iterable[str] | None = None,
) -> list[str]:
    """At most MAX_WARNINGS sentences about the data behind figures of these orders or machines (None: all).

    What makes the most figures unsure comes first; how old the newest import and report are comes before all.
    """
    trust = DataTrust(shop, as_of)
    orders = None if order_ids is None else frozenset(order_ids)
    machines = None if machine_ids is None else frozenset(machine_ids)
    found = stale(trust, as_of)
    wanted = set(checks)
    for check in (check for check in Check if check in wanted):
        if len(found) == MAX_WARNINGS:
            break
        rows = list(concerning(trust.of(check), order_ids=orders, machine_ids=machines))
        if rows:
            found.append(sentence(check, rows, shop))
    return found


def stale(trust: DataTrust, as_of: Minute) -> list[str]:
    """At most one sentence: the plan was once imported, or the floor once reported, but not of late."""
    old = [
        f"the newest {what} is {timedelta(minutes=as_of - newest).days} days old"
        for what, newest in (
            ("import of the plan", trust.newest_import),
            ("report from the floor", trust.newest_report),
        )
        if newest is not None and is_stale(newest, as_of)
    ]
    if not old:
        return []
    said = " and ".join(old)
    return [f"{said[0].upper()}{said[1:]}: what has happened since is not known."]


def sentence(check: Check, rows: Sequence[FoundRow], shop: Shop) -> str:
    """ "2 open orders have no operations (WO-1 and WO-2): nothing of them is planned, …"."""
    wording = WORDINGS[check]
    names = listed(list(dict.fromkeys(label(row, shop) for row in rows)))
    return f"{wording.found(len(rows))} ({names}): {wording.effect}."


def label(row: FoundRow, shop: Shop) -> str:
    """What people call it: "WO-17 op 20", a machine's or a person's name."""
    operation = shop.operations.get(row.operation_id or "")
    order = shop.orders.get(row.order_id or "")
    if order is not None:
        return order.code if operation is None else f"{order.code} op {operation.seq}"
    person = shop.operators.get(row.operator_id or "")
    if person is not None:
        return person.name or person.code
    machines = [shop.machines[key] for key in row.machine_ids]
    return listed([m.name or m.code for m in machines]) if machines else row.id
