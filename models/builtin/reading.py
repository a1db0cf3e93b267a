"""One question, read word by word: what each stretch of it is, before anything is made of it."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from functools import cache, lru_cache

from models.builtin.amounts import Amount, Unit, find_amounts
from models.builtin.asides import without_asides
from models.builtin.clock_ranges import with_clock
from models.builtin.day_spans import with_day_spans
from models.builtin.lexicon import Hit, Kind, Lexicon, Sense, lexicon, read_table
from models.builtin.parted import parted_verbs
from models.builtin.spelling import corrected
from models.builtin.words import Word, clean, plain, words_of
from planning.date_phrases import PhraseSpan, find_phrases

# More words than this are a story, not a question; what it costs to read one grows faster than its length.
MAX_WORDS = 150
# Meanings that never stand against a question being about the plan.
NEUTRAL = frozenset(
    {
        Kind.FILLER,
        Kind.DETERMINER,
        Kind.LOCATION,
        Kind.JOINER,
        Kind.NEGATION,
        Kind.FOLLOW_UP,
        Kind.ANAPHOR,
        Kind.OPENER,
        Kind.SOCIAL,
    }
)
# So many small words of another language make a message one of it.
_FOREIGN_WORDS = 2
# The letters of a code such as "M12"; a maker's own letters ("VF-2") are known as such.
_CODE_CHARS = 3
_IN_CODES = frozenset({Kind.MAKER, Kind.PROCESS, Kind.CONCEPT})
TELLING = frozenset({Kind.CONCEPT, Kind.PROCESS})


@dataclass(frozen=True, slots=True)
class Mark:
    """A stretch of words with one reading: a known phrase, a date, an amount, or (none of these) unknown."""

    words: tuple[Word, ...]
    senses: tuple[Sense, ...] = ()
    date: PhraseSpan | None = None
    amount: Amount | None = None
    work: Word | None = None  # the kind of work inside an amount: "20 *milling* hours"

    @property
    def start(self) -> int:
        return self.words[0].start

    @property
    def end(self) -> int:
        """The point of "3.12." belongs to the date."""
        return max(self.words[-1].end, self.date.end if self.date else 0)

    @property
    def unknown(self) -> bool:
        return not self.senses and self.date is None and self.amount is None

    def has(self, *kinds: Kind) -> bool:
        return any(sense.kind in kinds for sense in self.senses)

    def values(self, kind: Kind) -> frozenset[str]:
        return frozenset(sense.value for sense in self.senses if sense.kind is kind)

    @property
    def neutral(self) -> bool:
        return self.has(*NEUTRAL)


@dataclass(frozen=True, slots=True)
class Reading:
    """`text` as cleaned; `marks` cover all its words in order."""

    text: str
    marks: tuple[Mark, ...]
    question: bool = False

    def said(self, marks: Iterable[Mark]) -> str:
        """The raw text from the first to the last of `marks`."""
        found = list(marks)
        return self.text[found[0].start : found[-1].end] if found else ""

    def concepts(self) -> frozenset[str]:
        return frozenset(value for mark in self.marks for value in mark.values(Kind.CONCEPT))

    def topics(self) -> frozenset[str]:
        return frozenset(value for mark in self.marks for value in mark.values(Kind.TOPIC))

    def shouted(self) -> bool:
        """Whether capital letters say nothing: all of it is upper or lower case."""
        letters = "".join(c for c in self.text if c.isalpha())
        return letters.isupper() or letters.islower()

    def part(self, start: int, end: int) -> "Reading":
        """The marks `start` to `end`, over the same text."""
        return Reading(self.text, self.marks[start:end], self.question)


@dataclass(slots=True)
class _Line:
    """The words of a text with its dates and amounts, while it is being marked."""

    text: str
    words: tuple[Word, ...]
    dates: list[PhraseSpan] = field(default_factory=list[PhraseSpan])
    amounts: list[Amount] = field(default_factory=list[Amount])


@lru_cache(maxsize=512)
def read(text: str) -> Reading:
    """Any text can be read; what is not known stays marked as unknown.

    A text of more than MAX_WORDS words is not looked at: its reading is empty.
    """
    cleaned = with_clock(with_day_spans(without_asides(corrected(clean(text)))))
    line = _Line(cleaned, words_of(cleaned))
    if len(line.words) > MAX_WORDS:
        return Reading("", ())
    line.dates = find_phrases(cleaned)
    line.amounts = [
        amount for amount in find_amounts(cleaned) if not _overlaps(amount.start, amount.end, line.dates)
    ]
    reading = Reading(cleaned, tuple(_marks(line, lexicon())), cleaned.rstrip().endswith("?"))
    return replace(reading, marks=_in_one_language(reading))


def _in_one_language(reading: Reading) -> tuple[Mark, ...]:
    """The marks, with words such as "last" read in the language of the others."""
    friends = language_words("false_friends")
    if not any(word.plain in friends for mark in reading.marks for word in mark.words):
        return reading.marks
    rest = tuple(mark for mark in reading.marks if mark.words[0].plain not in friends)
    language = language_of(replace(reading, marks=rest))
    if language is None:
        return reading.marks
    return tuple(_spoken(mark, language) if mark not in rest else mark for mark in reading.marks)


def _spoken(mark: Mark, language: str) -> Mark:
    return replace(mark, senses=tuple(s for s in mark.senses if s.language in {language, ""}) or mark.senses)


def language_of(reading: Reading) -> str | None:
    """en or de by the words that belong to one of them alone; None when that does not tell."""
    votes = {"en": 0, "de": 0}
    for index, mark in enumerate(reading.marks):
        if _opens_code(reading.marks, index):
            continue  # "WO-4012" is no "wo"
        spoken = {sense.language for sense in mark.senses} - {""}
        if len(spoken) == 1:
            votes[spoken.pop()] += 1
        elif mark.date is not None and any(
            word.plain in language_words("german_date_words") for word in mark.words
        ):
            votes["de"] += 1
    if votes["en"] == votes["de"]:
        return None
    return max(votes, key=lambda language: votes[language])


def is_foreign(reading: Reading) -> bool:
    """Whether it is in another language than English and German: by small words of it, which ours are not."""
    words = [word for mark in reading.marks for word in mark.words]
    strange = [mark for mark in reading.marks if mark.unknown]
    small = [w for mark in strange for w in mark.words if plain(w.raw) in language_words("foreign")]
    known = sum(1 for mark in reading.marks if not mark.unknown and not mark.has(Kind.MAKER))
    return (
        len({w.plain for w in small}) >= _FOREIGN_WORDS and known * 2 <= len(words) and known <= len(strange)
    )


def _opens_code(marks: tuple[Mark, ...], index: int) -> bool:
    numbered = index + 1 < len(marks) and marks[index + 1].words[0].is_number
    return numbered and marks[index].words[0].plain in language_words("order_codes")


def _marks(line: _Line, known: Lexicon) -> Iterator[Mark]:
    index = 0
    parted = parted_verbs(line.text, line.words)
    while index < len(line.words):
        word = line.words[index]
        date = next((span for span in line.dates if span.start <= word.start < span.end), None)
        amount = next((found for found in line.amounts if found.start <= word.start < found.end), None)
        if date is not None or amount is not None:
            end = date.end if date else amount.end if amount else 0
            count = sum(1 for other in line.words[index:] if other.start < end)
            inside = line.words[index : index + count]
            yield Mark(inside, date=date) if date else _amount_mark(inside, amount, known)
            index += count
            continue
        hit = None if _in_code(line, index) else known.at(line.words, index, reach=_reach(line, index))
        spans = hit is not None and any(parted.get(at) == () for at in range(index, index + hit.length))
        if index in parted and (not spans or not parted[index]):
            hit = Hit(1, parted[index] or (Sense(Kind.FILLER, "", ""),))
        length = hit.length if hit else 1
        yield Mark(line.words[index : index + length], hit.senses if hit else ())
        index += length


def _in_code(line: _Line, index: int) -> bool:
    """ "M12", "s33": a short word with a number at its back is no word of its own."""
    word = line.words[index]
    if word.is_number or len(word.raw) > _CODE_CHARS or index + 1 >= len(line.words):
        return False
    after = line.words[index + 1]
    known = lexicon().at((word,), 0, reach=1)
    meant = known is not None and any(sense.kind in _IN_CODES for sense in known.senses)
    return after.is_number and after.start == word.end and not meant


def _amount_mark(words: tuple[Word, ...], amount: Amount | None, known: Lexicon) -> Mark:
    """ "8 free hours", "20 milling hours": what stands between number and unit keeps its meaning."""
    hits = [(word, known.at((word,), 0, reach=1)) for word in words[1:-1]]
    senses = tuple(sense for _, hit in hits if hit for sense in hit.senses if sense.kind in TELLING)
    work = next((w for w, hit in hits if hit and any(s.kind is Kind.PROCESS for s in hit.senses)), None)
    return Mark(words, senses, amount=amount, work=work)


def _reach(line: _Line, index: int) -> int:
    """How far a phrase that begins here may go: not over punctuation, not into a date or an amount."""
    stops = [span.start for span in line.dates] + [amount.start for amount in line.amounts]
    end = index + 1
    while end < len(line.words):
        gap = line.text[line.words[end - 1].end : line.words[end].start]
        if gap.strip(" -'/") or any(
            line.words[index].start < stop <= line.words[end].start for stop in stops
        ):
            break
        end += 1
    return end


def _overlaps(start: int, end: int, dates: list[PhraseSpan]) -> bool:
    return any(start < span.end and span.start < end for span in dates)


def percent_of(mark: Mark) -> float | None:
    return mark.amount.percent if mark.amount and mark.amount.unit is Unit.PERCENT else None


@cache
def language_words(name: str) -> frozenset[str]:
    """A list of single words of language.toml, folded."""
    return frozenset(plain(word) for word in str(read_table("language")[name]).split())
