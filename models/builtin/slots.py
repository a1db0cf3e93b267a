"""The arguments of a tool call, as a clause says them; names and dates in the person's own words."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import StrEnum

from leadhand.errors import JsonValue
from models.builtin.amounts import Amount, Unit
from models.builtin.clauses import Clause
from models.builtin.counts import (
    count,
    last_number,
    new_quantity,
    number_after,
    numbers_after,
    pieces,
    urgency,
)
from models.builtin.deadlines import (
    Dates,
    any_date,
    dates_of,
    due_in,
    due_until,
    is_for_overtime,
    order_due,
    order_release,
    windows_of,
)
from models.builtin.grammar_files import Slot, ToolGrammar
from models.builtin.lexicon import Kind, phrase_set
from models.builtin.mentions import Mention, Named
from models.builtin.name_lists import is_left
from models.builtin.quotes import machines_beside, said_quote

# How far an order moves is not a time in which it does.
_MOVED = frozenset({"postponed", "begin"})

Arguments = dict[str, JsonValue]


class Question(StrEnum):
    """What has to be asked back; each has its words in replies.toml."""

    HOURS = "hours"
    LENGTH = "length"
    RANGE = "range"
    EACH = "each"
    SEVERAL = "several"
    SUBJECT = "subject"  # only a name was said
    SIMULATIONS = "sims"
    DAY = "day"
    PIECES = "pieces"
    ONCE = "once"  # a time that recurs
    PROPOSE = "propose"  # what can be proposed, and not tried out


@dataclass(frozen=True, slots=True)
class Filled:
    """`arguments` for the first window; `windows`: all of them. `ask`: what stands in the way.

    `groups`: the groupings said ("per operator and per machine"). `pairs`: machines, each with
    its own window.
    `unused`: days that are a condition which the tool is not given. `orders`, `operations`: all named.
    """

    arguments: Arguments
    windows: tuple[str, ...] = ()
    ask: Question | None = None
    groups: tuple[str, ...] = ()
    pairs: tuple[tuple[tuple[str, ...], str], ...] = ()
    unused: tuple[str, ...] = ()
    orders: tuple[str, ...] = ()
    operations: tuple[int, ...] = ()


def fill(clause: Clause, grammar: ToolGrammar, known: Arguments | None = None) -> Filled:
    """All arguments that `clause` gives for the tool; needed ones may be missing.

    `known`: those of the turn before, which stay where the clause does not say otherwise.
    """
    arguments: Arguments = {}
    dates = dates_of(clause)
    for slot in grammar.slots:
        taken = bool({"machines", "order"} & arguments.keys()) or slot.unless in clause.carried
        if slot.unless and slot.unless in clause.features and taken:
            continue
        rule_slot = replace(slot, otherwise=()) if known and slot.argument in known else slot
        value = _RULES[slot.kind](rule_slot, clause, dates)
        if value is not None and value != []:
            arguments[slot.argument] = value
    meant_now = {**(known or {}), **arguments}
    for slot in grammar.slots:
        if any(meant_now.get(name) == meant for name, meant in slot.drop):
            arguments.pop(slot.argument, None)
    wants_amount = grammar.slot("hours") is not None
    choice = grammar.slot("choice")
    return Filled(
        arguments,
        windows_of(grammar, dates),
        _question(clause) if wants_amount else None,
        unused=tuple(mark.date.text for mark in clause.dates if mark.date and is_for_overtime(clause, mark)),
        groups=tuple(_compared(choice, clause)) if choice and choice.argument in arguments else (),
        orders=names_in(clause.wanted(Named.ORDER)) if grammar.slot("order") else (),
        operations=tuple(numbers_after(one, clause)) if (one := grammar.slot("number_after")) else (),
        pairs=_pairs(clause) if grammar.slot("machines") and grammar.slot("window") else (),
    )


def _pairs(clause: Clause) -> tuple[tuple[tuple[str, ...], str], ...]:
    """ "VF-4 tomorrow, Puma next week": machines and windows by turns, one of each after the other."""
    names = [(m.first, m.text) for m in clause.wanted(Named.MACHINE)]
    marks = clause.reading.marks
    dates = [(marks.index(mark), mark.date.text) for mark in clause.dates if mark.date]
    if len(names) < 2 or len(names) != len(dates):
        return ()
    order = [kind for _, kind in sorted([*((at, "m") for at, _ in names), *((at, "d") for at, _ in dates)])]
    if order not in (["m", "d"] * len(names), ["d", "m"] * len(names)):
        return ()
    return tuple(((name,), date) for (_, name), (_, date) in zip(names, dates, strict=True))


def _question(clause: Clause) -> Question | None:
    """Amounts that are no plain number of hours are asked back, never converted."""
    work = [amount for amount in clause.amounts if amount.unit is not Unit.PERCENT and not amount.setup]
    if any(amount.each for amount in work) or (
        clause.counts and "pieces" in clause.features and len(work) == 1
    ):
        return Question.EACH  # "150 pieces, 8 minutes": of one of them, more likely than of all
    if any(amount.unit is Unit.OTHER for amount in work):
        return Question.LENGTH
    if any(amount.high_minutes is not None for amount in work):
        return Question.RANGE
    return Question.SEVERAL if len(work) > 1 else None


def _main_amount(clause: Clause) -> Amount | None:
    plain = [a for a in clause.amounts if a.minutes is not None and not a.setup and not a.each]
    return plain[0] if len(plain) == 1 and plain[0].high_minutes is None else None


def _machines(slot: Slot, clause: Clause, dates: Dates) -> JsonValue:
    del dates
    named = [m for m in clause.wanted(Named.MACHINE) if m.coded or m.located or not slot.placed]
    return [*dict.fromkeys(m.text for m in named)]


def _machine(slot: Slot, clause: Clause, dates: Dates) -> JsonValue:
    """The one that is surely a machine, where others only could be: "the Haas guy wants the ST-30"."""
    del dates
    named = [m for m in clause.wanted(Named.MACHINE) if m.coded or m.located or not slot.placed]
    named = [m for m in named if not is_left(clause, m)] or named
    sure = max(named, key=lambda m: (m.coded, m.surety, any(c.isdigit() for c in m.text)), default=None)
    return None if sure is None else sure.text


def _people(slot: Slot, clause: Clause, dates: Dates) -> JsonValue:
    del slot, dates
    return [*names_in(clause.wanted(Named.PERSON))]


def _center(slot: Slot, clause: Clause, dates: Dates) -> JsonValue:
    found = _centers(slot, clause, dates)
    return found[0] if isinstance(found, list) and found else None


def _centers(slot: Slot, clause: Clause, dates: Dates) -> JsonValue:
    del slot, dates
    return [*dict.fromkeys(m.text for m in clause.wanted(Named.CENTER))]


def _window(slot: Slot, clause: Clause, dates: Dates) -> JsonValue:
    del slot, clause
    return dates.windows[0] if dates.windows else None


def _window_or_length(slot: Slot, clause: Clause, dates: Dates) -> JsonValue:
    """A window, or from now on for as long as is said: "for two days" is "next 2 days"."""
    said = _window(slot, clause, dates)
    if said is None and dates.until and {"@order", "begin"} <= clause.features:
        first, _, day = dates.until[0].partition(" ")
        return day if first.casefold() in phrase_set("until") else dates.until[0]
    moved = "@order" in clause.features and bool(clause.features & _MOVED)
    if said is not None or dates.until or "shifted" in clause.features or moved:
        return said
    lasts = [amount.days for amount in clause.amounts if amount.days is not None and not amount.each]
    return f"next {lasts[0]} days" if len(lasts) == 1 and lasts[0] > 1 else None


def _due(slot: Slot, clause: Clause, dates: Dates) -> JsonValue:
    del slot, clause
    return dates.until[0] if dates.until else None


def _until(slot: Slot, clause: Clause, dates: Dates) -> JsonValue:
    """A window's end; alone it is the window."""
    del slot, clause
    return dates.until[0] if dates.until and not dates.windows else None


