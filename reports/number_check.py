"""Checks a model's words about a report: every number, date and name in them must be one of its facts.

A number is supported by a fact that says it in the same unit. A fact about a machine, an order or a person
holds only in a sentence that names it, a count only in one that says what is counted. What cannot be told
apart from a number that is not in the data is refused: in error, that costs nothing but the wording.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from reports.number_words import MONTHS, NUMBER_WORDS, WEEKDAYS
from reports.quantities import Found, Kind, Quantity, implied, read

# Letters of a word that are compared: "late" and "lateness" are about the same.
_STEM = 5
_WORD = re.compile(r"[^\W\d_]{2,}")
_SENTENCE_END = re.compile(r"(?<=[.!?])\s+")
_CAPITALIZED = re.compile(r"(?<![.!?:]\s)(?<!^)\b[A-Z][a-z]+\b")
_GERMAN_NAME = re.compile(
    r"\b(?:Maschine|Auftrag|Arbeitsplatz|Kunde|Kundin|Firma|Herr|Frau|Bediener(?:in)?)\s+(?P<name>[A-ZÄÖÜ]\w+)"
)
_FORBIDDEN = re.compile(r"[<>\[\]{}|`*#\\_$^~]|://|www\.|@")
# Say nothing of what a figure is about.
_EMPTY = frozenset(
    {
        *NUMBER_WORDS,
        *(
            "the",
            "of",
            "in",
            "at",
            "and",
            "or",
            "is",
            "are",
            "there",
            "plan",
            "with",
            "to",
            "for",
            "an",
            "not",
        ),
        *("der", "die", "das", "den", "im", "und", "ist", "sind", "es", "gibt", "mit", "von", "für", "nicht"),
    }
)
_KNOWN = frozenset({*MONTHS, *WEEKDAYS, "Leadhand"})
_NAME = "\ue000"
MAX_CHARS = 1_500
_SHOWN, _SHOWN_CHARS = 10, 60


@dataclass(frozen=True, slots=True)
class _Fact:
    """`label`: stems of what it is called; of a sentence, of all its words."""

    quantities: frozenset[Quantity]
    names: frozenset[str]
    stems: frozenset[str]
    is_label: bool


class NumberCheck:
    """The facts of one report in one language."""

    def __init__(
        self, labels: Iterable[str], sentences: Iterable[str], names: Iterable[str], language: str
    ) -> None:
        """`labels`: "Late orders: 5". `names`: of machines, orders, people, customers and the like."""
        self._language = language
        known = sorted({name for name in names if self._is_name(name)}, key=len, reverse=True)
        self._names = re.compile("|".join(rf"(?<!\w){re.escape(name)}(?!\w)" for name in known) or r"(?!)")
        said = [*labels], [*sentences]
        self._facts = [self._fact(text, is_label=True) for text in said[0]]
        parts = (part for text in said[1] for part in text.split(";"))
        self._facts += [self._fact(text, is_label=False) for text in parts]
        self._words = {word for texts in said for text in texts for word in _WORD.findall(text)}

    def faults(self, text: str) -> tuple[str, ...]:
        """What is not in the facts, as it stands in the text, at most ten; empty: all of it is."""
        masked, names = self._masked(text)
        found = [match[0] for match in _FORBIDDEN.finditer(masked)]  # a name may have an underscore
        found += [repr(char) for char in text if not (char.isprintable() or char == "\n")]
        if len(text) > MAX_CHARS or not text.strip():
            found.append(f"{len(text)} characters")
        quantities = read(masked, self._language)
        for sentence, parts, named in _sentences(masked, quantities, names):
            found += self._unsupported(sentence, parts, named)
        found += self._unknown_names(masked)
        shown = dict.fromkeys(fault.strip()[:_SHOWN_CHARS] for fault in found)
        return tuple(shown)[:_SHOWN]

    def _unsupported(
        self, sentence: str, parts: Sequence[tuple[str, Quantity | None]], named: frozenset[str]
    ) -> list[str]:
        stems = _stems(sentence)
        return [
            text
            for text, quantity in parts
            if quantity is None or not any(_supports(fact, quantity, stems, named) for fact in self._facts)
        ]

    def _unknown_names(self, masked: str) -> list[str]:
        """Capitals where the language has them for names alone, and what follows "machine" and the like."""
        if self._language == "de":
            return [
                match["name"] for match in _GERMAN_NAME.finditer(masked) if match["name"] not in self._words
            ]
        return [
            word for word in _CAPITALIZED.findall(masked) if word not in self._words and word not in _KNOWN
        ]

    def _fact(self, text: str, *, is_label: bool) -> _Fact:
        masked, names = self._masked(text)
        parts = (found.quantity for found in read(masked, self._language))
        quantities = {other for part in parts if part is not None for other in implied(part)}
        label = masked.partition(":")[0] if is_label else masked
        return _Fact(frozenset(quantities), frozenset(names), _stems(label), is_label)

    def _masked(self, text: str) -> tuple[str, list[str]]:
        """The text with a sign for each letter of a known name, and these names in order."""
        names: list[str] = []

        def hide(match: re.Match[str]) -> str:
            names.append(match[0])
            return _NAME * len(match[0])

        return self._names.sub(hide, text), names

    def _is_name(self, name: str) -> bool:
        """Not what reads as an amount ("40 h"), nor too short to tell apart from other words."""
        rest = list(name)
        for found in read(name, self._language):
            if found.quantity is not None and (
                found.end - found.start == len(name.strip()) or found.quantity[0] is not Kind.COUNT
            ):
                rest[found.start : found.end] = " " * (found.end - found.start)
        return bool(_WORD.search("".join(rest))) and len(name.strip()) > 2


def _supports(fact: _Fact, quantity: Quantity, stems: frozenset[str], named: frozenset[str]) -> bool:
    if quantity not in fact.quantities:
        return False
    if fact.names:
        return bool(fact.names & named)
    shared = len(fact.stems & stems)
    most_of_fact = 2 * shared > len(fact.stems)
    if quantity[0] is not Kind.COUNT or most_of_fact:
        return True
    return not fact.is_label and 2 * shared > len(stems)


def _sentences(
    masked: str, found: Sequence[Found], names: Sequence[str]
) -> Iterable[tuple[str, list[tuple[str, Quantity | None]], frozenset[str]]]:
    """Each sentence with its quantities and names. A point inside a date ends none."""
    hidden = list(masked)
    for part in found:
        hidden[part.start : part.end] = "0" * (part.end - part.start)
    left, start = list(names), 0
    ends = [match.start() for match in _SENTENCE_END.finditer("".join(hidden))]
    for end in [*ends, len(masked)]:
        sentence = masked[start:end]
        inside = [(masked[p.start : p.end], p.quantity) for p in found if start <= p.start < end]
        count = _count_names(sentence, left)
        yield sentence, inside, frozenset(left[:count])
        left, start = left[count:], end


def _count_names(sentence: str, names: Sequence[str]) -> int:
    """How many of the next names stand in the sentence, by the signs that hide them."""
    signs, count = sentence.count(_NAME), 0
    while count < len(names) and signs >= len(names[count]):
        signs -= len(names[count])
        count += 1
    return count


def _stems(text: str) -> frozenset[str]:
    words = (word.casefold() for word in _WORD.findall(text))
    return frozenset(word[:_STEM] for word in words if word not in _EMPTY)
