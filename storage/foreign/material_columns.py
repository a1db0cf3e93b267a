"""Columns of lists of materials, whose usual words name parts and pieces of orders elsewhere."""

from storage.foreign.suggesting import Guess
from storage.foreign.tables import Table
from storage.foreign.vocabulary import folded, words

# What else calls a field in such a list: the pieces of an order are what is needed.
_ALSO = {"item": ("item",), "needed": ("quantity",)}
_SAYS_ITEM = frozenset({"part", "part no", "item", "artikel", "teil"})


def material_columns(table: Table, proposed: dict[str, list[Guess]]) -> None:
    """Propose a column of materials and one of how much, where no other is called so."""
    taken = {guess.index for found in proposed.values() for guess in found}
    for field, others in _ALSO.items():
        if proposed.get(field):
            continue
        phrases = {phrase for other in others for phrase in words("fields")[other]}
        phrases |= _SAYS_ITEM if field == "item" else set()
        found = [
            Guess(index, header, field, 1.0, folded(header))
            for index, header in enumerate(table.headers)
            if index not in taken and folded(header) in phrases and table.filled(index)
        ]
        if found:
            proposed[field] = found
