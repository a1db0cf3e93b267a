"""Machines and people whom a list names by a code and by a number of another system: which of the shop's they
are, and what new ones are known by there."""

from collections.abc import Mapping, Sequence

from storage.exchange.problems import shown
from storage.foreign.places import NEW, Book, Places, plain
from storage.foreign.reading import RowReader
from storage.foreign.shop_names import Named


def settle_numbers(readers: Sequence[RowReader], book: Book, places: Places) -> Mapping[int, str]:
    """Enter whom each code is by its number: who has the number in the file's source, else who is called so.
    What contradicts that, by the identity of its row."""
    wrong: dict[int, str] = {}
    codes: dict[str, str] = {}
    for reader in readers:
        code, number = reader.text(book.what), reader.text(f"{book.what}_number")
        if not code or not number:
            continue
        before, other = book.numbers.get(plain(code)), codes.setdefault(number, code)
        if before is not None and before != number:
            wrong[id(reader.row)] = (
                f"is the number of {shown(code)}, which has {shown(before)} in another row"
            )
        elif plain(other) != plain(code):
            wrong[id(reader.row)] = f"is the number of {shown(code)}, and of {shown(other)} in another row"
        elif text := _contradiction(code, number, book, places):
            wrong[id(reader.row)] = text
        else:
            book.numbers[plain(code)] = number
            _enter(code, number, book, places)
    return wrong


def tell_wrong(reader: RowReader, wrong: Mapping[int, str], book: Book) -> bool:
    """Whether a row's code and number are not of one machine or person, which is an error."""
    text = wrong.get(id(reader.row))
    if text is not None:
        field = f"{book.what}_number"
        reader.problem(field, text, f"{book.what}.{reader.text(book.what)}=CODE, or {field}=none")
    return text is not None


def _of_number(number: str, book: Book, places: Places) -> Named | None:
    return next((n for n in book.stored if (n.source, n.external_id) == (places.source, number)), None)


def _contradiction(code: str, number: str, book: Book, places: Places) -> str:
    """What the plan says of the code and of the number, if these are two, or the number is another one."""
    if f"{book.what}.{code}" in places.decisions.given:
        return ""
    called, numbered = book.stored_as(book.find(code) or ""), _of_number(number, book, places)
    if called is None:
        return ""
    if numbered is not None and numbered.id != called.id:
        return f"is {shown(numbered.code)} in the plan, and {shown(code)} is {shown(called.code)}"
    own = called.external_id if called.source == places.source else None
    # One that came without a number is known by its code there.
    if numbered is None and own and plain(own) != plain(called.code) and own != number:
        return f"is not the number of {shown(called.code)} in the plan, which is {shown(own)}"
    return ""


def _enter(code: str, number: str, book: Book, places: Places) -> None:
    key = f"{book.what}.{code}"
    said = (places.decisions.given.get(key) or "").strip()
    if said:
        places.decisions.optional(key)
        reference = None if said == NEW else book.find(said)
        if reference is not None:
            book.by_name[plain(code)] = reference
        return
    numbered = _of_number(number, book, places)
    if numbered is not None and book.find(code) is None:
        book.by_name[plain(code)] = numbered.id
        places.decisions.note(key, numbered.code, f"the plan has the number {shown(number)} of that one")
