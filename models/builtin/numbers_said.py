"""Numbers that a clause says beside its names, dates and amounts: what something is to be from now on."""

from collections.abc import Collection, Sequence
from functools import cache

from models.builtin.lexicon import phrase_set, read_table, table
from models.builtin.reading import Mark
from models.builtin.words import spelled

# How far before a number the words for what it no longer is may reach.
_BEFORE = 3


def numbers_now(marks: Sequence[Mark], named: Collection[int]) -> tuple[int, ...]:
    """The bare numbers of `marks` that are in none of the `named` places, without those that are given up.

    "90 instead of 61" is 90, "from 61 to 90" is 90, "statt 40 jetzt 75" is 75.
    """
    bare = [index for index, mark in enumerate(marks) if index not in named and _is_bare(mark)]
    kept = [index for index in bare if not _is_given_up(marks, index, alone=len(bare) == 1)]
    return tuple(int(_text(marks[index])) for index in kept)


def small_number(word: str) -> int | None:
    """ "twenty", "fünfzig", "hundred"; None for other words, articles among them."""
    found = _number_words().get(word)
    return int(found) if found is not None and found > 1 and found == int(found) else None


@cache
def _number_words() -> dict[str, float]:
    lists = table(read_table("numbers")["words"]).values()
    return {spelled(word): float(str(value)) for words in lists for word, value in table(words).items()}


def _is_bare(mark: Mark) -> bool:
    text = _text(mark)
    return mark.unknown and text.isascii() and text.isdigit()


def _is_given_up(marks: Sequence[Mark], index: int, *, alone: bool) -> bool:
    before = " ".join(word.spelled for mark in marks[max(0, index - _BEFORE) : index] for word in mark.words)
    cues = phrase_set("no_longer")
    return not alone and any(before == cue or before.endswith(f" {cue}") for cue in cues)


def _text(mark: Mark) -> str:
    return "".join(word.spelled for word in mark.words)
