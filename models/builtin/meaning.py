"""What one clause asks for, alone or as a continuation of the turn before."""

from collections.abc import Iterator
from dataclasses import replace

from models.builtin.calls import calls_of, untimed, writes
from models.builtin.choosing import choose, lean
from models.builtin.clauses import Clause
from models.builtin.deadlines import hours_of_several_days
from models.builtin.follow_up import carried_features, continued, hours_given, opens_with_follow_up
from models.builtin.grammar_files import Intent, grammar_of, tool_grammars
from models.builtin.mentions import Named, Surety
from models.builtin.reading import Reading
from models.builtin.slots import Filled, Question, fill, names_in
from models.builtin.topics import social_of, topic_of
from models.builtin.understanding import SIMULATE, Ask, Context, Query, Understanding

# What a change that is tried out cannot be without, and how it is asked for.
_LACKING = {"due_date": ("due", Question.DAY), "quantity": ("quantity", Question.PIECES)}
# One stretch of time is all that these take.
_ONE_TIME = frozenset({SIMULATE, "add_calendar_exception"})
_RECURS = frozenset({"recurring", "per_day"})
_TIMED = frozenset({"machine_down", "operator_absent", "overtime", None})
# Asked for nothing, it lists every order; so no word of the question may be left over.
_LISTS_ALL = frozenset({"get_order_status"})
# With these it is about all of them again.
_GROUPS = frozenset({"machine", "operator", "work_center", "order", "per_day", "per_week", "per_month"})
# More words than a name has are no longer just a name.
MAX_BARE_MARKS = 6


def meaning_of(reading: Reading, context: Context) -> Understanding:
    """The first reading that holds: an answer to our question, a courtesy, a continuation, a question."""
    clause = Clause(reading)
    base = context.base
    if base is not None:
        clause = replace(clause, about_orders="order" in base.arguments)
        clause = replace(clause, carried=carried_features(clause, base))
    answered = _answer_to_us(clause, context)
    if answered is not None:
        return answered
    social = social_of(clause)
    if social:
        return Understanding(social=social)
    choice = choose(clause, context.tools)
    further = _further(clause, choice.clear, base, context) if base is not None else None
    if further is not None:
        return further
    if choice.clear is not None:
        return _asked(clause, choice.clear, None)
    if choice.intents:
        return Understanding(unclear=tuple(intent.tool for intent in choice.intents))
    return _leant(clause, context)


def _leant(clause: Clause, context: Context) -> Understanding:
    """What most of the clause speaks for, if it is looked at a second time."""
    leant = lean(clause, context.tools) if context.lenient else None
    if leant is not None:
        return _with_unused(clause, _asked(clause, leant, None))
    return _not_asked(clause, context)


def _answer_to_us(clause: Clause, context: Context) -> Understanding | None:
    """ "yes", or the hours that were asked for."""
    waiting = context.pending
    if waiting is None:
        return None
    if social_of(clause) == "assent" and not _missing(waiting):
        return Understanding(queries=(waiting,))
    hours = hours_given(clause)
    if hours is None or choose(clause, context.tools).intents:
        return None
    return _with_hours(waiting, hours)


def _further(clause: Clause, own: Intent | None, base: Query, context: Context) -> Understanding | None:
    """The clause as a continuation of `base`; None when it stands on its own."""
    if own is None and "reason" in clause.features and not clause.foreign(frozenset({"reason"})):
        return Understanding(explain=frozenset({"reason"}))
    grammar = grammar_of(base.tool)
    if own is None and grammar and grammar.slot("hours") and opens_with_follow_up(clause.reading):
        hours = hours_given(clause)
        if hours is not None and not clause.dates:
            return _with_hours(base, hours)
    again = continued(clause, own, base, context.tools, answering=context.pending is not None)
    return None if again is None else _asked(clause, _intent_of(again.tool), again)


def _with_hours(query: Query, hours: float) -> Understanding:
    return Understanding(queries=(replace(query, arguments={**query.arguments, "hours": hours}),))


