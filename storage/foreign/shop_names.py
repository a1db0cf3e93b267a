"""What the shop already calls its machines, people, calendars and orders."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Protocol, TypeVar

from storage.named_queries import named_queries
from storage.rows import fetch_all, fetch_value
from storage.transactions import Connection

_SQL = named_queries("foreign")


@dataclass(frozen=True, slots=True)
class Named:
    """A stored row: `code` is what it is called by. `group` is a machine's work center."""

    id: str
    code: str
    name: str
    group: str | None
    calendar_id: str | None
    source: str
    external_id: str | None


@dataclass(frozen=True, slots=True)
class StoredOperation:
    """`code`: of its order."""

    code: str
    seq: int
    id: str
    source: str
    external_id: str | None
    # pieces that were reported as done
    good: int = 0
    setup_min: int = 0
    run_s_per_piece: int = 0
    # elapsed, where it is done elsewhere
    subcontract_minutes: int | None = None


@dataclass(frozen=True, slots=True)
class StoredAlternative:
    """The times of the operation `id` on a machine."""

    id: str
    machine_id: str
    setup_min: int
    run_s_per_piece: int


@dataclass(frozen=True, slots=True)
class StoredOrder:
    id: str
    code: str
    quantity: int
    source: str
    external_id: str | None
    priority: int = 3


@dataclass(frozen=True, slots=True)
class StoredBooking:
    """`code` and `seq`: of its operation. `machine` is what its machine is called."""

    code: str
    seq: int
    id: str
    source: str
    external_id: str | None
    machine_id: str
    machine: str
    opens: datetime
    closes: datetime
    status: str
    # of its parts; an empty text is a part that nobody does
    operators: Sequence[str] | None = None


@dataclass(frozen=True, slots=True)
class StoredMaterial:
    """What an operation of the order `code` needs."""

    code: str
    seq: int
    id: str
    item: str
    source: str
    external_id: str | None
    # how much of it, as a canonical cell
    needed: str = "0"


@dataclass(frozen=True, slots=True)
class StoredReport:
    """What the plan was told of an operation of the order `code`."""

    code: str
    seq: int
    at: datetime
    good: int
    scrap: int


@dataclass(frozen=True, slots=True)
class StoredUse:
    """From when to when the machine or operator (`kind`) `id` is in use, and how many machines it looks after
    at once."""

    kind: str
    id: str
    active_from: datetime | None = None
    active_to: datetime | None = None
    max_parallel: int = 1


@dataclass(frozen=True, slots=True)
class StoredSkill:
    """From when to when an operator has a skill; None: always, for good."""

    operator_id: str
    skill_id: str
    valid_from: datetime | None = None
    valid_to: datetime | None = None


@dataclass(frozen=True, slots=True)
class StoredTime:
    """When a person is away or a machine down: `whose` is its id, `name` what it is called. `closes` None:
    until further notice. `kind` and `whole_days` are of absences."""

    id: str
    whose: str
    name: str
    source: str
    external_id: str | None
    opens: datetime
    closes: datetime | None
    kind: str = ""
    whole_days: bool = True


@dataclass(frozen=True, slots=True)
class StoredException:
    """When a calendar, machine or person is closed, or works beyond its shifts: a `day`, or from a time to a
    time."""

    id: str
    kind: str
    whose: str
    name: str
    source: str
    external_id: str | None
    day: date | None
    opens: datetime | None
    closes: datetime | None


@dataclass(frozen=True, slots=True)
class ShopNames:
    """All of one shop, and of its orders those that a file names."""

    timezone: str
    horizon_days: int
    machines: Sequence[Named] = ()
    work_centers: Sequence[Named] = ()
    operators: Sequence[Named] = ()
    skills: Sequence[Named] = ()
    calendars: Sequence[Named] = ()
    in_use: Sequence[StoredUse] = ()
    skills_held: Sequence[StoredSkill] = ()
    operations: Mapping[tuple[str, int], StoredOperation] = field(
        default_factory=dict[tuple[str, int], StoredOperation]
    )
    # by the operation's id and the machine's
    alternatives: Mapping[tuple[str, str], StoredAlternative] = field(
        default_factory=dict[tuple[str, str], StoredAlternative]
    )
    orders: Mapping[str, StoredOrder] = field(default_factory=dict[str, StoredOrder])
    bookings: Mapping[tuple[str, int], Sequence[StoredBooking]] = field(
        default_factory=dict[tuple[str, int], Sequence[StoredBooking]]
    )
    materials: Mapping[tuple[str, int], Sequence[StoredMaterial]] = field(
        default_factory=dict[tuple[str, int], Sequence[StoredMaterial]]
    )
    reports: Mapping[tuple[str, int], Sequence[StoredReport]] = field(
        default_factory=dict[tuple[str, int], Sequence[StoredReport]]
    )
    absences: Sequence[StoredTime] = ()
    downtimes: Sequence[StoredTime] = ()
    exceptions: Sequence[StoredException] = ()
    # the calendars of which a shift goes on after midnight
    night_calendars: Sequence[str] = ()
    # time held for quotes, by the quote
    held: Mapping[str, Sequence[StoredBooking]] = field(default_factory=dict[str, Sequence[StoredBooking]])
    # what a file calls orders that are called otherwise here, by their external ids
    other_names: Mapping[str, str] = field(default_factory=dict[str, str])


