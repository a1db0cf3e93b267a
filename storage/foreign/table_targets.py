"""Whom a row of a table holds for: the machines, people or calendars of the shop that one cell names."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from storage.exchange.problems import shown
from storage.foreign.decisions import Choice, Question
from storage.foreign.places import LEAVE_OUT, Book, Places
from storage.foreign.shop_names import Named
from storage.foreign.vocabulary import folded

# Between the things that one cell names.
BETWEEN = re.compile(r"\s*[,;/+&\n、，；]\s*")
ALL = "all"
# (column, reference) of an exception
Target = tuple[str, str]
_COLUMNS = {"calendar": "calendar_id", "machine": "machine_id", "operator": "operator_id"}
_ABOUT = {"calendar": "calendar", "machine": "machine", "operator": "person"}
_WORK_CENTER = "work_center"
_CHOICES = 20


def names_in(book: Book, text: str, groups: Book | None = None) -> list[str]:
    """The names that a cell holds: several only where the shop has one of them, and nothing called so."""

    def known(name: str) -> bool:
        return book.find(name) is not None or (groups is not None and groups.find(name) is not None)

    parts = list(filter(None, BETWEEN.split(text)))
    if not known(text) and len(parts) > 1 and any(map(known, parts)):
        return list(dict.fromkeys(parts))
    return [text] if text else []


def machine_names(places: Places, texts: Iterable[str]) -> list[str]:
    """The names of machines that cells hold; a work center stands for its machines, and is told."""
    found: list[str] = []
    for text in dict.fromkeys(texts):
        for name in names_in(places.machines, text, places.work_centers):
            group = _group(places, name)
            if group and f"machine.{name}" not in places.decisions.given:
                places.decisions.note(f"machine.{name}", "; ".join(group), "the machines of that work center")
            elif name not in found:
                found.append(name)
    return found


def machines_in(places: Places, text: str) -> list[str]:
    """The references of the machines that a cell names; without those that nobody has, or that are asked."""
    found: list[str] = []
    for name in names_in(places.machines, text, places.work_centers):
        machine = places.machines.find(name)
        found += _group(places, name) if machine is None else [machine]
    return list(dict.fromkeys(found))


def _group(places: Places, name: str) -> list[str]:
    """The machines of a work center that no machine is called like."""
    center = places.work_centers.find(name) if places.machines.find(name) is None else None
    return places.members.get(center, []) if center is not None else []


def _is_within(named: Named, text: str) -> bool:
    """Whether the code, the number or the name of something is among the words of a cell."""
    held = f" {folded(text)} "
    return any(
        len(word) > 1 and f" {word} " in held
        for word in map(folded, (named.code, named.external_id or "", named.name))
    )


@dataclass(frozen=True, slots=True)
class TableTargets:
    """What cells of one column name, whatever it is of the shop; else it is asked, cell by cell."""

    places: Places

    def of(self, text: str) -> list[Target] | None:
        """None: it is asked; empty: its rows are left out."""
        found = self._in_cell(text)
        question = Question(
            f"for.{text}",
            f'Whom does "{shown(text)}" hold for?',
            (*self._choices(text), Choice(LEAVE_OUT, "nobody: its rows are left out")),
            why="the shop has several that are called so"
            if self._is_of_two(text)
            else "nothing of the shop is called so; several are parted by ;",
        )
        value = self.places.decisions.settle(
            question,
            proven=(text, "the shop has it") if found else None,
            fits=lambda said: said == LEAVE_OUT or bool(self._answered(said)),
        )
        if value is None or value == LEAVE_OUT:
            return None if value is None else []
        return found if value == text and found else self._answered(value)

    def _in_cell(self, text: str) -> list[Target]:
        whole = self._called(text)
        return whole if whole or self._is_of_two(text) else self._all_of(BETWEEN.split(text))

    def _answered(self, value: str) -> list[Target]:
        if value == ALL:
            return [("calendar_id", calendar.id) for calendar in self.places.shop.calendars]
        return self._called(value) or self._all_of(part.strip() for part in value.split(";"))

    def _all_of(self, parts: Iterable[str]) -> list[Target]:
        found = [self._called(part) for part in parts if part]
        return list(dict.fromkeys(target for one in found for target in one)) if all(found) else []

    def _called(self, name: str) -> list[Target]:
        """What is called so; nothing where that are several, but for `machine:NAME`, which says the kind."""
        kind, sign, rest = name.partition(":")
        if sign and kind.strip() in {*_COLUMNS, _WORK_CENTER}:
            return dict(self._kinds(rest.strip())).get(kind.strip(), [])
        found = list(self._kinds(name))
        return found[0][1] if len(found) == 1 else []

    def _is_of_two(self, name: str) -> bool:
        return len(list(self._kinds(name))) > 1

    def _kinds(self, name: str) -> Iterator[tuple[str, list[Target]]]:
        """By kind, what is called so. A work center of the one machine that is called so too is no other."""
        places = self.places
        books = {"calendar": places.calendars, "machine": places.machines, "operator": places.operators}
        for kind, book in books.items():
            if (reference := book.find(name)) is not None:
                yield kind, [(_COLUMNS[kind], reference)]
        center = places.work_centers.find(name)
        group = places.members.get(center, []) if center is not None else []
        if group and group != [places.machines.find(name)]:
            yield _WORK_CENTER, [("machine_id", reference) for reference in group]

    def _choices(self, text: str) -> Iterator[Choice]:
        if self._is_of_two(text):
            yield from (Choice(f"{kind}:{text}") for kind, _ in self._kinds(text))
            return
        shop = self.places.shop
        kinds = (("calendar", shop.calendars), ("machine", shop.machines), ("operator", shop.operators))
        found = [(kind, n) for kind, named in kinds for n in named]
        within = [(kind, n) for kind, n in found if _is_within(n, text)]
        rest = [(kind, n) for kind, named in kinds for n in named[:_CHOICES] if (kind, n) not in within]
        for kind, named in [*within, *rest]:
            called = named.id if kind == "calendar" else named.code
            alone = self._called(called) == [(_COLUMNS[kind], named.id)]
            yield Choice(called if alone else f"{kind}:{called}", f"the {_ABOUT[kind]} {named.name}")
        if len(shop.calendars) > 1:
            yield Choice(ALL, "all of these calendars")
