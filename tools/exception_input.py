"""What add_calendar_exception is asked: overtime, a downtime, an absence or a closure, of whom and when."""

from collections.abc import Mapping
from enum import StrEnum

from pydantic import Field

from leadhand.errors import InvalidToolInput, JsonValue
from tools.names import MAX_NAME_CHARS
from tools.windows import WindowInput


class EntryKind(StrEnum):
    OVERTIME = "overtime"
    DOWNTIME = "downtime"
    ABSENCE = "absence"
    CLOSURE = "closure"


class CalendarExceptionInput(WindowInput):
    kind: EntryKind = Field(
        description=(
            "overtime (`machine` or `operator` or both, a day with its hours), downtime (`machine`), "
            "absence (`operator`), closure (of a `machine` or an `operator`; without either, of the whole "
            "shop; whole days take away the shifts that begin on them). When: `window`, or `from` and `to`."
        )
    )
    machine: str | None = Field(
        default=None,
        max_length=MAX_NAME_CHARS,
        description="Code or name of one machine exactly as the person said it.",
    )
    operator: str | None = Field(
        default=None,
        max_length=MAX_NAME_CHARS,
        description="Code or name of one person exactly as it was said.",
    )
    until_further_notice: bool = Field(
        default=False, description="For downtime and absence: no end is known."
    )
    maintenance: bool = Field(
        default=False, description="For downtime: planned maintenance; otherwise it is a breakdown."
    )
    reason: str | None = Field(
        default=None,
        max_length=MAX_NAME_CHARS,
        description="Why, in a few words, as the person said it: “spindle”, “vacation”, “stocktaking”.",
    )


_WHEN = frozenset({"window", "from_", "to"})
_NEEDED: Mapping[EntryKind, frozenset[str]] = {
    EntryKind.OVERTIME: frozenset(),
    EntryKind.DOWNTIME: frozenset({"machine"}),
    EntryKind.ABSENCE: frozenset({"operator"}),
    EntryKind.CLOSURE: frozenset(),
}
_TAKEN: Mapping[EntryKind, frozenset[str]] = {
    EntryKind.OVERTIME: frozenset({"machine", "operator"}),
    EntryKind.DOWNTIME: frozenset({"until_further_notice", "maintenance"}),
    EntryKind.ABSENCE: frozenset({"until_further_notice"}),
    EntryKind.CLOSURE: frozenset({"machine", "operator"}),
}


def check_fields(asked: CalendarExceptionInput) -> None:
    """Refuse a field that is missing for the kind of entry, and one that it has no use for.

    Raises:
        InvalidToolInput
    """
    given = {name for name in CalendarExceptionInput.model_fields if _is_given(asked, name)}
    given -= {"kind", "reason"}
    kind = asked.kind
    missing = set(_NEEDED[kind] - given)
    if kind is EntryKind.OVERTIME and not given & {"machine", "operator"}:
        missing.add("machine")
    if not given & {*_WHEN, "until_further_notice"}:
        missing.add("window")
    surplus = given - _WHEN - _NEEDED[kind] - _TAKEN[kind]
    if kind is EntryKind.CLOSURE and {"machine", "operator"} <= given:
        surplus.add("operator")
    wrong = [_wrong(name, "missing", f"{kind.value} needs it") for name in sorted(missing)]
    wrong += [_wrong(name, f"{kind.value} has no use for it", "leave it out") for name in sorted(surplus)]
    if wrong:
        verb, names = ("needs", sorted(missing)) if missing else ("has no use for", sorted(surplus))
        told = ", ".join(f"`{name}`" for name in names)
        raise InvalidToolInput(f"An entry of kind {kind.value} {verb} {told}.", details={"fields": wrong})


def _is_given(asked: CalendarExceptionInput, name: str) -> bool:
    value: object = getattr(asked, name)
    return bool(value.strip()) if isinstance(value, str) else value is not None and value is not False


def _wrong(field: str, problem: str, right: str) -> JsonValue:
    return {"field": field, "problem": problem, "right": right}
