"""Rules about the cells of one row, as the tables have them, said before the tables would."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import cast
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from leadhand.errors import JsonValue
from storage.exchange.problems import nearest
from storage.local_times import clock_minutes

Record = dict[str, JsonValue]
_DAY = 24 * 60


@dataclass(frozen=True, slots=True)
class BrokenRule:
    column: str
    reason: str
    right: str


Rule = Callable[[Record], Iterator[BrokenRule]]


def broken_rules(entity: str, record: Record) -> Iterator[BrokenRule]:
    """What is wrong with a row of which every single cell is right."""
    for rule in _RULES.get(entity, ()):
        yield from rule(record)


def _identified(record: Record) -> Iterator[BrokenRule]:
    if record.get("id") is None and record.get("external_id") is None:
        yield BrokenRule("id", "neither id nor external_id says which row this is", "one of them")


def _in_order(first: str, second: str, *, may_touch: bool = False) -> Rule:
    def rule(record: Record) -> Iterator[BrokenRule]:
        start, end = record.get(first), record.get(second)
        # ISO text in UTC, or dates: the order of the text is that of time.
        if start is None or end is None:
            return
        if str(end) < str(start) or (str(end) == str(start) and not may_touch):
            yield BrokenRule(second, f"does not lie after {first}", f"a later one than in {first}")

    return rule


def _exactly_one(*names: str) -> Rule:
    def rule(record: Record) -> Iterator[BrokenRule]:
        filled = [name for name in names if record.get(name) is not None]
        if len(filled) != 1:
            reason = "none of them is filled" if not filled else f"{' and '.join(filled)} are both filled"
            yield BrokenRule(names[0], f"{', '.join(names)}: {reason}", "exactly one of them")

    return rule


def _at_most_one(*names: str) -> Rule:
    def rule(record: Record) -> Iterator[BrokenRule]:
        if all(record.get(name) is not None for name in names):
            yield BrokenRule(names[0], f"{' and '.join(names)} are both filled", "one of them")

    return rule


def _only_with(name: str, other: str) -> Rule:
    def rule(record: Record) -> Iterator[BrokenRule]:
        if record.get(name) is not None and record.get(other) is None:
            yield BrokenRule(name, f"{name} is filled and {other} is not", f"{other} as well")

    return rule


def _known_zone(record: Record) -> Iterator[BrokenRule]:
    name = str(record["timezone"])
    try:
        if name not in available_timezones():
            raise ZoneInfoNotFoundError(name)
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        near = nearest(name, available_timezones()) or "America/Chicago"
        yield BrokenRule("timezone", "is not the name of a time zone", near)
        return
    if "/" not in name and name != "UTC":
        yield BrokenRule("timezone", "is an abbreviation", "a name such as America/Chicago, or UTC")


def _shift(record: Record) -> Iterator[BrokenRule]:
    start, end = clock_minutes(str(record["start_local"])), clock_minutes(str(record["end_local"]))
    if start == _DAY:
        yield BrokenRule("start_local", "24:00 is the end of a day", "00:00 of the next weekday")
        return
    overnight = bool(record["ends_next_day"])
    if overnight and end > start:
        yield BrokenRule("ends_next_day", "the shift would last more than 24 hours", "false")
    elif not overnight and end <= start:
        yield BrokenRule(
            "end_local", "does not lie after start_local", "a later end, or true in ends_next_day"
        )
    else:
        yield from _pauses(record, start, end + _DAY if overnight else end)


def _pauses(record: Record, opens: int, closes: int) -> Iterator[BrokenRule]:
    """Breaks lie inside; one before the shift's start is on the next day, as in `breaks_lie_inside`."""
    for pause in cast("list[dict[str, str]]", record["breaks"]):
        start, end = clock_minutes(pause["start_local"]), clock_minutes(pause["end_local"])
        begins = start + _DAY if start < opens else start
        ends = end + _DAY if end < opens or (end == opens and start > end) else end
        if not opens <= begins < ends <= closes:
            text = f"{pause['start_local']}-{pause['end_local']}"
            yield BrokenRule(
                "breaks",
                f"the break {text} does not lie inside the shift",
                "a break within start_local and end_local",
            )


def _milestone(record: Record) -> Iterator[BrokenRule]:
    if record.get("milestone") and (record.get("setup_min") or record.get("run_s_per_piece")):
        yield BrokenRule(
            "milestone", "a milestone takes no time", "false, or 0 in setup_min and run_s_per_piece"
        )


def _segment(record: Record) -> Iterator[BrokenRule]:
    if record["start"] == record["end"]:
        yield BrokenRule(
            "end", "is the start: work that takes no time",
            "no segment; a milestone has its time in envelope_start and envelope_end of booking.csv",
        )  # fmt: skip
    else:
        yield from _in_order("start", "end")(record)


def _envelope(record: Record) -> Iterator[BrokenRule]:
    yield from _only_with("envelope_start", "envelope_end")(record)
    yield from _only_with("envelope_end", "envelope_start")(record)
    yield from _in_order("envelope_start", "envelope_end", may_touch=True)(record)


_OWNED = (_identified,)
_RULES: dict[str, tuple[Rule, ...]] = {
    "tenant_settings": (_known_zone,),
    "calendar": _OWNED,
    "calendar_shift": (_shift,),
    "skill": _OWNED,
    "work_center": _OWNED,
    "machine": (*_OWNED, _in_order("active_from", "active_to")),
    "operator": (*_OWNED, _in_order("active_from", "active_to")),
    "operator_skill": (_in_order("valid_from", "valid_to"),),
    "absence": (
        *_OWNED,
        _exactly_one("start", "start_date"),
        _only_with("end", "start"),
        _only_with("end_date", "start_date"),
        _in_order("start", "end"),
        _in_order("start_date", "end_date", may_touch=True),
    ),
    "downtime": (*_OWNED, _in_order("start", "end")),
    "calendar_exception": (
        *_OWNED,
        _exactly_one("calendar_id", "machine_id", "operator_id"),
        _exactly_one("production_date", "start"),
        _only_with("start", "end"),
        _only_with("end", "start"),
        _in_order("start", "end"),
    ),
    "production_order": (*_OWNED, _at_most_one("due_date", "due_at")),
    "operation": (*_OWNED, _milestone),
    "material_requirement": _OWNED,
    "booking": (*_OWNED, _exactly_one("operation_id", "quote_id"), _envelope),
    "booking_segment": (_segment,),
}
