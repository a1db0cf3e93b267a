"""Questions made by rule: a sentence with a gap, and terms of other passages beside the right one.

A question stands only where it has one right answer: what fills the gap is once in its passage and not in its
title, and no wrong option is anywhere in that passage. The same passages and seed give the same questions.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from math import log

from rapidfuzz import fuzz

from knowledge.quiz.questions import GAP, Language, Level, Passage, Question, place_of, source_of
from knowledge.quiz.sentences import Sentence, sentences_of
from knowledge.quiz.terms import KINDS, Term, terms_of

# A sentence that is shorter tells nothing, one that is longer is no question.
MIN_SENTENCE_CHARS, MAX_SENTENCE_CHARS = 20, 320
MIN_WORDS_BESIDE = 5
# Of the words of two questions: above it they speak of the same.
_ALIKE = 60.0
_WRONG_OPTIONS = {"easy": 2, "medium": 3, "hard": 3}
_EXPLANATION = {"en": "The source says: {answer}.", "de": "In der Quelle steht: {answer}."}


@dataclass(frozen=True, slots=True)
class Wish:
    """How it is asked. `language` is that of the explanation; the rest is the passages' own words."""

    level: Level = "medium"
    seed: str = ""
    language: Language = "en"


@dataclass(frozen=True, slots=True)
class _Read:
    passage: Passage
    sentences: tuple[Sentence, ...]
    terms: tuple[Term, ...]


def cloze_questions(
    asked: Sequence[Passage], others: Sequence[Passage] = (), *, count: int, wish: Wish
) -> tuple[Question, ...]:
    """At most `count` questions from the passages `asked`, the best passage first, wrong options from all."""
    read = [_Read(one, _askable(one), terms_of(one)) for one in asked]
    beside = [*read, *(_Read(one, (), terms_of(one)) for one in others)]
    rows = [_questions_of(one, beside, wish) for one in read]
    found: list[Question] = []
    while rows and len(found) < count:
        # A question of each passage, then a second one of each, and so on.
        for row in tuple(rows):
            new = (each for each in row if not any(_tells(each, known) for known in found))
            question = next(new, None)
            if question is None:
                rows.remove(row)
            elif len(found) < count:
                found.append(question)
    return tuple(found)


def _tells(one: Question, other: Question) -> bool:
    """Whether one of the two gives the other away, or asks for the same.

    Passages overlap, and two versions of a rule say nearly the same.
    """
    first, second = (question.options[question.correct].casefold() for question in (one, other))
    if first == second or one.source.quote.casefold() == other.source.quote.casefold():
        return True
    shown = first in other.text.casefold() or second in one.text.casefold()
    return shown and fuzz.token_set_ratio(one.text, other.text) >= _ALIKE


def _askable(passage: Passage) -> tuple[Sentence, ...]:
    if passage.term is not None:
        return (Sentence(passage.text, 0, len(passage.text)),)
    return tuple(
        sentence
        for sentence in sentences_of(passage.text)
        if MIN_SENTENCE_CHARS <= len(sentence.text) <= MAX_SENTENCE_CHARS
    )


def _questions_of(read: _Read, beside: Sequence[_Read], wish: Wish) -> Iterator[Question]:
    """The better kinds of terms first, terms of one kind in the seed's order."""
    terms = sorted(read.terms, key=lambda term: (_rank(term), drawn(wish.seed, read.passage.id, term.text)))
    for term in terms:
        question = _question(read, term, beside, wish)
        if question is not None:
            yield question


def _rank(term: Term) -> int:
    family = term.kind.partition(":")[0]
    return KINDS.index(family) if family in KINDS else 0


def _question(read: _Read, term: Term, beside: Sequence[_Read], wish: Wish) -> Question | None:
    """None: it would have several right answers, or none that is wrong."""
    sentence = next((one for one in read.sentences if one.start <= term.start and term.end <= one.end), None)
    if sentence is None or not _has_one_answer(read, term):
        return None
    before, after = read.passage.text[sentence.start : term.start], read.passage.text[term.end : sentence.end]
    if len(f"{before} {after}".split()) < MIN_WORDS_BESIDE:
        return None
    wrong = _chosen(read, term, beside, wish)
    if not wrong:
        return None
    options = sorted([term.text, *wrong], key=lambda text: drawn(wish.seed, "option", read.passage.id, text))
    return Question(
        text=_one_line(f"{before}{GAP}{after}"),
        options=tuple(options),
        correct=options.index(term.text),
        explanation=_EXPLANATION[wish.language].format(answer=term.text),
        source=source_of(read.passage, sentence.text),
        made_by="cloze",
    )


def _has_one_answer(read: _Read, term: Term) -> bool:
    passage, told = read.passage, term.text.casefold()
    shown = place_of(passage).casefold()
    return (
        passage.text.casefold().count(told) == 1
        and (passage.term is not None or told not in shown)
        and sum(other.key == term.key for other in read.terms) == 1
    )


def _chosen(read: _Read, term: Term, beside: Sequence[_Read], wish: Wish) -> list[str]:
    """Wrong options: of the same kind, each once, of other passages, and nowhere in this one."""
    wrong: dict[str, Term] = {}
    for other in _terms_beside(read, term, beside):
        if all(not _overlap(other.text, kept.text) for kept in wrong.values()):
            wrong.setdefault(other.key, other)
    ordered = sorted(
        wrong.values(),
        key=lambda other: (
            _far(term, other, wish.level),
            drawn(wish.seed, read.passage.id, term.text, other.text),
        ),
    )
    return [other.text for other in ordered[: _WRONG_OPTIONS[wish.level]]]


def _terms_beside(read: _Read, term: Term, beside: Sequence[_Read]) -> Iterator[Term]:
    here = read.passage.text.casefold()
    for other in beside:
        if other.passage.id == read.passage.id:
            continue
        for candidate in other.terms:
            if (
                candidate.kind == term.kind
                and candidate.key != term.key
                and candidate.text.casefold() not in here
                and not _overlap(candidate.text, term.text)
            ):
                yield candidate


def _overlap(one: str, other: str) -> bool:
    """ "steel" beside "tool steel": both could be meant."""
    first, second = one.casefold(), other.casefold()
    return first in second or second in first


def _far(term: Term, other: Term, level: Level) -> tuple[bool, float]:
    """How late it is chosen: the nearest first in a hard quiz, the farthest first in an easy one."""
    if level == "medium":
        return (term.unit != other.unit, 0.0)
    if term.amount and other.amount:
        distance = abs(log(term.amount / other.amount))
    else:
        distance = 100.0 - fuzz.ratio(term.text.casefold(), other.text.casefold())
    return (term.unit != other.unit, distance if level == "hard" else -distance)


def drawn(*parts: str) -> str:
    """A place that the seed decides, the same on every machine."""
    return sha256("\0".join(parts).encode()).hexdigest()


def _one_line(text: str) -> str:
    return " ".join(text.split())
