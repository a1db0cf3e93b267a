"""Whether a question that a model wrote may be asked: all of it is looked at before a person sees it."""

import re
from collections.abc import Iterator, Mapping, Sequence

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from knowledge.quiz.questions import Passage, Question, place_of, source_of
from knowledge.quiz.sentences import is_unfit
from leadhand.errors import JsonValue

MAX_OPTION_CHARS = 80
MAX_TEXT_CHARS = 300
_MARKUP = re.compile(r"[<>{}\[\]`*_#|\\~]|https?:|www\.|\n")
_FIGURE = re.compile(r"\d+(?:[.,]\d+)*")
_SPACE = re.compile(r"\s+")


class Refused(Exception):
    """The question may not be asked; the text says why, for the model that wrote it."""


class _Written(BaseModel):
    model_config = ConfigDict(extra="ignore", strict=True)

    passage: str
    question: str = Field(min_length=10, max_length=MAX_TEXT_CHARS)
    options: list[str] = Field(min_length=3, max_length=4)
    correct: int
    explanation: str = Field(min_length=1, max_length=MAX_TEXT_CHARS)
    quote: str = Field(min_length=10, max_length=2 * MAX_TEXT_CHARS)


def checked_question(written: JsonValue, passages: Mapping[str, Passage]) -> Question:
    """The question as it may be asked.

    Raises:
        Refused: it is not of the form asked for, or not from its passage alone.
    """
    try:
        one = _Written.model_validate(written)
    except ValidationError as error:
        fields = sorted({str(problem["loc"][0]) if problem["loc"] else "" for problem in error.errors()})
        raise Refused(f"wrong or missing: {', '.join(fields)}") from None
    passage = passages.get(one.passage)
    if passage is None:
        raise Refused(f"there is no passage {one.passage[:20]!r}")
    for problem in _problems(one, passage):
        raise Refused(problem)
    return Question(
        one.question.strip(),
        tuple(option.strip() for option in one.options),
        one.correct,
        one.explanation.strip(),
        source_of(passage, _flat(one.quote)),
        "model",
    )


def _problems(one: _Written, passage: Passage) -> Iterator[str]:
    options = [_flat(option).casefold() for option in one.options]
    if not 0 <= one.correct < len(options):
        yield "`correct` is the place of no option"
        return
    if not all(options) or any(len(option) > MAX_OPTION_CHARS for option in options):
        yield f"an option is empty or longer than {MAX_OPTION_CHARS} characters"
    if len(set(options)) < len(options):
        yield "two options are the same"
    if any(_is_no_plain_text(text) for text in (one.question, one.explanation, *one.options)):
        yield "question, options and explanation are plain text without markup, links or instructions"
    if _flat(one.quote) not in _flat(passage.text) or is_unfit(one.quote):
        yield "`quote` is not word for word a sentence of the passage"
    if options[one.correct] in _flat(f"{one.question} {place_of(passage)}").casefold():
        yield "the question, or the title of its passage, holds the right option"
    yield from _ungrounded(one, passage)


def _ungrounded(one: _Written, passage: Passage) -> Iterator[str]:
    """Figures are never the model's own, but for those of wrong options."""
    there = set(_FIGURE.findall(passage.text))
    right = one.options[one.correct]
    if any(
        figure not in there for text in (right, one.question, one.explanation) for figure in _figures(text)
    ):
        yield "a figure in the question, the right option or the explanation is not in the passage"
    in_quote = set(_FIGURE.findall(one.quote))
    if any(figure not in in_quote for figure in _figures(right)):
        yield "the quote does not hold the right option's figure"


def _figures(text: str) -> Sequence[str]:
    return _FIGURE.findall(text)


def _is_no_plain_text(text: str) -> bool:
    return _MARKUP.search(text.strip()) is not None or is_unfit(text) or not text.isprintable()


def _flat(text: str) -> str:
    return _SPACE.sub(" ", text).strip()
