"""The arguments of a tool call, as a clause says them; names and dates in the person's own words."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

from leadhand.errors import JsonValue, LeadhandError
from models.builtin.amounts import Amount, Unit
from models.builtin.clauses import Clause
from models.builtin.counts import count, pieces
from models.builtin.grammar_files import Slot, ToolGrammar
from models.builtin.lexicon import Kind, phrase_set
from models.builtin.mentions import Mention, Named
from models.builtin.reading import Mark
from planning.date_phrases import resolve_window

# Only to tell how long a phrase is.
_SOME_DAY = datetime(2026, 1, 5, 8, tzinfo=UTC)
_DAY_MIN = 25 * 60

Arguments = dict[str, JsonValue]


class Question(StrEnum):
    """What has to be asked back; each has its words in replies.toml."""

    HOURS = "hours"
    LENGTH = "length"
    RANGE = "range"
    EACH = "each"
    SEVERAL = "several"
    SUBJECT = "subject"  # only a name was said


@dataclass(frozen=True, slots=True)
class Filled:
    """`arguments` for the first window; `windows`: all of them. `ask`: what stands in the way.

    `groups`: the groupings said ("per operator and per machine"). `pairs`: machines, each with
    its own window.
    `unused`: days that are a condition which the tool is not given. `orders`: all that are named.
    """

    arguments: Arguments
    windows: tuple[str, ...] = ()
    ask: Question | None = None
    groups: tuple[str, ...] = ()
    pairs: tuple[tuple[tuple[str, ...], str], ...] = ()
    unused: tuple[str, ...] = ()
    orders: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Dates:
    """The date phrases by their role."""

    windows: tuple[str, ...]
    until: tuple[str, ...]


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
    for slot in grammar.slots:
        if any(arguments.get(name) == meant for name, meant in slot.drop):
            arguments.pop(slot.argument, None)
    wants_amount = grammar.slot("hours") is not None
    choice = grammar.slot("choice")
    return Filled(
        arguments,
        _windows(grammar, dates),
        _question(clause) if wants_amount else None,
        unused=tuple(mark.date.text for mark in clause.dates if mark.date and _is_for_overtime(clause, mark)),
        groups=tuple(_compared(choice, clause)) if choice and choice.argument in arguments else (),
        orders=names_in(clause.wanted(Named.ORDER)) if grammar.slot("order") else (),
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


def dates_of(clause: Clause) -> Dates:
    windows: list[str] = []
    until: list[str] = []
    pledged = "pledge" in clause.features and "begin" not in clause.features
    for mark in clause.dates:
        if _is_for_overtime(clause, mark):
            continue
        until_it = _is_until(clause, mark) or (pledged and _is_one_day(mark))
        target = until if until_it else windows
        target.append(mark.date.text if mark.date else "")
    return Dates(tuple(windows), tuple(until))


def _windows(grammar: ToolGrammar, dates: Dates) -> tuple[str, ...]:
    """Without a due date among the arguments, "until Friday" is a window like any other."""
    return dates.windows or (dates.until if grammar.slot("due") is None else ())


def _is_for_overtime(clause: Clause, mark: Mark) -> bool:
    """ "overtime on Saturday", "Saturday overtime": a condition, not the period, if another is said."""
    if len(clause.dates) < 2 or "overtime" not in clause.features:
        return False
    marks = clause.reading.marks
    index = marks.index(mark)
    near = (*marks[max(0, index - 1) : index], *marks[index + 1 : index + 2])
    return any("overtime" in other.values(Kind.CONCEPT) for other in near)


def _is_one_day(mark: Mark) -> bool:
    """Whether the phrase is a day or less; which day it is, is not ours to know."""
    try:
        window = resolve_window(mark.date.text if mark.date else "", _SOME_DAY, ZoneInfo("UTC"))
    except LeadhandError:
        return False
    return window.end_min - window.start_min <= _DAY_MIN


def _is_until(clause: Clause, mark: Mark) -> bool:
    cues = phrase_set("until")
    if mark.words[0].spelled in cues:
        return True
    index = clause.reading.marks.index(mark)
    for before in reversed(clause.reading.marks[max(0, index - 3) : index]):
        if " ".join(word.spelled for word in before.words) in cues or "due" in before.values(Kind.CONCEPT) - {
            ""
        }:
            return any(word.spelled in cues for word in before.words)
        if not before.neutral or before.has(Kind.LOCATION):
            return False
    return False


def _question(clause: Clause) -> Question | None:
    """Amounts that are no plain number of hours are asked back, never converted."""
    work = [amount for amount in clause.amounts if amount.unit is not Unit.PERCENT and not amount.setup]
    if any(amount.each for amount in work):
        return Question.EACH
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
    found = _machines(slot, clause, dates)
    return found[0] if isinstance(found, list) and found else None


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


def _any_date(slot: Slot, clause: Clause, dates: Dates) -> JsonValue:
    """The one date that is said, whatever stands before it."""
    del slot, clause
    return next(iter((*dates.until, *dates.windows)), None)


def _order_due(slot: Slot, clause: Clause, dates: Dates) -> JsonValue:
    """The one date that is said; beside overtime, or planning the work in, only one with a word like "by"."""
    if not {"overtime", "plan_verb"} & clause.features:
        return _any_date(slot, clause, dates)
    return next((m.date.text for m in clause.dates if m.date and _is_until(clause, m)), None)


def _order_release(slot: Slot, clause: Clause, dates: Dates) -> JsonValue:
    """ "if we plan them in today": from when on."""
    del slot, dates
    if "plan_verb" not in clause.features:
        return None
    return next((m.date.text for m in clause.dates if m.date and not _is_until(clause, m)), None)


def _order(slot: Slot, clause: Clause, dates: Dates) -> JsonValue:
    del slot, dates
    return next(iter(names_in(clause.wanted(Named.ORDER))), None)


def _due_in(slot: Slot, clause: Clause, dates: Dates) -> JsonValue:
    """A stretch of time in which something is due: "next week", "due on Friday"."""
    del slot, dates
    return next((_due_text(m) for m in clause.dates if not _is_due_until(clause, m)), None)


def _due_until(slot: Slot, clause: Clause, dates: Dates) -> JsonValue:
    """ "due by Friday": only what is said with a word like "by", and nothing beside a stretch of time."""
    if _due_in(slot, clause, dates) is not None:
        return None
    return next((_due_text(m) for m in clause.dates), None)


def _due_text(mark: Mark) -> str:
    """The date without the "due" before it, which is one phrase with it."""
    text = mark.date.text if mark.date else ""
    first, _, rest = text.partition(" ")
    return rest if first.casefold() == "due" and rest else text


def _is_due_until(clause: Clause, mark: Mark) -> bool:
    """Whether "by", "until" and the like stand before the day; "due" alone says only what day it is."""
    if mark.words[0].spelled == "due" and len(mark.words) > 1:
        return mark.words[1].spelled in phrase_set("until")
    return _is_until(clause, mark)


def _choice_or_until(slot: Slot, clause: Clause, dates: Dates) -> JsonValue:
    """A choice by its words; `value` where only an end is said."""
    chosen = _choice(slot, clause, dates)
    return slot.value if chosen is None and _due_until(slot, clause, dates) is not None else chosen


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
    return slot.value if slot.concept in clause.features else None


def _choice(slot: Slot, clause: Clause, dates: Dates) -> JsonValue:
    del dates
    said = [(name, value) for name, value in slot.values if name in clause.features]
    compared = _compared(slot, clause)
    if compared or said:
        return compared[0] if compared else said[0][1]
    return next((entry.value for entry in slot.otherwise if entry.feature in clause.features), None)


def _orders(slot: Slot, clause: Clause, dates: Dates) -> JsonValue:
    del slot, dates
    return [*dict.fromkeys(m.text for m in clause.wanted(Named.ORDER))]


def _choices(slot: Slot, clause: Clause, dates: Dates) -> JsonValue:
    """Of a list of values, the one that is meant."""
    found = _choice(slot, clause, dates)
    return [] if found is None else [found]


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
    "people": _people,
    "center": _center,
    "centers": _centers,
    "window": _window,
    "until": _until,
    "due": _due,
    "order": _order,
    "person": _person,
    "any_date": _any_date,
    "order_due": _order_due,
    "order_release": _order_release,
    "pieces": lambda slot, clause, dates: pieces(slot, clause),
    "batch": lambda slot, clause, dates: clause.batch.quantity if clause.batch else pieces(slot, clause),
    "route": lambda slot, clause, dates: clause.route,
    "due_in": _due_in,
    "due_until": _due_until,
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
