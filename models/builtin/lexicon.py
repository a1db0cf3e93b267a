"""The words that the built-in model knows: phrases of the grammar's files, with endings and typing errors."""

import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib.resources import files
from typing import TypeAlias, cast

from rapidfuzz.distance import OSA

from models.builtin.words import Word, words_of

GRAMMAR = "models.builtin.grammar"
LANGUAGES = ("en", "de")
# Endings that do not change which word it is; what is left must still be a word, not a syllable.
_ENDINGS = ("es", "en", "em", "s", "n", "e")
# Those of adjectives within a phrase.
_PHRASE_ENDINGS = ("en", "em", "er", "es", "e")
_MIN_STEM_CHARS = 4
# Meanings that are told to be done.
_TOLD = frozenset(
    {
        "plan_change",
        "plan_verb",
        "postponed",
        "lock",
        "unlock",
        "out_of_plan",
        "note_it",
        "set_to",
        "hold_it",
        "let_go",
        "apply_it",
        "close_it",
        "clear_it",
        "undo",
        "called_off",
    }
)
_MIN_TYPO_CHARS = 5
_MIN_TWO_SLIPS_CHARS = 9
_MIN_NAME_CHARS = 7

Table: TypeAlias = Mapping[str, "Table | str | int | float | bool | list[str] | list[Table]"]
Phrase: TypeAlias = tuple[str, ...]


class Kind(StrEnum):
    """What a word does in a sentence."""

    FILLER = "filler"
    DETERMINER = "determiner"
    LOCATION = "location"
    JOINER = "joiner"
    NEGATION = "negation"
    FOLLOW_UP = "follow_up"
    ANAPHOR = "anaphor"
    OPENER = "opener"
    CONCEPT = "concept"
    TOPIC = "topic"
    SOCIAL = "social"
    PROCESS = "process"
    PERSON = "person"
    MAKER = "maker"


@dataclass(frozen=True, slots=True)
class Sense:
    """One meaning of a phrase: `value` names the concept, topic or process; `language` is en, de or ""."""

    kind: Kind
    value: str
    language: str


@dataclass(frozen=True, slots=True)
class Hit:
    """The longest known phrase at a place: how many words, and all its meanings."""

    length: int
    senses: tuple[Sense, ...]


class Lexicon:
    """Looks phrases up; built once a process."""

    def __init__(self, entries: Iterable[tuple[Phrase, Sense]]) -> None:
        self._senses: dict[Phrase, list[Sense]] = {}
        for phrase, sense in entries:
            known = self._senses.setdefault(phrase, [])
            if sense not in known:
                known.append(sense)
        self._inflected = {
            _stems(phrase): found
            for phrase, found in self._senses.items()
            if len(phrase) > 1 and all(sense.language == "de" for sense in found)
        }
        self._longest = max(map(len, self._senses))
        self._typo_targets: dict[int, list[str]] = {}
        for phrase, senses in self._senses.items():
            word = phrase[0]
            telling = any(sense.kind in {Kind.CONCEPT, Kind.PROCESS} for sense in senses)
            if len(phrase) == 1 and len(word) >= _MIN_TYPO_CHARS and telling and word.isalpha():
                self._typo_targets.setdefault(len(word), []).append(word)

    def at(self, words: tuple[Word, ...], index: int, *, reach: int) -> Hit | None:
        """The longest phrase from `index` on that ends before `reach`; None when the word is unknown."""
        for length in range(min(self._longest, reach - index), 0, -1):
            senses = self._find(words[index : index + length])
            if senses:
                return Hit(length, tuple(senses))
        return self._misspelt(words[index])

    def exactly(self, words: tuple[Word, ...]) -> bool:
        """Whether these words are a phrase, no typing errors granted."""
        return bool(self._find(words))

    def _find(self, words: tuple[Word, ...]) -> list[Sense]:
        for phrase in _spellings(words):
            senses = self._senses.get(phrase)
            if senses:
                return senses
        inflected = self._inflected.get(_stems(tuple(word.plain for word in words)))
        if inflected:
            return inflected
        # "verschieb" tells to do it as "verschiebe" does.
        told = words[-1].spelled if len(words[-1].spelled) >= _MIN_STEM_CHARS else ""
        longer = (*(word.spelled for word in words[:-1]), f"{told}e")
        known = self._senses.get(longer, []) if told else []
        return [sense for sense in known if sense.language == "de" and sense.value in _TOLD]

    def _misspelt(self, word: Word) -> Hit | None:
        """One slip in a word of five letters, two from nine on; its first letter must be right.

        A short word with a capital is rather a name ("Miller").
        """
        written = word.spelled
        mixed_case = not word.raw[1:].islower() and not word.raw.isupper()
        named = word.raw[0].isupper() and not word.raw.isupper() and len(written) < _MIN_NAME_CHARS
        if len(written) < _MIN_TYPO_CHARS or word.is_number or mixed_case or named:
            return None
        tolerance = 1 if len(written) < _MIN_TWO_SLIPS_CHARS else 2
        best = tolerance + 1
        found: set[str] = set()
        for length in range(len(written) - tolerance, len(written) + tolerance + 1):
            for target in self._typo_targets.get(length, ()):
                if target[0] != written[0]:
                    continue
                distance = OSA.distance(written, target, score_cutoff=best)
                if distance < best:
                    best, found = distance, {target}
                elif distance == best <= tolerance:
                    found.add(target)
        meanings = {tuple(self._senses[(target,)]) for target in found}
        return Hit(1, meanings.pop()) if len(meanings) == 1 else None


