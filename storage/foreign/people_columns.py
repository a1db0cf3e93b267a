"""The column whose cells the shop knows as its people, where another one only has the header of it."""

from collections.abc import Mapping, Sequence

from storage.foreign.decisions import Decisions, Scoped
from storage.foreign.names_of_people import parts_of
from storage.foreign.shop_names import Named
from storage.foreign.suggesting import Guess
from storage.foreign.tables import Table

PEOPLE = "people"
_KINDS = frozenset({"absences", "shifts"})
_LEAST = 2


def remember_people(people: Sequence[Named], decisions: Decisions) -> None:
    """What the shop's people are known by: their codes and numbers of other systems, and their names."""
    numbers = (number for one in people for number in (one.code, one.external_id) if number)
    decisions.people = frozenset(map(_plain, numbers))
    decisions.names = frozenset(_words(one.name) for one in people if one.name)


def propose_known_people(table: Table, scope: Scoped, kind: str, proposed: dict[str, list[Guess]]) -> None:
    """Proposes as the person the columns most of whose cells are people of the shop, where hardly any of
    the one that is proposed by its header is."""
    decisions, taken = scope.decisions, _taken(proposed)
    if kind not in _KINDS or not decisions.people or scope.key("operator") in decisions.given:
        return
    if any(_are_people(table, guess.index, decisions) for guess in proposed.get("operator", [])):
        return
    found = [
        Guess(index, header, "operator", 1.0, PEOPLE)
        for index, header in enumerate(table.headers)
        if header and index not in taken and _are_numbers(table, index, decisions)
    ]
    if found:
        proposed["operator"] = found


def _taken(proposed: Mapping[str, Sequence[Guess]]) -> set[int]:
    people = ("operator", "operator_name", "absence_number")
    return {guess.index for field, found in proposed.items() if field not in people for guess in found}


def _are_numbers(table: Table, index: int, decisions: Decisions) -> bool:
    """Whether most of a column's different texts are numbers or codes of people, and at least two."""
    texts = {_plain(cell.text) for cell in table.filled(index)}
    known = len(texts & decisions.people)
    return known >= _LEAST and known * 2 > len(texts)


def _are_people(table: Table, index: int, decisions: Decisions) -> bool:
    """Whether any cell is a person, whatever it is called by."""
    texts = {cell.text for cell in table.filled(index)}
    return any(_plain(text) in decisions.people or _words(text) in decisions.names for text in texts)


def _plain(text: str) -> str:
    return " ".join(text.casefold().split())


def _words(name: str) -> tuple[str, ...]:
    return parts_of(name) or (_plain(name),)
