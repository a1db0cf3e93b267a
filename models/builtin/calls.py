"""The calls that one question comes to: one for each thing, period or grouping that it names."""

from dataclasses import replace

from models.builtin.clauses import Clause
from models.builtin.grammar_files import grammar_of
from models.builtin.mentions import Mention, Named
from models.builtin.name_lists import each_with_day, is_left, is_lumped, list_with
from models.builtin.slots import Arguments, Filled
from models.builtin.understanding import SIMULATE, Query

# One message asks for this many calls at most.
MAX_QUERIES = 4
# What a change is of, and what it is called when that is not there.
_CHANGED = {"order": Named.ORDER, "machine": Named.MACHINE, "operator": Named.PERSON}
_AWAY: dict[Named, str] = {Named.MACHINE: "machine_down", Named.PERSON: "operator_absent"}
# Where work is put on the machine that is named.
_BOOK, _MOVE = "book_operation", "reschedule_order"
_TO_A_MACHINE = frozenset({_BOOK, _MOVE})
_TIMES = frozenset({"window", "from", "to"})


def calls_of(clause: Clause, query: Query, filled: Filled) -> tuple[Query, ...]:
    """None where several changes are named and it is not told which is meant for what."""
    named = _each_named(clause, query)
    changes = query.tool == SIMULATE or writes(query)
    if len(named) > MAX_QUERIES or (changes and not named and is_lumped(clause, filled.windows)):
        return ()
    if query.tool in _TO_A_MACHINE and _is_only_left(clause, query):
        return ()
    places = () if changes else _each_place(clause, query)
    return named or places or _each(_as_move(clause, query), filled)


def _is_only_left(clause: Clause, query: Query) -> bool:
    """ "Take WO-4011 off the Puma and run it on the 2600": never proposed for the machine that it leaves."""
    machine = query.arguments.get("machine")
    return any(m.text == machine and is_left(clause, m) for m in clause.wanted(Named.MACHINE))


def _each_place(clause: Clause, query: Query) -> tuple[Query, ...]:
    """ "Milling and turning", "the Studer and the Zeiss": where one is taken, a call for each."""
    for argument, kind in (("work_center", Named.CENTER), ("machine", Named.MACHINE)):
        names = [m.text for m in list_with(clause, (kind,), query.arguments.get(argument))]
        if names:
            each = ({**query.arguments, argument: name} for name in names[:MAX_QUERIES])
            return tuple(replace(query, arguments=arguments) for arguments in each)
    return ()


def _as_move(clause: Clause, query: Query) -> Query:
    """What leaves a machine is in the plan already, so it is moved and not booked."""
    machines = [m for m in clause.names if m.kind is Named.MACHINE]
    if query.tool != _BOOK or not any(m.negated or is_left(clause, m) for m in machines):
        return query
    kept = {name: value for name, value in query.arguments.items() if name in {"order", "machine", "start"}}
    number = query.arguments.get("operation")
    own: Arguments = {} if number is None else {"operations": [number]}
    return replace(query, tool=_MOVE, arguments={**kept, **own})


def writes(query: Query) -> bool:
    """Whether its tool proposes a change of the plan."""
    grammar = grammar_of(query.tool)
    return grammar is not None and grammar.writes


def untimed(query: Query) -> Query:
    """The call without its time, for which another one is asked."""
    kept = {name: value for name, value in query.arguments.items() if name not in _TIMES}
    return replace(query, arguments=kept)


def _each_named(clause: Clause, query: Query) -> tuple[Query, ...]:
    """A change of several machines, people or orders is tried out for each; no simulation takes two."""
    own = next((name for name in _CHANGED if name in query.arguments), None)
    if own is None or not (query.tool == SIMULATE or writes(query)):
        return ()
    away = query.arguments.get("change") in _AWAY.values()
    kinds = _AWAY if away else {_CHANGED[own]}
    rest = {name: value for name, value in query.arguments.items() if name not in _CHANGED}
    each = [_changing(m, rest, away=away) for m in list_with(clause, kinds, query.arguments[own])]
    time = next((name for name in ("due", "window", "start") if name in rest), None)
    if time is not None:
        each += [{**rest, own: name, time: day} for name, day in each_with_day(clause, _CHANGED[own])]
    return tuple(replace(query, arguments=arguments) for arguments in each)


def _changing(mention: Mention, rest: Arguments, *, away: bool) -> Arguments:
    """ "Hannah and the Puma are both out": she is absent, it is down."""
    own: Arguments = {name: mention.text for name, kind in _CHANGED.items() if kind is mention.kind}
    return {**rest, **own, "change": _AWAY[mention.kind]} if away else {**rest, **own}


def _each(query: Query, filled: Filled) -> tuple[Query, ...]:
    """One call for each order, period, grouping, or machine with a period of its own."""
    if len(filled.orders) > 1:
        each_order = ({**query.arguments, "order": order} for order in filled.orders[:MAX_QUERIES])
        return tuple(replace(query, arguments=arguments) for arguments in each_order)
    if len(filled.operations) > 1 and "operation" in query.arguments:
        each_operation = ({**query.arguments, "operation": number} for number in filled.operations)
        return tuple(replace(query, arguments=arguments) for arguments in each_operation)[:MAX_QUERIES]
    if filled.pairs:
        return tuple(
            replace(query, arguments={**query.arguments, "machines": [*names], "window": window})
            for names, window in filled.pairs[:MAX_QUERIES]
        )
    each = _for_each_window(query, filled.windows)
    if len(each) > 1 or len(filled.groups) < 2:
        return each
    return tuple(
        replace(query, arguments={**query.arguments, "group_by": group})
        for group in filled.groups[:MAX_QUERIES]
    )


def _for_each_window(query: Query, windows: tuple[str, ...]) -> tuple[Query, ...]:
    """ "this week and next week" are two calls."""
    if len(windows) < 2 or "window" not in query.arguments:
        return (query,)
    each = ({**query.arguments, "window": window} for window in windows[:MAX_QUERIES])
    return tuple(replace(query, arguments=arguments) for arguments in each)