def _spellings(words: tuple[Word, ...]) -> Iterator[Phrase]:
    """As written, with umlauts spelled out, then each without the ending of its last word."""
    plain = tuple(word.plain for word in words)
    spelled = tuple(word.spelled for word in words)
    yield spelled
    if plain != spelled:
        yield plain
    for phrase in {spelled, plain}:
        last = phrase[-1]
        for ending in _ENDINGS:
            stem = last.removesuffix(ending)
            if stem != last and len(stem) >= _MIN_STEM_CHARS:
                yield (*phrase[:-1], stem)


def _stems(phrase: Phrase) -> Phrase:
    """Each word without its ending: "der neue Plan" is found as "neuen plan" is."""
    return (*(_stem(word) for word in phrase[:-1]), *phrase[-1:])


def _stem(word: str) -> str:
    endings = (
        end for end in _PHRASE_ENDINGS if word.endswith(end) and len(word) - len(end) >= _MIN_STEM_CHARS - 1
    )
    return word.removesuffix(next(endings, ""))


def phrases_in(text: str) -> Iterator[Phrase]:
    """The comma-parted phrases of a grammar entry, in each spelling of their umlauts."""
    for part in text.split(","):
        words = words_of(part)
        if words:
            yield tuple(word.spelled for word in words)
            yield tuple(word.plain for word in words)


def read_table(name: str) -> Table:
    """A grammar file, e.g. "concepts" or "tools/check_capacity"."""
    path = files(GRAMMAR).joinpath(*f"{name}.toml".split("/"))
    return cast("Table", tomllib.loads(path.read_text("utf-8")))


def table(value: object) -> Table:
    """A sub-table of a grammar file; an empty one when it is absent."""
    return cast("Table", value) if isinstance(value, Mapping) else {}


def listed(value: object) -> list[object]:
    """A list of a grammar file; an empty one when it is absent."""
    return cast("list[object]", value) if isinstance(value, list) else []


@cache
def phrase_set(name: str) -> frozenset[str]:
    """A list of language.toml in all languages, folded: "grouping", "until"."""
    listed = table(read_table("language")[name]).values()
    return frozenset(" ".join(phrase) for text in listed for phrase in phrases_in(str(text)))


@cache
def lexicon() -> Lexicon:
    return Lexicon(_entries())


def _entries() -> Iterator[tuple[Phrase, Sense]]:
    language_words = read_table("language")
    for kind in ("determiner", "location", "joiner", "negation", "anaphor", "opener"):
        yield from _loose(Kind(kind), language_words[kind])
    yield from _loose(Kind.FILLER, language_words["filler"])
    yield from _loose(Kind.FILLER, language_words["filler_phrases"])
    for language, text in table(language_words["follow_up"]).items():
        for phrase in phrases_in(str(text)):
            yield phrase, Sense(Kind.FOLLOW_UP, "", language)
    yield from _named(Kind.CONCEPT, read_table("concepts"))
    yield from _named(Kind.TOPIC, table(read_table("outside")["topics"]))
    yield from _named(Kind.SOCIAL, read_table("social"))
    yield from _named(Kind.PROCESS, read_table("processes"))
    for kind, name in ((Kind.PERSON, "people"), (Kind.MAKER, "makers")):
        for word in str(read_table(name)["names"]).split():
            yield (word,), Sense(kind, "", "")


def _loose(kind: Kind, by_language: object) -> Iterator[tuple[Phrase, Sense]]:
    """Phrases parted by commas, or single words parted by spaces where there is no comma."""
    for language, text in table(by_language).items():
        listed = str(text) if "," in str(text) else ",".join(str(text).split())
        for phrase in phrases_in(listed):
            yield phrase, Sense(kind, "", language)


def _named(kind: Kind, entries: Table) -> Iterator[tuple[Phrase, Sense]]:
    for name, languages in entries.items():
        for language in LANGUAGES:
            for phrase in phrases_in(str(table(languages).get(language, ""))):
                yield phrase, Sense(kind, name, language)