def _hours(slot: Slot, clause: Clause, dates: Dates) -> JsonValue:
    del slot, dates
    amount = _main_amount(clause)
    return None if amount is None or amount.minutes is None else _number(amount.minutes / 60)


def _minutes(slot: Slot, clause: Clause, dates: Dates) -> JsonValue:
    del slot, dates
    amount = _main_amount(clause)
    return None if amount is None or amount.minutes is None else round(amount.minutes)


def _person(slot: Slot, clause: Clause, dates: Dates) -> JsonValue:
    found = _people(slot, clause, dates)
    return found[0] if isinstance(found, list) and found else None


def _order(slot: Slot, clause: Clause, dates: Dates) -> JsonValue:
    del slot, dates
    return next(iter(names_in(clause.wanted(Named.ORDER))), None)


def _choice_or_until(slot: Slot, clause: Clause, dates: Dates) -> JsonValue:
    """A choice by its words; `value` where only an end is said."""
    chosen = _choice(slot, clause, dates)
    return slot.value if chosen is None and due_until(slot, clause, dates) is not None else chosen


def _setup(slot: Slot, clause: Clause, dates: Dates) -> JsonValue:
    del slot, dates
    found = next((a.minutes for a in clause.amounts if a.setup and a.minutes is not None), None)
    return None if found is None else round(found)


