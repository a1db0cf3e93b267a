"""Which operations of its order come before one, where a column names their numbers."""

import re
from collections.abc import Callable

from storage.exchange.lists import NONE
from storage.foreign.fields import seq_in
from storage.foreign.reading import RowReader
from storage.foreign.vocabulary import key_of

_PARTS = re.compile(r"[;,/+&]|\s{2,}")
# What may stand before the number, as in `A10`.
_LETTERS = re.compile(r"^[^\W\d]{1,4}[ .-]?(?=\d)")
_NO_NUMBER = "0"


def predecessors_of(reader: RowReader, order: str, reference: Callable[[int], str]) -> str:
    """The ids of the operations before, as a canonical cell: empty where the row says nothing, so that it is
    the one with the next lower number; a sign for nothing says that none comes before."""
    text = reader.text("predecessors")
    if not text:
        return ""
    if text == _NO_NUMBER or key_of("blank", text) is not None:
        return NONE
    found: list[str] = []
    for part in filter(None, (part.strip() for part in _PARTS.split(text))):
        own = part.removeprefix(order).lstrip(" -/._")
        number = seq_in(own) or seq_in(_LETTERS.sub("", own))
        if number is None:
            reader.problem("predecessors", "names no operations of its order", "such as 10; 20")
            return ""
        found.append(_quoted(reference(number)))
    return "; ".join(found)


def _quoted(reference: str) -> str:
    return '"' + reference.replace('"', '""') + '"' if re.search(r'[;"]', reference) else reference
