"""Several things that one kind of change is supposed of: in one list, or each with its own day."""

from collections.abc import Collection
from itertools import pairwise

from models.builtin.clauses import Clause
from models.builtin.lexicon import Kind
from models.builtin.mentions import Mention, Named
from models.builtin.reading import language_words

_THINGS = (Named.MACHINE, Named.PERSON, Named.ORDER)


def list_with(clause: Clause, kinds: Collection[Named], name: object) -> tuple[Mention, ...]:
    """ "The Puma and the Haas are both down": all of the list in which `name` stands; empty where alone."""
    names = [m for m in clause.names if m.kind in kinds and not m.negated]
    groups: list[list[Mention]] = [names[:1]]
    for before, here in pairwise(names):
        if _goes_on(clause, before, here):
            groups[-1].append(here)
        else:
            groups.append([here])
    none: list[Mention] = []
    found = next((group for group in groups if any(m.text == name for m in group)), none)
    each = {m.text: m for m in found}
    return tuple(each.values()) if len(each) > 1 else ()


def _goes_on(clause: Clause, before: Mention, here: Mention) -> bool:
    """Only "and" stands between them; or the verb, and behind the second one a word such as "too"."""
    marks = clause.reading.marks
    between = marks[before.last : here.first]
    gap = clause.reading.text[marks[before.last - 1].end :]
    joined = bool(between) or gap.lstrip().startswith((",", "/", "+"))
    linked = any(mark.has(Kind.JOINER) for mark in between) or not between
    small = all(
        mark.has(Kind.JOINER, Kind.DETERMINER) or (linked and mark.has(Kind.LOCATION)) for mark in between
    )
    if joined and small:
        return True
    last = next((mark for mark in reversed(between) if not mark.has(Kind.DETERMINER)), None)
    after = marks[here.last : here.last + 1]
    also = bool(after) and after[0].words[0].plain in language_words("also")
    return also and last is not None and last.has(Kind.JOINER)


def each_with_day(clause: Clause, kind: Named) -> tuple[tuple[str, str], ...]:
    """ "Maria is off Monday and Tyrone Tuesday": names and days by turns."""
    names = [(m.first, m.text) for m in clause.wanted(kind)]
    marks = clause.reading.marks
    days = [(marks.index(mark), mark.date.text) for mark in clause.dates if mark.date]
    if len(names) < 2 or len(names) != len(days) or len(names) != len(_things(clause)):
        return ()
    turns = all(name[0] < day[0] for name, day in zip(names, days, strict=True))
    apart = all(day[0] < name[0] for day, name in zip(days, names[1:], strict=False))
    return (
        tuple((name, day) for (_, name), (_, day) in zip(names, days, strict=True)) if turns and apart else ()
    )


def is_left(clause: Clause, machine: Mention) -> bool:
    """ "From the VF-2 to the VF-4", "off the Puma": the machine that work leaves."""
    before = clause.reading.marks[max(0, machine.first - 2) : machine.first]
    return any(word.plain in language_words("comes_from") for mark in before for word in mark.words)


def is_lumped(clause: Clause, windows: tuple[str, ...]) -> bool:
    """Whether several things are named, in no list, with several days or orders: one change is not all."""
    things = _things(clause)
    if len(things) < 2 or len(list_with(clause, _THINGS, things[0].text)) == len(things):
        return False
    return len(windows) > 1 or sum(1 for m in things if m.kind is Named.ORDER) > 1


def _things(clause: Clause) -> list[Mention]:
    return [m for m in clause.names if m.kind in _THINGS and not m.negated]