def _asked(clause: Clause, intent: Intent, base: Query | None) -> Understanding:
    """The calls that the clause asks for; `base`: what it continues."""
    grammar = grammar_of(intent.tool)
    if grammar is None:
        return Understanding()
    filled = fill(clause, grammar, base.arguments if base else None)
    # Where an order fits, single machines cannot be left out: that is said, not passed over.
    unused = names_in(clause.excluded) if intent.needs else ()
    query = Query(
        tool=intent.tool,
        arguments={**base.arguments, **filled.arguments} if base else filled.arguments,
        focus=names_in(clause.wanted(Named.PERSON)) or _carried_focus(clause, base),
        excluded=() if unused else names_in(clause.excluded) or (base.excluded if base else ()),
        aspects=clause.reading.concepts(),
    )
    question = _question_back(clause, query, filled)
    if question is not None:
        return Understanding(ask=Ask(question, untimed(query) if question is Question.ONCE else query))
    if query.tool in _LISTS_ALL and not query.arguments and clause.unexplained:
        return Understanding(lost=(clause.reading.said(clause.reading.marks),))
    calls = calls_of(clause, query, filled)
    if not calls:
        return Understanding(topics=("several_orders" if writes(query) else "several_changes",))
    return Understanding(
        queries=calls,
        ignored=(*_unused_words(clause, filled), *unused, *filled.unused),
    )


def _question_back(clause: Clause, query: Query, filled: Filled) -> Question | None:
    """What the call cannot be made without."""
    if filled.ask is not None:
        return filled.ask
    recurs = bool(_RECURS & clause.features) or hours_of_several_days(clause)
    if query.tool in _ONE_TIME and recurs and query.arguments.get("change") in _TIMED:
        return Question.ONCE
    lacking = _LACKING.get(str(query.arguments.get("change")))
    if lacking is not None and lacking[0] not in query.arguments:
        return lacking[1]
    missing = _missing(query)
    return Question(missing[0]) if missing else None


def _with_unused(clause: Clause, understood: Understanding) -> Understanding:
    """Names that no argument took are told as left out."""
    taken = {str(v) for q in understood.queries for v in _flat(q)}
    passed = (m.text for m in clause.names if m.text not in taken and not m.negated)
    return replace(understood, ignored=tuple(dict.fromkeys([*understood.ignored, *passed])))


def _flat(query: Query) -> Iterator[object]:
    for value in query.arguments.values():
        yield from value if isinstance(value, list) else [value]


def _unused_words(clause: Clause, filled: Filled) -> Iterator[str]:
    """Unknown words, but for numbers that became an argument: "operation 20"."""
    values = [
        v for value in filled.arguments.values() for v in (value if isinstance(value, list) else [value])
    ]
    numbers = {str(value) for value in values if isinstance(value, int)}
    return (mention.text for mention in clause.unexplained if mention.text not in numbers)


def _carried_focus(clause: Clause, base: Query | None) -> tuple[str, ...]:
    """Who it was about goes on: "is Hannah in on Monday?", "and on Tuesday?", "what about her load?"."""
    alone = not clause.names and not clause.features & _GROUPS
    return base.focus if base and (alone or "@person" in clause.carried) else ()


def _not_asked(clause: Clause, context: Context) -> Understanding:
    """A topic of its own, a name alone, or nothing that is understood."""
    topic = topic_of(clause)
    if topic:
        return Understanding(topics=(topic,))
    named = _only_named(clause, context)
    return named or Understanding(lost=(clause.reading.said(clause.reading.marks),))


def _only_named(clause: Clause, context: Context) -> Understanding | None:
    """ "Puma 3100?": a machine and nothing about it; offers to look up what can be said of it."""
    telling = any(name.surety is Surety.SHAPE for name in clause.wanted(Named.MACHINE))
    wordy = len(clause.reading.marks) > MAX_BARE_MARKS
    if not telling or wordy or clause.unexplained or clause.foreign(frozenset()):
        return None
    able = (grammar for grammar in tool_grammars() if grammar.tool in context.tools)
    grammar = next((grammar for grammar in able if grammar.describes_machines), None)
    if grammar is None:
        return None
    return Understanding(ask=Ask(Question.SUBJECT, Query(grammar.tool, fill(clause, grammar).arguments)))


def _missing(query: Query) -> list[str]:
    """The arguments without which the tool cannot say anything."""
    return [name for name in _intent_of(query.tool).needs if name not in query.arguments]


def _intent_of(tool: str) -> Intent:
    grammar = grammar_of(tool)
    if grammar is None:
        raise LookupError(tool)
    return grammar.intents[0]
