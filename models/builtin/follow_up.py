"""Messages that lean on the one before: "and the Haas?", "what about January?", "by machine"."""

from collections.abc import Collection
from dataclasses import replace

from models.builtin.amounts import Unit
from models.builtin.carrying import same_thing, things_of
from models.builtin.clauses import Clause
from models.builtin.grammar_files import Intent, ToolGrammar, grammar_of, tool_grammars
from models.builtin.lexicon import Kind
from models.builtin.mentions import Named
from models.builtin.reading import Reading, language_words
from models.builtin.slots import Arguments, fill
from models.builtin.understanding import SIMULATE, Query

# A new date takes the place of whatever said the time before; a new name that of names and groups.
_TIME = frozenset({"window", "from", "to"})
_DUE = frozenset({"due"})
_PLACE = frozenset({"machines", "machine", "work_center", "work_centers", "order"})
_PEOPLE = frozenset({"operators", "operator"})
_HIM = frozenset({"ihn", "ihm"})
PEOPLE = "get_operator_availability"
_REPLANS = frozenset({"propose_replan", "apply_plan_proposal"})
_OF_A_REPLAN = frozenset({"apply_it", "replan_stop", "replan_state"})
# These may stand beside a bare number of hours.
_SMALL_WORDS = frozenset({"just_about", "hours_word", "new", "assent", "dissent"})
# A continuation says little.
_MAX_MARKS = 14


def opens_with_follow_up(reading: Reading) -> bool:
    return bool(reading.marks) and reading.marks[0].has(Kind.FOLLOW_UP)


def carried_features(clause: Clause, base: Query) -> frozenset[str]:
    """What "it" or "she" stands for, when something was named before and nothing is named now."""
    if "someone" in clause.features and not clause.wanted(Named.PERSON):
        if base.focus or "@person" in things_of(base):
            return frozenset({"@person"})
        if not _points_back(clause):
            return frozenset()
    if clause.names or clause.features & {"machine", "operator"}:
        return frozenset()
    said_of_it = base.tool in _REPLANS and bool(clause.features & _OF_A_REPLAN)
    if not _points_back(clause) and not said_of_it:
        return frozenset()
    return _thing_of(base)


def _thing_of(base: Query) -> frozenset[str]:
    """What the turn before was about."""
    if base.tool in _REPLANS:
        return frozenset({"replan"})
    things = things_of(base) - {"@person"}
    if things:
        return things
    return frozenset({"@center"}) if _PLACE & base.arguments.keys() else frozenset()


def hours_given(clause: Clause) -> float | None:
    """The answer to "how many hours?": an amount, or a bare number."""
    amounts = [a.minutes for a in clause.amounts if a.unit is Unit.MINUTES and not a.each]
    if len(amounts) == 1 and amounts[0] is not None:
        hours = amounts[0] / 60
        return int(hours) if hours == int(hours) else hours
    if any(mark.values(Kind.CONCEPT) - _SMALL_WORDS for mark in clause.reading.marks if not mark.neutral):
        return None  # "in 3 lots"
    bare = [m.text for m in clause.mentions if m.text.isdigit()]
    return int(bare[0]) if len(bare) == len(clause.mentions) == 1 and not clause.amounts else None


def continued(
    clause: Clause, own: Intent | None, base: Query, tools: Collection[str], *, answering: bool = False
) -> Query | None:
    """The tool to call, with what it keeps of `base`; None when the clause is no continuation.

    `answering`: a question back was the last that was said.
    """
    grammar = grammar_of(base.tool)
    long = len(clause.reading.marks) > _MAX_MARKS
    if grammar is None or base.tool not in tools or long:
        return None
    if _orders_it(clause) and not (own is not None and _writes(own) and clause.carried):
        return None
    if own is not None and (not _is_bare(clause, own) or clause.carried):
        return _own_question(clause, own, base)
    apart = own is not None and own.tool != base.tool and not opens_with_follow_up(clause.reading)
    apart = apart and not answering
    target = None if apart else _target(clause, grammar, base, tools)
    if target is None or not _adds_to(clause, target):
        return None
    kept = _kept(clause, target, base.arguments)
    if clause.wanted(Named.ORDER) and not {"order", "orders"} & fill(clause, target, kept).arguments.keys():
        return None  # "What if the Puma is down?", "how about WO-4012?"
    return replace(base, tool=target.tool, arguments=kept)


def _adds_to(clause: Clause, target: ToolGrammar) -> bool:
    """Whether it says something that the tool takes, and nothing else."""
    said = _says_something(clause, target) and not clause.unexplained
    return said and not clause.foreign(_explained(target))


def _points_back(clause: Clause) -> bool:
    """By "it" and the like; a German order or machine is "ihn" and "ihm" as well."""
    return any(mark.has(Kind.ANAPHOR) or mark.words[0].spelled in _HIM for mark in clause.reading.marks)


def _orders_it(clause: Clause) -> bool:
    """ "go ahead and cancel it": the change itself is asked for, not once more what it would do."""
    supposed = "what_if" in clause.features or opens_with_follow_up(clause.reading)
    return not supposed and "plan_change" in clause.features and not clause.reading.question


def _writes(own: Intent) -> bool:
    grammar = grammar_of(own.tool)
    return grammar is not None and grammar.writes


