"""Messages that lean on the one before: "and the Haas?", "what about January?", "by machine"."""

from collections.abc import Collection

from leadhand.errors import JsonValue
from models.builtin.amounts import Unit
from models.builtin.clauses import Clause
from models.builtin.grammar_files import Intent, ToolGrammar, grammar_of, tool_grammars
from models.builtin.lexicon import Kind
from models.builtin.mentions import Named
from models.builtin.reading import Reading
from models.builtin.slots import fill

# A new date takes the place of whatever said the time before; a new name that of names and groups.
_TIME = frozenset({"window", "from", "to"})
_PLACE = frozenset({"machines", "work_center", "work_centers"})
# A continuation says little.
_MAX_MARKS = 14


def opens_with_follow_up(reading: Reading) -> bool:
    return bool(reading.marks) and reading.marks[0].has(Kind.FOLLOW_UP)


def carried_features(
    clause: Clause, arguments: dict[str, JsonValue], focus: tuple[str, ...]
) -> frozenset[str]:
    """What "it" or "she" stands for, when something was named before and nothing is named now."""
    if clause.names or clause.features & {"machine", "operator"}:
        return frozenset()
    if "someone" in clause.features:
        return frozenset({"@person"}) if focus else frozenset()
    if not any(mark.has(Kind.ANAPHOR) for mark in clause.reading.marks):
        return frozenset()
    if arguments.get("machines"):
        return frozenset({"@machine"})
    return frozenset({"@center"}) if _PLACE & arguments.keys() else frozenset()


def hours_given(clause: Clause) -> float | int | None:
    """The answer to "how many hours?": an amount, or a bare number."""
    amounts = [a.minutes for a in clause.amounts if a.minutes is not None and a.unit is Unit.MINUTES and not a.each]
    if len(amounts) == 1:
        hours = amounts[0] / 60
        return int(hours) if hours == int(hours) else hours
    bare = [m.text for m in clause.mentions if m.text.isdigit()]
    others = [m for m in clause.mentions if not m.text.isdigit()]
    return int(bare[0]) if len(bare) == 1 and not others and not clause.amounts else None


def continued(
    clause: Clause, own: Intent | None, tool: str, arguments: dict[str, JsonValue], tools: Collection[str]
) -> tuple[str, dict[str, JsonValue]] | None:
    """The tool to call and what it keeps of `arguments`; None when the clause is no continuation."""
    grammar = grammar_of(tool)
    if grammar is None or tool not in tools or len(clause.reading.marks) > _MAX_MARKS:
        return None
    leans = opens_with_follow_up(clause.reading)
    points_back = any(mark.has(Kind.ANAPHOR) for mark in clause.reading.marks)
    if own is not None and not _is_bare(clause, own):
        return _own_question(clause, own, grammar, arguments, leans=leans, points_back=points_back)
    if own is not None and own.tool != tool and not leans:
        return None
    target = _target(clause, grammar, tools)
    if target is None or not _says_something(clause, target):
        return None
    explained = frozenset().union(*(intent.uses for intent in target.intents)) | _choice_words(target)
    supposed = any("what_if" in way.features for intent in target.intents for way in intent.ways)
    explained |= {"what_if"} if supposed else set()
    if clause.foreign(explained) or clause.unexplained:
        return None
    return target.tool, _kept(clause, target, arguments)


def _is_bare(clause: Clause, own: Intent) -> bool:
    """Whether only names, dates and amounts speak for `own`, not a word of its own."""
    said = clause.features
    return not any(
        way.features <= said and any(not feature.startswith("@") for feature in way.features) for way in own.ways
    )


def _own_question(
    clause: Clause,
    own: Intent,
    grammar: ToolGrammar,
    arguments: dict[str, JsonValue],
    *,
    leans: bool,
    points_back: bool,
) -> tuple[str, dict[str, JsonValue]] | None:
    """A whole question that still takes names ("it") or the time ("and ...") from the one before."""
    target = grammar_of(own.tool)
    if target is None or not (leans or points_back or clause.carried):
        return None
    same_tool = own.tool == grammar.tool
    kept: dict[str, JsonValue] = {}
    given = fill(clause, target).arguments
    names_given = bool(_PLACE & given.keys()) or "machine" in clause.features
    if (points_back or clause.carried) and not names_given:
        kept |= {name: value for name, value in arguments.items() if name in _PLACE and _takes(target, name)}
    if same_tool and not clause.dates:
        kept |= {name: value for name, value in arguments.items() if name in _TIME}
    return (own.tool, kept) if kept or "@person" in clause.carried else None


def _target(clause: Clause, grammar: ToolGrammar, tools: Collection[str]) -> ToolGrammar | None:
    """The same tool, or, where a machine is named that it cannot take, the first that can."""
    if "@machine" not in clause.features or grammar.slot("machines"):
        return grammar
    return next((g for g in tool_grammars() if g.tool in tools and g.slot("machines") and not g.slot("hours")), None)


def _says_something(clause: Clause, target: ToolGrammar) -> bool:
    given = fill(clause, target)
    said = bool(clause.features & _choice_words(target)) or bool(clause.excluded or clause.wanted(Named.PERSON))
    return said or bool(given.arguments.keys() - {slot.argument for slot in target.slots if slot.otherwise})


def _choice_words(target: ToolGrammar) -> frozenset[str]:
    """Concepts that are values of a slot ("machine", "per_week") or flags ("overtime")."""
    words = {name for slot in target.slots for name, _ in slot.values}
    return frozenset(words | {slot.concept for slot in target.slots if slot.concept} | {"overtime"})


def _kept(clause: Clause, target: ToolGrammar, arguments: dict[str, JsonValue]) -> dict[str, JsonValue]:
    """What stays: all but what the clause says anew. A choice is only replaced when one of its words is said."""
    given = fill(clause, target).arguments
    dropped: set[str] = set()
    if _TIME & given.keys():
        dropped |= _TIME
    if _PLACE & given.keys():
        dropped |= _PLACE
    return {name: value for name, value in arguments.items() if name not in dropped and _takes(target, name)}


def _takes(target: ToolGrammar, argument: str) -> bool:
    return argument in _TIME or any(slot.argument == argument for slot in target.slots)
