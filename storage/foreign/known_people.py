"""People whom a row names by number and by name: the shop may know only the name, or each of another one."""

from collections.abc import Sequence

from storage.exchange.problems import shown
from storage.foreign.decisions import Choice, Question
from storage.foreign.places import NEW, Places, plain
from storage.foreign.reading import RowReader
from storage.foreign.shop_names import Named

# Whether people of the shop's names, whose numbers it does not have, are these.
BY_NAME, TAKE = "by_name", "take"
_TOLD = 8


def settle_by_name(readers: Sequence[RowReader], places: Places) -> None:
    """Ask once whether people whose numbers nobody has are those of the shop who are called so."""
    found: dict[str, Named] = {}
    for reader in readers:
        number = reader.text("operator")
        if not number or places.operators.find(number) is not None or _is_said(number, places):
            continue
        called = _called(reader, places)
        if called is not None:
            found[number] = called
    if not found:
        return
    told = ", ".join(f"{shown(number)} {shown(named.name)}" for number, named in list(found.items())[:_TOLD])
    number, named = next(iter(found.items()))
    question = Question(
        BY_NAME,
        f"{len(found)} people have numbers that the shop does not have, and names of people of it "
        f"({told}{' …' if len(found) > _TOLD else ''}): are they these?",
        (Choice(TAKE, "yes: they keep the numbers and codes of the plan"), Choice(NEW, "no: others")),
        why=f"of one of them: operator.{number}={named.code}, or =new",
        suggested=TAKE,
    )
    if places.decisions.settle(question) == TAKE:
        places.operators.by_name |= {plain(number): named.id for number, named in found.items()}


def _is_said(number: str, places: Places) -> bool:
    """Whether an answer says who has a number; a person of the shop is known by it from then on."""
    key, book = f"operator.{number}", places.operators
    if key not in places.decisions.given:
        return False
    reference = book.find(places.decisions.given[key])
    if reference is not None:
        places.decisions.optional(key)
        book.by_name[plain(number)] = reference
    return True


def is_two_people(reader: RowReader, places: Places) -> bool:
    """Whether a row has the number of one person and the name of another, which is an error."""
    called, number = _called(reader, places), reader.text("operator")
    found = places.operators.find(number)
    if called is None or found is None or found == called.id:
        return False
    other = places.operators.stored_as(found)
    if other is None or f"{places.operators.what}.{number}" in places.decisions.given:
        return False
    text = f"is the name of {shown(called.code)} in the plan, and {shown(number)} is {shown(other.name)}"
    reader.problem("operator_name", text, f"operator.{number}=CODE, or operator_name=none")
    return True


def _called(reader: RowReader, places: Places) -> Named | None:
    """Who of the shop is called as a row says, beside its number."""
    number, name = reader.text("operator"), reader.text("operator_name")
    if not number or not name or plain(number) == plain(name):
        return None
    return places.operators.stored_as(places.operators.find(name) or "")