def _is_bare(clause: Clause, own: Intent) -> bool:
    """Whether only names, dates and amounts speak for `own`, not a word of its own."""
    said = (way.features for way in own.ways if way.features <= clause.features)
    return all(feature.startswith("@") for features in said for feature in features)


def _own_question(clause: Clause, own: Intent, base: Query) -> Query | None:
    """A whole question that still takes names ("it") or the time ("and ...") from the one before."""
    target = grammar_of(own.tool)
    points_back = _points_back(clause) or bool(clause.carried)
    also = own.tool == base.tool == SIMULATE and _says_also(clause)
    if target is None or not (opens_with_follow_up(clause.reading) or points_back or also):
        return None
    kept: Arguments = {}
    given = fill(clause, target).arguments
    placeless = not _PLACE & given.keys() and not clause.features & {"machine", "work_center", "order"}
    if "@person" in clause.carried:
        kept |= _only(same_thing(base, target), _PEOPLE - given.keys(), target)
    elif points_back and placeless:
        kept |= {**_only(base.arguments, _PLACE, target), **_carried(base, target)}
    elif own.tool == base.tool and placeless and not clause.names:
        kept |= _only(base.arguments, _PLACE, target)  # "and the double bookings only?"
    if not clause.dates and (own.tool == base.tool or _says_then(clause)):
        kept |= _only(base.arguments, _TIME, target)
    kept = {name: value for name, value in kept.items() if name not in _useless(target, given)}
    if not kept and "@person" not in clause.carried:
        return None
    return replace(base, tool=own.tool, arguments=kept)


def _says_also(clause: Clause) -> bool:
    """ "What if Hannah is out too?": at the same time."""
    return any(word.plain in language_words("also") for mark in clause.reading.marks for word in mark.words)


def _carried(base: Query, target: ToolGrammar) -> Arguments:
    """What "it" stands for: no person."""
    return {name: value for name, value in same_thing(base, target).items() if name not in _PEOPLE}


def _says_then(clause: Clause) -> bool:
    """ "What if it breaks down then?": at the time of the turn before."""
    return clause.reading.marks[-1].words[-1].spelled == "then"


def _target(clause: Clause, grammar: ToolGrammar, base: Query, tools: Collection[str]) -> ToolGrammar | None:
    """The same tool, or, where a machine or a person is named that it cannot take, the first that can."""
    others = [other for other in tool_grammars() if other.tool in tools]
    if "@machine" in clause.features:
        one = grammar.slot("machine") and (base.tool != PEOPLE or "machine" in base.arguments)
        if grammar.slot("machines") or (one and not grammar.writes):
            return grammar
        return next((other for other in others if other.describes_machines), None)
    if "@person" in clause.features and grammar.describes_machines:
        return next((other for other in others if other.tool == PEOPLE), None)
    return grammar


def _says_something(clause: Clause, target: ToolGrammar) -> bool:
    if clause.features & _choice_words(target) or clause.excluded or clause.wanted(Named.PERSON):
        return True
    supposed = {slot.argument for slot in target.slots if slot.otherwise}
    return bool(fill(clause, target).arguments.keys() - supposed)


def _explained(target: ToolGrammar) -> frozenset[str]:
    """What may stand in a continuation; "what if" where the tool answers suppositions anyway."""
    words = _choice_words(target).union(*(intent.uses for intent in target.intents))
    supposes = any("what_if" in way.features for intent in target.intents for way in intent.ways)
    return words | {"what_if"} if supposes else words


def _choice_words(target: ToolGrammar) -> frozenset[str]:
    """Concepts that are values of a slot ("machine", "per_week") or flags ("overtime")."""
    values = {name for slot in target.slots for name, _ in slot.values}
    return frozenset({*values, *(slot.concept for slot in target.slots if slot.concept), "overtime"})


def _kept(clause: Clause, target: ToolGrammar, arguments: Arguments) -> Arguments:
    """What stays: all but what the clause says anew, and a due date that a new period leaves behind."""
    given = fill(clause, target).arguments.keys()
    dropped: frozenset[str] = frozenset()
    if _TIME & given:
        dropped |= _TIME | _DUE
    if _PLACE & given:
        dropped |= _PLACE
    if "order" in given:
        dropped |= {"filter"}  # "which are late?", "and WO-4012?"
    return _only(arguments, arguments.keys() - dropped - _contradicted(clause, target, arguments), target)


def _contradicted(clause: Clause, target: ToolGrammar, arguments: Arguments) -> frozenset[str]:
    """ "What if Hannah is out?", "and the Integrex?": another kind of thing, so another kind of change."""
    given = fill(clause, target).arguments
    found: set[str] = set()
    for slot in target.slots:
        if slot.kind in {"machine", "person"} and slot.argument in given:
            found |= {name for name, meant in slot.drop if arguments.get(name) == meant}
    return frozenset(found) | _useless(target, given) if found else frozenset[str]()


def _useless(target: ToolGrammar, given: Arguments) -> frozenset[str]:
    """What the tool has no use for beside what is said now: a day, once an order is cancelled."""
    return frozenset(
        slot.argument for slot in target.slots if any(given.get(name) == meant for name, meant in slot.drop)
    )


def _only(arguments: Arguments, names: Collection[str], target: ToolGrammar) -> Arguments:
    """Those of `names` that the tool takes."""
    taken = {slot.argument for slot in target.slots} | _TIME
    return {name: value for name, value in arguments.items() if name in names and name in taken}
