"""How much is remembered of a person: it goes into every prompt, so each field and the whole are bounded."""

import unicodedata
from collections.abc import Mapping
from dataclasses import replace
from typing import Final, cast

from leadhand.errors import MemoryFull
from storage.working_memory import Profile

# Characters of a single field, or of one entry of a list.
MOST_CHARS: Final[Mapping[str, int]] = {
    "name": 80,
    "role": 120,
    "language": 3,
    "units": 20,
    "preferences": 300,
    "goals": 300,
    "facts": 300,
    "notes": 600,
}
MOST_ENTRIES: Final[Mapping[str, int]] = {"preferences": 20, "goals": 10, "facts": 30, "notes": 20}
MOST_CHARS_IN_ALL: Final = 4_000

# Control, format (bidirectional, invisible), surrogate, private, unassigned; separators of lines, paragraphs.
_NOT_SHOWN: Final = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}


def plain_line(text: str) -> str:
    """`text` as one line of what can be seen of it."""
    shown = (" " if unicodedata.category(char) in _NOT_SHOWN else char for char in text)
    return " ".join(unicodedata.normalize("NFC", "".join(shown)).split())


def tidy(profile: Profile) -> Profile:
    """Every text as a plain line; what is empty or there twice goes."""
    lines = {name: plain_line(text) or None for name, text in _singles(profile).items()}
    lists = {
        name: list(dict.fromkeys(line for line in map(plain_line, entries) if line))
        for name, entries in _lists(profile).items()
    }
    return replace(profile, **lines, **lists)


def fitting(profile: Profile) -> Profile:
    """`profile` itself.

    Raises:
        MemoryFull: a field, a list or the whole is longer than is kept.
    """
    for name, text in _singles(profile).items():
        _check(name, len(text), MOST_CHARS[name], "characters in it")
    for name, entries in _lists(profile).items():
        _check(name, len(entries), MOST_ENTRIES[name], "entries in it")
        for entry in entries:
            _check(name, len(entry), MOST_CHARS[name], "characters in one entry")
    _check("all", chars_of(profile), MOST_CHARS_IN_ALL, "characters in all")
    return profile


def chars_of(profile: Profile) -> int:
    singles, lists = _singles(profile), _lists(profile)
    return sum(map(len, singles.values())) + sum(
        len(entry) for entries in lists.values() for entry in entries
    )


def _singles(profile: Profile) -> dict[str, str]:
    """The fields of one value that have one."""
    found = {name: getattr(profile, name) for name in MOST_CHARS if name not in MOST_ENTRIES}
    return {name: value for name, value in cast("dict[str, str | None]", found).items() if value is not None}


def _lists(profile: Profile) -> dict[str, list[str]]:
    return {name: cast("list[str]", getattr(profile, name)) for name in MOST_ENTRIES}


def _check(name: str, given: int, most: int, of_what: str) -> None:
    if given <= most:
        return
    what = "What is remembered of you" if name == "all" else f"“{name}”"
    raise MemoryFull(
        f"{what} may have {most} {of_what}, and this would be {given}. Remove or shorten something first.",
        details={"field": name, "most": most, "given": given},
    )
