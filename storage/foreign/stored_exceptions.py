"""Closed days and overtime that the plan has already: what a file says once more is not there twice."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from zoneinfo import ZoneInfo

from storage.exchange.problems import Notice, shown
from storage.foreign.canonical import Canonical, CanonicalRow
from storage.foreign.shop_names import ShopNames, StoredException
from storage.foreign.stored_times import at

_NAMED = 5
_OWNERS = ("calendar_id", "machine_id", "operator_id")
EXCEPTION = "calendar_exception"


def as_stored(canonical: Canonical, shop: ShopNames, place: str) -> list[Notice]:
    """Make rows that the plan has already under another key, for the same owner and time, these rows of the
    plan, as it calls them; which, is told."""
    rows = canonical.of(EXCEPTION)
    if not rows or not shop.exceptions:
        return []
    zone = ZoneInfo(shop.timezone)
    known: dict[tuple[object, ...], list[StoredException]] = {}
    for stored in shop.exceptions:
        known.setdefault((stored.kind, stored.whose, stored.day, stored.opens, stored.closes), []).append(
            stored
        )
    found: dict[str, CanonicalRow] = {}
    told: list[str] = []
    for number, row in enumerate(rows):
        same = known.get(_time(row.cells, zone), [])
        own = (row.cells["source"], row.cells["external_id"])
        other = None if any((s.source, s.external_id) == own for s in same) else next(iter(same), None)
        if other is None or row.cells.get("id"):
            found[f"row {number}"] = row
            continue
        found.setdefault(other.id, replace(row, cells={**row.cells, **_identity(other, row.cells)}))
        name = row.cells.get("name", "")
        told.append(f"{_when(row.cells)} {shown(name)} ({shown(other.name or other.id)})")
    if not told:
        return []
    canonical.rows[EXCEPTION] = list(found.values())
    count = f"{len(told)} times are" if len(told) > 1 else "1 time is"
    more = " …" if len(told) > _NAMED else ""
    named = "; ".join(told[:_NAMED])
    return [Notice(place, None, f"{count} in the plan already, and not there twice: {named}{more}")]


def _identity(stored: StoredException, said: Mapping[str, str]) -> dict[str, str]:
    """With the plan's name where the file has names: without, all keep theirs."""
    return {
        "id": stored.id, "source": stored.source, "external_id": stored.external_id or "",
        **({"name": stored.name} if "name" in said else {}),
    }  # fmt: skip


def _time(cells: Mapping[str, str], zone: ZoneInfo) -> tuple[object, ...]:
    whose = next((cells[name] for name in _OWNERS if cells.get(name)), "")
    if cells.get("start"):
        return (cells["kind"], whose, None, at(cells["start"], zone), at(cells["end"], zone))
    day = at(cells["production_date"], zone).date()
    return (cells["kind"], whose, day, None, None)


def _when(cells: Mapping[str, str]) -> str:
    return cells.get("production_date") or f"{cells['start']} to {cells['end']}"


def known_by_number(
    canonical: Canonical, shop: ShopNames, numbered: Sequence[tuple[str, int]], place: str
) -> list[Notice]:
    """Make rows with a number (and which of the rows they are) those of the plan that have it, in whatever
    source, also when they move: of several, those of the same time or owner first; of another of the same
    kind where they are as many. What the plan has of a number besides stays, and is told."""
    rows, zone = canonical.of(EXCEPTION), ZoneInfo(shop.timezone)
    by_number: dict[str, list[int]] = {}
    for number, index in numbered:
        by_number.setdefault(number, []).append(index)
    told: list[Notice] = []
    for number, indices in by_number.items():
        left = [s for s in shop.exceptions if s.external_id and _is_of(s.external_id, number)]
        waiting = list(indices)
        for same in (is_same_time, is_same_owner, _of_another):
            alone = len(waiting) == len(left)
            for index in list(waiting):
                cells = rows[index].cells
                found = next((stored for stored in left if same(stored, cells, zone)), None)
                if found is None or (same is _of_another and not (alone and cells[_column(found, shop)])):
                    continue
                left.remove(found)
                waiting.remove(index)
                own = {"id": found.id, "source": found.source, "external_id": found.external_id or ""}
                rows[index] = replace(rows[index], cells={**cells, **own})
        told += [
            Notice(
                place,
                None,
                f"the plan has {shown(number)} ({shown(stored.name or stored.kind)}) on "
                f"{day_of(stored, zone)} too, and the file says it of other times: it stays until somebody "
                "takes it out",
            )
            for stored in left
        ]
    return told


def _is_of(external_id: str, number: str) -> bool:
    return external_id == number or external_id.startswith(f"{number} ")


def is_same_time(stored: StoredException, cells: Mapping[str, str], zone: ZoneInfo) -> bool:
    """Whether a row is of the same owner and time."""
    return (stored.whose, stored.day, stored.opens, stored.closes) == _time(cells, zone)[1:]


def is_same_owner(stored: StoredException, cells: Mapping[str, str], zone: ZoneInfo) -> bool:
    """Whether a row is of the same calendar, machine or person."""
    return stored.whose == _time(cells, zone)[1]


def _of_another(stored: StoredException, cells: Mapping[str, str], zone: ZoneInfo) -> bool:
    return stored.kind == cells["kind"]


def _column(stored: StoredException, shop: ShopNames) -> str:
    """The column that says whose it is: what was of a machine is no other's of the same number."""
    for column, names in zip(_OWNERS, (shop.calendars, shop.machines, shop.operators), strict=True):
        if any(named.id == stored.whose for named in names):
            return column
    return _OWNERS[0]


def day_of(stored: StoredException, zone: ZoneInfo) -> str:
    """Its day, or when it begins."""
    if stored.day is not None or stored.opens is None:
        return str(stored.day)
    return f"{stored.opens.astimezone(zone):%Y-%m-%d %H:%M}"
