"""A second try where a tool did not know a work center by the word that was said: "lathes" for "Turning"."""

from collections.abc import Sequence
from dataclasses import dataclass

from leadhand.errors import JsonValue
from models.builtin.lexicon import Kind, lexicon, read_table, table
from models.builtin.results import Result
from models.builtin.words import plain, spelled, words_of

# Stems tried for one word; each costs a round.
MAX_REPAIRS = 2


@dataclass(frozen=True, slots=True)
class Repair:
    """The call again with `taken` in place of `asked`."""

    tool: str
    arguments: dict[str, JsonValue]
    asked: str
    taken: str


def repairs_for(rounds: Sequence[Sequence[Result]], settled: Sequence[Result]) -> list[Repair]:
    """The calls to make again: none when nothing can be mended or it was tried often enough."""
    attempt = len(rounds) - 1
    if attempt >= MAX_REPAIRS:
        return []
    found: list[Repair] = []
    for index, result in enumerate(settled):
        asked = _unknown_center(rounds[0][index]) if index < len(rounds[0]) else ""
        stems = _stems(asked) if asked and result.fault is not None and _unknown_center(result) else ()
        if attempt < len(stems):
            arguments = {name: _replaced(value, asked, stems[attempt]) for name, value in rounds[0][index].arguments.items()}
            found.append(Repair(result.tool, arguments, asked, stems[attempt]))
    return found


def repaired(rounds: Sequence[Sequence[Result]], settled: Sequence[Result]) -> list[tuple[str, str]]:
    """(asked, taken) of the calls that a later round answered."""
    found: list[tuple[str, str]] = []
    for first, last in zip(rounds[0] if rounds else (), settled, strict=False):
        asked = _unknown_center(first)
        if asked and last.fault is None:
            known = {stem for stem in _stems(asked) if any(_holds(value, stem) for value in last.arguments.values())}
            found += [(asked, stem) for stem in known]
    return found


def _unknown_center(result: Result) -> str:
    """The name of the work center that the tool does not know; "" when it failed otherwise, or not."""
    fault = result.fault
    if fault is None or fault.code != "not_found" or fault.details.get("kind") != "work_center":
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
    return taken if value == asked else value


def _holds(value: JsonValue, text: str) -> bool:
    return value == text or (isinstance(value, list) and text in value)
