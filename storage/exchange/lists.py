"""Cells that hold several things: breaks, standard overtime, the operations that come before."""

import csv
import re
from dataclasses import dataclass
from typing import cast

from leadhand.errors import JsonValue
from storage.exchange.kinds import Key, Place, Refused
from storage.exchange.times import Clock

MAX_ENTRIES = 500
NONE = "none"

_PAUSE = re.compile(r"([0-9]{2}:[0-9]{2})-([0-9]{2}:[0-9]{2})")
_SLOT = re.compile(r"([1-7]) ([0-9]{2}:[0-9]{2})-([0-9]{2}:[0-9]{2})(\+1)?")
_CLOCK, _KEY = Clock(), Key()


@dataclass(frozen=True, slots=True)
class Pauses:
    """`09:00-09:15; 12:00-12:30`."""

    described: str = "breaks, `09:00-09:15; 12:00-12:30`"

    def parse(self, cell: str, at: Place) -> JsonValue:
        found: list[JsonValue] = []
        for entry in _entries(cell):
            pause = _PAUSE.fullmatch(entry)
            if pause is None:
                raise Refused("is no list of breaks", "09:00-09:15; 12:00-12:30")
            start, end = _CLOCK.parse(pause[1], at), _CLOCK.parse(pause[2], at)
            found.append({"start_local": start, "end_local": end})
        return found

    def write(self, value: JsonValue, at: Place) -> str:
        return "; ".join(
            f"{_clock(pause['start_local'])}-{_clock(pause['end_local'])}" for pause in _objects(value)
        )


@dataclass(frozen=True, slots=True)
class Slots:
    """`6 06:00-12:00; 7 20:00-00:00+1`: ISO weekday and times; `+1` ends on the next day."""

    described: str = "weekly slots, `6 06:00-12:00; 7 20:00-00:00+1`"

    def parse(self, cell: str, at: Place) -> JsonValue:
        found: list[JsonValue] = []
        for entry in _entries(cell):
            slot = _SLOT.fullmatch(entry)
            if slot is None:
                raise Refused("is no list of weekly slots", "6 06:00-12:00; 7 20:00-00:00+1")
            start, end, next_day = _CLOCK.parse(slot[2], at), _CLOCK.parse(slot[3], at), slot[4] is not None
            if str(start) == "24:00" or (slot[3] > slot[2]) == next_day:
                raise Refused("has a slot that does not end within 24 hours after its start", "6 06:00-12:00")
            found.append(
                {"weekday": int(slot[1]), "start_local": start, "end_local": end, "ends_next_day": next_day}
            )
        return found

    def write(self, value: JsonValue, at: Place) -> str:
        return "; ".join(
            f"{slot['weekday']} {_clock(slot['start_local'])}-{_clock(slot['end_local'])}"
            + ("+1" if slot["ends_next_day"] else "")
            for slot in _objects(value)
        )


@dataclass(frozen=True, slots=True)
class Keys:
    """`A-10; A-20`, as in a CSV line with semicolons: an id with a semicolon stands in quotes."""

    described: str = f"ids, `A-10; A-20`, or `{NONE}`"

    def parse(self, cell: str, at: Place) -> JsonValue:
        if cell.strip() == NONE:
            return []
        try:
            rows = list(csv.reader([cell], delimiter=";", skipinitialspace=True, strict=True))
        except csv.Error:
            raise Refused("is no list of ids", "A-10; A-20") from None
        ids = [entry for entry in (rows[0] if rows else []) if entry]
        if not ids or len(ids) > MAX_ENTRIES:
            raise Refused("is no list of ids", f"1 to {MAX_ENTRIES} ids parted by ;, or {NONE}")
        return [_KEY.parse(entry, at) for entry in dict.fromkeys(ids)]

    def write(self, value: JsonValue, at: Place) -> str:
        ids = [str(entry) for entry in cast("list[JsonValue]", value)]
        if not ids:
            return NONE
        quoted = [
            '"' + entry.replace('"', '""') + '"' if re.search(r'[;"]', entry) else entry for entry in ids
        ]
        return f"{NONE};" if quoted == [NONE] else "; ".join(quoted)


def _entries(cell: str) -> list[str]:
    entries = [entry.strip() for entry in cell.split(";") if entry.strip()]
    if len(entries) > MAX_ENTRIES:
        raise Refused(f"has {len(entries):,} entries", f"at most {MAX_ENTRIES}")
    return entries


def _clock(value: JsonValue) -> str:
    return str(value)[:5]


def _objects(value: JsonValue) -> "list[dict[str, JsonValue]]":
    """What the table's checks guarantee."""
    return cast("list[dict[str, JsonValue]]", value)