@dataclass(frozen=True, slots=True)
class FileNames:
    """What a file names of what the shop may have: orders, quotes, numbers of bookings and of materials.
    `by_number`: an order may also be named by its external id."""

    orders: Sequence[str] = ()
    quotes: Sequence[str] = ()
    bookings: Sequence[str] = ()
    materials: Sequence[str] = ()
    by_number: bool = True


@dataclass(frozen=True, slots=True)
class _Calendar:
    calendar_id: str


@dataclass(frozen=True, slots=True)
class _OtherName:
    said: str
    code: str


async def read_zone(connection: Connection) -> str | None:
    """The shop's time zone. None: there is no shop."""
    return await fetch_value(connection, _SQL["zone"], {}, str)


async def read_people(connection: Connection) -> Sequence[Named]:
    """The shop's people."""
    return await fetch_all(connection, _SQL["operators"], {}, Named)


async def read_names(connection: Connection, named: FileNames) -> ShopNames | None:
    """The names, with what the shop has of all that a file names. None: there is no shop."""
    zone = await read_zone(connection)
    if zone is None:
        return None
    horizon = await fetch_value(connection, _SQL["horizon"], {}, int) or 180
    said = {"codes": list(named.orders)}
    others = await fetch_all(connection, _SQL["other_names"], said, _OtherName) if named.by_number else ()
    other = {found.said: found.code for found in others}
    codes = {"codes": [*named.orders, *other.values()]}
    booked = {**codes, "numbers": list(named.bookings), "quotes": list(named.quotes)}
    needed = {**codes, "numbers": list(named.materials)}
    in_use = await fetch_all(connection, _SQL["in_use"], {}, StoredUse)
    operations = await fetch_all(connection, _SQL["operations"], codes, StoredOperation)
    on_machines = await fetch_all(connection, _SQL["alternatives"], codes, StoredAlternative)
    orders = await fetch_all(connection, _SQL["orders"], codes, StoredOrder)
    nights = await fetch_all(connection, _SQL["night_calendars"], {}, _Calendar)
    return ShopNames(
        zone,
        horizon,
        await fetch_all(connection, _SQL["machines"], {}, Named),
        await fetch_all(connection, _SQL["work_centers"], {}, Named),
        await read_people(connection),
        await fetch_all(connection, _SQL["skills"], {}, Named),
        await fetch_all(connection, _SQL["calendars"], {}, Named),
        in_use,
        await fetch_all(connection, _SQL["skills_held"], {}, StoredSkill),
        _also({(operation.code, operation.seq): operation for operation in operations}, other),
        {(found.id, found.machine_id): found for found in on_machines},
        (by_code := {order.code: order for order in orders})
        | {said: by_code[code] for said, code in other.items()},
        _also(_by_operation(await fetch_all(connection, _SQL["bookings"], booked, StoredBooking)), other),
        _also(_by_operation(await fetch_all(connection, _SQL["materials"], needed, StoredMaterial)), other),
        _also(_by_operation(await fetch_all(connection, _SQL["reports"], codes, StoredReport)), other),
        await fetch_all(connection, _SQL["absences"], {}, StoredTime),
        await fetch_all(connection, _SQL["downtimes"], {}, StoredTime),
        await fetch_all(connection, _SQL["exceptions"], {}, StoredException),
        held={
            quote: rows
            for (quote, _), rows in _by_operation(
                await fetch_all(connection, _SQL["held"], booked, StoredBooking)
            ).items()
        },
        other_names=other,
        night_calendars=[night.calendar_id for night in nights],
    )


class _OfOperation(Protocol):
    @property
    def code(self) -> str: ...

    @property
    def seq(self) -> int: ...


_Row = TypeVar("_Row", bound=_OfOperation)


def _by_operation(rows: Sequence[_Row]) -> dict[tuple[str, int], Sequence[_Row]]:
    found: dict[tuple[str, int], list[_Row]] = {}
    for row in rows:
        found.setdefault((row.code, row.seq), []).append(row)
    return {key: tuple(of_key) for key, of_key in found.items()}


_Of = TypeVar("_Of")


def _also(found: Mapping[tuple[str, int], _Of], other: Mapping[str, str]) -> dict[tuple[str, int], _Of]:
    """What is known by an order and a number, under the other names of the order too."""
    said: dict[str, list[str]] = {}
    for name, code in other.items():
        said.setdefault(code, []).append(name)
    more = {(name, seq): row for (code, seq), row in found.items() for name in said.get(code, ())}
    return {**found, **more}