def _percent(slot: Slot, clause: Clause, dates: Dates) -> JsonValue:
    del slot, dates
    found = next((a.percent for a in clause.amounts if a.percent is not None), None)
    return None if found is None else _number(found)


def _flag(slot: Slot, clause: Clause, dates: Dates) -> JsonValue:
    del dates
    return slot.value if slot.concept in clause.features and not slot.single & clause.features else None


def _choice(slot: Slot, clause: Clause, dates: Dates) -> JsonValue:
    del dates
    said = [(name, value) for name, value in slot.values if set(name.split()) <= clause.features]
    several = [value for name, value in said if " " in name]
    chosen = [*several, *_compared(slot, clause), *(value for _, value in said)]
    if chosen:
        return chosen[0]
    return next((entry.value for entry in slot.otherwise if entry.feature in clause.features), None)


def _orders(slot: Slot, clause: Clause, dates: Dates) -> JsonValue:
    del slot, dates
    return [*dict.fromkeys(m.text for m in clause.wanted(Named.ORDER))]


def _customer(slot: Slot, clause: Clause, dates: Dates) -> JsonValue:
    del slot, dates
    return next(iter(names_in(clause.wanted(Named.CUSTOMER))), None)


def _choices(slot: Slot, clause: Clause, dates: Dates) -> JsonValue:
    """Of a list of values, all that are meant; a word that is part of another meaning says nothing more."""
    del dates
    said = [(frozenset(name.split()), value) for name, value in slot.values]
    met = [(words, value) for words, value in said if words <= clause.features]
    whole = [(words, value) for words, value in met if not any(words < other for other, _ in met)]
    strong = [(words, value) for words, value in whole if not words & slot.single]
    return [*dict.fromkeys(value for _, value in strong or whole)]


def _compared(slot: Slot, clause: Clause) -> list[str]:
    """The values whose words stand behind "by", "per" and the like."""
    said = (entry for entry in slot.values if entry[0] in clause.features)
    found = [value for name, value in said if _is_compared(clause, name)]
    return [value for value in dict.fromkeys(found) if (slot.argument, value) not in slot.drop]


def _is_compared(clause: Clause, concept: str) -> bool:
    """Whether a word like "by" or "per" stands right before the concept, articles between."""
    cues = phrase_set("grouping")
    marks = clause.reading.marks
    for index, mark in enumerate(marks):
        if concept not in mark.values(Kind.CONCEPT):
            continue
        for before in reversed(marks[max(0, index - 3) : index]):
            if " ".join(word.spelled for word in before.words) in cues:
                ahead = marks[marks.index(before) - 1 : marks.index(before)] if marks.index(before) else ()
                return not any(mark.has(Kind.NEGATION) for mark in ahead)
            if not before.has(Kind.DETERMINER, Kind.FILLER):
                break
    return False


def _number(value: float) -> int | float:
    return int(value) if value == int(value) else round(value, 4)


_RULES: dict[str, Callable[[Slot, Clause, Dates], JsonValue]] = {
    "machines": _machines,
    "machine": _machine,
    "machine_or_center": lambda slot, clause, dates: (
        _machine(slot, clause, dates) or _center(slot, clause, dates)
    ),
    "people": _people,
    "center": _center,
    "centers": _centers,
    "window": _window,
    "window_or_length": _window_or_length,
    "until": _until,
    "due": _due,
    "order": _order,
    "person": _person,
    "customer": _customer,
    "quote": lambda slot, clause, dates: said_quote(clause, str(slot.value)),
    "machines_beside_quote": lambda slot, clause, dates: [*machines_beside(clause)],
    "urgency": lambda slot, clause, dates: urgency(slot, clause),
    "last_number": lambda slot, clause, dates: last_number(clause),
    "number_after": lambda slot, clause, dates: number_after(slot, clause),
    "numbers_after": lambda slot, clause, dates: [*numbers_after(slot, clause)],
    "any_date": any_date,
    "order_due": order_due,
    "order_release": order_release,
    "pieces": lambda slot, clause, dates: pieces(slot, clause),
    "new_quantity": lambda slot, clause, dates: new_quantity(slot, clause),
    "batch": lambda slot, clause, dates: (
        clause.batch.quantity if clause.batch else pieces(slot, clause) or new_quantity(slot, clause)
    ),
    "route": lambda slot, clause, dates: clause.route,
    "due_in": due_in,
    "due_until": due_until,
    "choice_or_until": _choice_or_until,
    "hours": _hours,
    "minutes": _minutes,
    "setup": _setup,
    "percent": _percent,
    "flag": _flag,
    "count": lambda slot, clause, dates: count(slot, clause),
    "choice": _choice,
    "choices": _choices,
    "orders": _orders,
}


def names_in(mentions: tuple[Mention, ...] | list[Mention]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(mention.text for mention in mentions))
