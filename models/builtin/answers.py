"""Words a tool's result by the tool's answer file. Every figure comes from the result."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from leadhand.errors import JsonValue
from models.builtin.formats import sentence, whole_sentences
from models.builtin.lexicon import LANGUAGES, Table, listed, read_table, table
from models.builtin.results import Result, is_named, value_at
from models.builtin.templates import Voice, render
from models.builtin.translations import translated
from models.builtin.understanding import Query

# Sentences of the tools about what they took for granted, and about the data.
MAX_SENTENCES = 5


@dataclass(frozen=True, slots=True)
class Variant:
    """One way to word the result.

    It fits a question with one of `aspects`, about one row (`one`), with one of the arguments `given`, about
    people by name (`focus`); empty conditions always hold.
    """

    aspects: frozenset[str]
    given: frozenset[str]
    one: bool
    focus: bool
    text: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class AnswerFile:
    rows: str
    row_names: tuple[str, ...]
    words: Mapping[str, Mapping[str, str]]
    variants: tuple[Variant, ...]


def word_result(result: Result, query: Query, language: str) -> str:
    """The answer in Markdown; "" for a tool without an answer file."""
    answers = answer_file(result.tool)
    if answers is None:
        return ""
    values = _values(result, query, answers)
    variant = next((v for v in answers.variants if _fits(v, values, query, answers)), answers.variants[-1])
    voice = Voice(language, answers.words[language])
    return render(variant.text[language], values, voice)


def sentences_of(result: Result, name: str, language: str) -> list[str]:
    """`assumptions` or `warnings` of the result, safe to print; in German where the sentence is known."""
    told = result.values.get(name)
    texts = [text for text in told if isinstance(text, str)] if isinstance(told, list) else []
    return [sentence(translated(whole_sentences(text), language)) for text in texts]


def _values(result: Result, query: Query, answers: AnswerFile) -> dict[str, JsonValue]:
    """The result without the rows that were not wanted, and the rows that were asked for by name."""
    values = dict(result.values)
    rows = values.get(answers.rows)
    every = rows if isinstance(rows, list) else []
    kept = [
        row for row in every if not any(is_named(row, answers.row_names, name) for name in query.excluded)
    ]
    values[answers.rows] = kept
    focused = [row for row in kept if any(is_named(row, answers.row_names, name) for name in query.focus)]
    found = {name for name in query.focus if any(is_named(row, answers.row_names, name) for row in focused)}
    values["focused"] = focused
    values["unfocused"] = [name for name in query.focus if name not in found]
    values["any_overloaded"] = any(value_at(row, "overloaded") is True for row in kept)
    values["asked"] = dict(result.arguments)
    return values


def _fits(variant: Variant, values: Mapping[str, JsonValue], query: Query, answers: AnswerFile) -> bool:
    rows = values[answers.rows]
    single = isinstance(rows, list) and len(rows) == 1
    return (
        (not variant.aspects or bool(variant.aspects & query.aspects))
        and (not variant.given or bool(variant.given & query.arguments.keys()))
        and (single or not variant.one)
        and (bool(query.focus) or not variant.focus)
    )


@cache
def answer_file(tool: str) -> AnswerFile | None:
    try:
        source = read_table(f"answers/{tool}")
    except FileNotFoundError:
        return None
    return AnswerFile(
        rows=str(source["rows"]),
        row_names=_texts(source["row_names"]),
        words={
            language: {key: str(word) for key, word in table(table(source["words"])[language]).items()}
            for language in LANGUAGES
        },
        variants=tuple(_variant(table(entry)) for entry in listed(source["variants"])),
    )


def _variant(source: Table) -> Variant:
    return Variant(
        aspects=frozenset(_texts(source.get("aspects"))),
        given=frozenset(_texts(source.get("given"))),
        one=source.get("one") is True,
        focus=source.get("focus") is True,
        text={language: str(source[language]) for language in LANGUAGES},
    )


def _texts(value: object) -> tuple[str, ...]:
    return tuple(str(entry) for entry in listed(value))
