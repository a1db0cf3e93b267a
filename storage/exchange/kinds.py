"""What a cell can hold: how its text is read, how its value is written, and how that is described.

Values are what JSON carries to and from the database: text, whole numbers, true and false, null, lists.
"""

import re
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Protocol
from zoneinfo import ZoneInfo

from leadhand.errors import JsonValue

INT4_MAX = 2**31 - 1
INT2_MAX = 2**15 - 1
MAX_TEXT_CHARS = 10_000
MAX_ID_CHARS = 200


class Refused(Exception):
    """A cell that cannot be read: why, and what would be right."""

    def __init__(self, reason: str, right: str = "") -> None:
        super().__init__(reason)
        self.reason = reason
        self.right = right


@dataclass(slots=True)
class Place:
    """Where a cell is read: the shop's zone, and a place for what the reader should know but is no error."""

    zone: ZoneInfo
    notices: list[str] = field(default_factory=list[str])


class Kind(Protocol):
    """A kind of cell. `parse` is given a cell that is not empty."""

    @property
    def described(self) -> str: ...

    def parse(self, cell: str, at: Place) -> JsonValue: ...

    def write(self, value: JsonValue, at: Place) -> str: ...


@dataclass(frozen=True, slots=True)
class Text:
    """Any text, taken as it is. Spreadsheet formulas are escaped by the file, not here."""

    described: str = "text"

    def parse(self, cell: str, at: Place) -> JsonValue:
        if len(cell) > MAX_TEXT_CHARS:
            raise Refused(f"is {len(cell):,} characters long", f"at most {MAX_TEXT_CHARS:,}")
        return cell

    def write(self, value: JsonValue, at: Place) -> str:
        return str(value)


@dataclass(frozen=True, slots=True)
class Key:
    """An id, a code, or the id of another row: one line of text with nothing around it."""

    described: str = "text"

    def parse(self, cell: str, at: Place) -> JsonValue:
        if len(cell) > MAX_ID_CHARS:
            raise Refused(f"is {len(cell):,} characters long", f"at most {MAX_ID_CHARS}")
        if cell != cell.strip():
            raise Refused("has spaces around it", cell.strip() or "a name")
        if not cell.isprintable():
            raise Refused("holds a character that cannot be seen", "visible characters only")
        return cell

    def write(self, value: JsonValue, at: Place) -> str:
        return str(value)


_DIGITS = re.compile(r"[+-]?[0-9]{1,18}")
_POINT = re.compile(r"([+-]?[0-9]+)\.([0-9]+)")
_COMMA = re.compile(r"([+-]?[0-9]+),([0-9]+)")
_GROUPED = re.compile(r"[+-]?[0-9]{1,3}(?:([.,' \u00a0\u202f])[0-9]{3})(?:\1[0-9]{3})*")


@dataclass(frozen=True, slots=True)
class Whole:
    """A whole number."""

    low: int
    high: int = INT4_MAX

    @property
    def described(self) -> str:
        if self.low <= -INT4_MAX:
            return "whole number"
        return (
            f"whole number from {self.low}"
            if self.high >= INT2_MAX
            else f"whole number {self.low} to {self.high}"
        )

    def parse(self, cell: str, at: Place) -> JsonValue:
        text = cell.strip()
        if _DIGITS.fullmatch(text) is None:
            raise _not_whole(text)
        value = int(text)
        if not self.low <= value <= self.high:
            raise Refused("is out of range", f"{self.low} to {self.high}")
        return value

    def write(self, value: JsonValue, at: Place) -> str:
        return str(value)


def _not_whole(text: str) -> Refused:
    """Never guessed: 1.500 is one and a half to one reader and fifteen hundred to another."""
    if _GROUPED.fullmatch(text):
        return Refused(
            "has a sign between its digits that may part thousands or decimals", "digits only, such as 1500"
        )
    if (found := _COMMA.fullmatch(text)) is not None:
        return Refused("has a decimal comma; this is a whole number", _only_if_whole(found))
    if (found := _POINT.fullmatch(text)) is not None:
        return Refused("has decimals; this is a whole number", _only_if_whole(found))
    return Refused("is not a whole number", "digits only, such as 30")


def _only_if_whole(found: re.Match[str]) -> str:
    return found[1] if not found[2].strip("0") else "digits only, such as 30"


@dataclass(frozen=True, slots=True)
class Amount:
    """A number with up to three decimals, written with a point."""

    described: str = "number with up to 3 decimals, written with a point"

    def parse(self, cell: str, at: Place) -> JsonValue:
        text = cell.strip()
        if _COMMA.fullmatch(text):
            raise Refused(
                "has a comma", f"a decimal point and no other sign, such as {text.replace(',', '.')}"
            )
        if re.fullmatch(r"[0-9]{1,11}(\.[0-9]+)?", text) is None:
            raise Refused("is not a number from 0", "digits and at most one decimal point, such as 1.5")
        value = Decimal(text)
        if value != round(value, 3):
            raise Refused("has more than 3 decimals", str(round(value, 3)))
        return self.write(text, at)

    def write(self, value: JsonValue, at: Place) -> str:
        return format(Decimal(str(value)).normalize(), "f")


@dataclass(frozen=True, slots=True)
class YesNo:
    described: str = "`true` or `false`"

    def parse(self, cell: str, at: Place) -> JsonValue:
        text = cell.strip()
        # A spreadsheet makes capitals of them.
        if text.lower() in {"true", "false"}:
            return text.lower() == "true"
        meant = {"yes": "true", "y": "true", "1": "true", "no": "false", "n": "false", "0": "false"}
        raise Refused("is neither true nor false", meant.get(text.lower(), "true or false"))

    def write(self, value: JsonValue, at: Place) -> str:
        return "true" if value else "false"


@dataclass(frozen=True, slots=True)
class Choice:
    """One of a few words."""

    words: tuple[str, ...]

    @property
    def described(self) -> str:
        return ", ".join(f"`{word}`" for word in self.words)

    def parse(self, cell: str, at: Place) -> JsonValue:
        if cell in self.words:
            return cell
        folded = cell.strip().lower().replace(" ", "_")
        raise Refused("is not one of the words", folded if folded in self.words else ", ".join(self.words))

    def write(self, value: JsonValue, at: Place) -> str:
        return str(value)
