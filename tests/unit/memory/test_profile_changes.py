"""What becomes of a profile, and how much of it is kept."""

from dataclasses import replace

import pytest

from leadhand.errors import MemoryFull
from memory.profile_changes import Action, Change, ProfileField, with_changes
from memory.profile_limits import (
    MOST_CHARS,
    MOST_CHARS_IN_ALL,
    MOST_ENTRIES,
    chars_of,
    fitting,
    plain_line,
    tidy,
)
from storage.working_memory import Profile

ADA = Profile(name="Ada", facts=["I work the late shift"], goals=["fewer late orders", "less overtime"])


def change(action: Action, field: ProfileField, value: str = "") -> Change:
    return Change(action=action, field=field, value=value, said="")


def outcomes(profile: Profile, *changes: Change) -> tuple[Profile, list[str]]:
    after, told = with_changes(profile, changes)
    return after, [f"{changed.outcome}: {changed.value}" for changed in told]


def test_changes_are_made_one_after_the_other() -> None:
    after, told = outcomes(
        ADA,
        change("set", "language", "de"),
        change("set", "name", "Ada Byron"),
        change("add", "notes", "call before noon"),
        change("remove", "facts", "i work the late shift."),
        change("add", "facts", "I work the early shift"),
    )
    assert after == replace(
        ADA,
        name="Ada Byron",
        language="de",
        notes=["call before noon"],
        facts=["I work the early shift"],
    )
    assert told == [
        "done: de",
        "done: Ada Byron",
        "done: call before noon",
        "done: I work the late shift",
        "done: I work the early shift",
    ]


def test_what_is_known_already_and_what_was_never_known_is_said() -> None:
    after, told = outcomes(
        ADA,
        change("add", "facts", "I WORK the late shift."),
        change("set", "name", "Ada"),
        change("remove", "facts", "I have a dog"),
        change("clear", "role"),
        change("clear", "notes"),
    )
    assert after == ADA
    assert told == [
        "known: I work the late shift",
        "known: Ada",
        "unknown: I have a dog",
        "unknown: ",
        "unknown: ",
    ]


def test_a_cleared_field_says_what_it_was() -> None:
    after, told = outcomes(ADA, change("clear", "name"), change("clear", "goals"))
    assert (after.name, after.goals) == (None, [])
    assert told == ["done: Ada", "done: "]


def test_every_text_is_one_plain_line() -> None:
    assert plain_line(" a\n\tb\u202e c\0 ") == "a b c"
    messy = Profile(name=" \n ", role="Meister\nin", facts=["a\r\nb", "", "a b", "  "])
    assert tidy(messy) == Profile(role="Meister in", facts=["a b"])


@pytest.mark.parametrize("field", [*MOST_CHARS])
def test_a_text_that_is_too_long_is_refused_with_what_to_do(field: str) -> None:
    text = "x" * (MOST_CHARS[field] + 1)
    value = [text] if field in MOST_ENTRIES else text
    with pytest.raises(MemoryFull, match="Remove or shorten something first") as refused:
        fitting(replace(Profile(), **{field: value}))  # pyright: ignore[reportArgumentType] - by its name
    assert refused.value.details == {"field": field, "most": MOST_CHARS[field], "given": len(text)}


@pytest.mark.parametrize("field", ["preferences", "goals", "facts", "notes"])
def test_one_entry_too_many_is_refused_and_nothing_is_kept_of_it(field: ProfileField) -> None:
    full = with_changes(Profile(), [change("add", field, f"entry {n}") for n in range(MOST_ENTRIES[field])])[
        0
    ]
    assert outcomes(full, change("add", field, "entry 1"))[1] == ["known: entry 1"]
    with pytest.raises(MemoryFull) as refused:
        with_changes(full, [change("add", field, "one more")])
    assert refused.value.details == {
        "field": field,
        "most": MOST_ENTRIES[field],
        "given": MOST_ENTRIES[field] + 1,
    }
    room = with_changes(full, [change("remove", field, "entry 1"), change("add", field, "one more")])[0]
    assert chars_of(room) > 0


def test_the_whole_is_bounded_too() -> None:
    most = Profile(facts=[f"{n:02}" + "x" * 298 for n in range(13)], name="x" * 80)
    assert chars_of(fitting(most)) == 3_980
    with pytest.raises(MemoryFull) as refused:
        fitting(replace(most, role="x" * 21))
    assert refused.value.details == {"field": "all", "most": MOST_CHARS_IN_ALL, "given": 4_001}
