"""Changes of what is remembered of a person: a field set or cleared, an entry of a list added or removed."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Final, Literal, TypeAlias, cast, get_args

from memory.profile_limits import fitting, plain_line
from storage.working_memory import Profile, Units

Action: TypeAlias = Literal["set", "clear", "add", "remove"]
ListField: TypeAlias = Literal["preferences", "goals", "facts", "notes"]
ProfileField: TypeAlias = Literal[
    "name", "role", "language", "units", "preferences", "goals", "facts", "notes"
]
# `known`: it was so already. `unknown`: what was to be forgotten is not there.
Outcome: TypeAlias = Literal["done", "known", "unknown"]

LISTS: Final = cast("tuple[ListField, ...]", get_args(ListField))


@dataclass(frozen=True, slots=True)
class Change:
    """`value`: what is set, added or removed, "" for `clear`. `said`: the person's sentence that it is from.

    A single field is set or cleared; a list is added to, removed from, or cleared.
    """

    action: Action
    field: ProfileField
    value: str
    said: str


@dataclass(frozen=True, slots=True)
class Changed:
    """`value` as it is kept, or as it was until it was forgotten."""

    change: Change
    outcome: Outcome
    value: str


def with_changes(profile: Profile, changes: Iterable[Change]) -> tuple[Profile, list[Changed]]:
    """The profile after all of them.

    Raises:
        MemoryFull: it would be longer than is kept; nothing of it is.
    """
    told: list[Changed] = []
    for change in changes:
        profile, changed = _with_change(profile, change)
        told.append(changed)
    return fitting(profile), told


def _with_change(profile: Profile, change: Change) -> tuple[Profile, Changed]:
    if change.field in LISTS:
        return _in_list(profile, change, entries_of(profile, change.field))
    before = cast("str | None", getattr(profile, change.field)) or ""
    after = "" if change.action == "clear" else plain_line(change.value)
    if before == after:
        return profile, Changed(change, "known" if after else "unknown", after)
    return replace(profile, **{change.field: after or None}), Changed(change, "done", after or before)


def _in_list(profile: Profile, change: Change, entries: list[str]) -> tuple[Profile, Changed]:
    if change.action == "clear":
        outcome: Outcome = "done" if entries else "unknown"
        return replace(profile, **{change.field: list[str]()}), Changed(change, outcome, "")
    value = plain_line(change.value)
    at = next((at for at, entry in enumerate(entries) if same(entry, value)), None)
    if change.action == "add":
        if at is not None:
            return profile, Changed(change, "known", entries[at])
        return replace(profile, **{change.field: [*entries, value]}), Changed(change, "done", value)
    if at is None:
        return profile, Changed(change, "unknown", value)
    kept = [*entries[:at], *entries[at + 1 :]]
    return replace(profile, **{change.field: kept}), Changed(change, "done", entries[at])


def entries_of(profile: Profile, field: ListField) -> list[str]:
    return cast("list[str]", getattr(profile, field))


def same(entry: str, value: str) -> bool:
    """Whether two entries say the same: capitals and a full stop at the end do not count."""
    return entry.casefold().rstrip(".! ") == value.casefold().rstrip(".! ")


UNITS: Final = cast("tuple[Units, ...]", get_args(Units))
