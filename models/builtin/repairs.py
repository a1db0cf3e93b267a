"""A second try where a tool does not know a name: "lathes" for "Turning", or a person taken for a machine."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from leadhand.errors import JsonValue
from models.builtin.grammar_files import grammar_of
from models.builtin.lexicon import Kind, lexicon, read_table, table
from models.builtin.results import Result
from models.builtin.understanding import Query
from models.builtin.words import plain, spelled, words_of

# Rounds after the first; each stem of a kind of work costs one.
MAX_REPAIRS = 2


@dataclass(frozen=True, slots=True)
class Repair:
    """The call to make in place of the one at `index`."""

    index: int
    tool: str
    arguments: dict[str, JsonValue]


def repairs_for(
    rounds: Sequence[Sequence[Result]], queries: Sequence[Query], tools: Collection[str]
) -> list[Repair]:
    """The calls to make after the last round: none when nothing can be mended, or it was tried enough."""
    results = list(rounds[0]) if rounds else []
    again: list[Repair] = []
    for attempt in range(len(rounds)):
        again = _next(results, rounds[0], queries, tools, attempt)
        answers = rounds[attempt + 1] if attempt + 1 < len(rounds) else ()
        for repair, answer in zip(again, answers, strict=False):
            results[repair.index] = answer
    return again


def settled(
    rounds: Sequence[Sequence[Result]], queries: Sequence[Query], tools: Collection[str]
) -> list[Result]:
    """One result for each call of the first round, with what the repairs brought."""
    results = list(rounds[0]) if rounds else []
    for attempt, answers in enumerate(rounds[1:]):
        again = _next(results, rounds[0], queries, tools, attempt)
        for repair, answer in zip(again, answers, strict=False):
            results[repair.index] = answer
    return results


def taken_for(first: Result, last: Result) -> tuple[str, str] | None:
    """(asked, taken) where a stem was understood in place of the word that was said."""
    asked = _unknown(first, "work_center")
    if not asked or last.fault is not None:
        return None
    stem = next(
        (s for s in _stems(asked) if any(_holds(value, s) for value in last.arguments.values())), None
    )
    return None if stem is None else (asked, stem)


def person_asked(first: Result, last: Result) -> str:
    """The name that no machine has, where people were looked at instead; "" otherwise."""
    return _unknown(first, "machine") if first.tool != last.tool else ""


def _next(
    results: Sequence[Result],
    first: Sequence[Result],
    queries: Sequence[Query],
    tools: Collection[str],
    attempt: int,
) -> list[Repair]:
    if attempt >= MAX_REPAIRS:
        return []
    found: list[Repair] = []
    for index, result in enumerate(results):
        query = queries[index] if index < len(queries) else None
        repair = _other_word(index, first[index], result, attempt) or _other_tool(
            index, result, query, attempt
        )
        if repair is not None and repair.tool in tools:
            found.append(repair)
    return found


def _other_word(index: int, first: Result, result: Result, attempt: int) -> Repair | None:
    """The same call with a stem of the kind of work."""
    asked = _unknown(first, "work_center")
    stems = _stems(asked) if asked and _unknown(result, "work_center") else ()
    if attempt >= len(stems):
        return None
    arguments = {name: _replaced(value, asked, stems[attempt]) for name, value in first.arguments.items()}
    return Repair(index, result.tool, arguments)


def _other_tool(index: int, result: Result, query: Query | None, attempt: int) -> Repair | None:
    grammar = grammar_of(result.tool)
    again = grammar.second_try if grammar else None
    if again is None or query is None or attempt or not _unknown(result, again.kind):
        return None
    if not again.aspects & query.aspects:
        return None
    kept = {name: value for name, value in result.arguments.items() if name in again.keep}
    return Repair(index, again.tool, {**kept, **again.arguments})


def _unknown(result: Result, kind: str) -> str:
    """The name of this kind that the tool does not know; "" when it failed otherwise, or not."""
    fault = result.fault
    if fault is None or fault.code != "not_found" or fault.details.get("kind") != kind:
        return ""
    name = fault.details.get("name")
    return name if isinstance(name, str) else ""


def _stems(name: str) -> tuple[str, ...]:
    """The stems of the kind of work that `name` is a word for, without those that it begins with itself."""
    words = words_of(name)
    hit = lexicon().at(words, 0, reach=len(words)) if words else None
    family = next((sense.value for sense in hit.senses if sense.kind is Kind.PROCESS), "") if hit else ""
    stems = table(read_table("processes")[family])["stems"] if family else []
    listed = [str(stem) for stem in stems] if isinstance(stems, list) else []
    return tuple(stem for stem in listed if not {plain(name), spelled(name)} & {plain(stem), spelled(stem)})


def _replaced(value: JsonValue, asked: str, taken: str) -> JsonValue:
    if isinstance(value, list):
        return [_replaced(entry, asked, taken) for entry in value]
    if isinstance(value, dict):
        return {key: _replaced(entry, asked, taken) for key, entry in value.items()}
    return taken if value == asked else value


def _holds(value: JsonValue, text: str) -> bool:
    if isinstance(value, dict):
        return any(_holds(part, text) for part in value.values())
    if isinstance(value, list):
        return any(_holds(part, text) for part in value)
    return value == text
