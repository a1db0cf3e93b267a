"""Merged cells of OpenDocument spreadsheets, which the reader of workbooks does not tell."""

import re
import zipfile
from html import unescape
from io import BytesIO
from typing import TypeAlias

from storage.foreign.grid import MAX_COLUMNS, MAX_ROWS

Merged: TypeAlias = "tuple[tuple[int, int, int, int], ...]"

_CONTENT = "content.xml"
# What says where cells are; a table within a cell is none of the sheet's. No entity is resolved.
_TAG = re.compile(rb"<(/?)table:(table|table-row|table-cell|covered-table-cell)((?:\s[^<>]*?)?)(/?)>")
_MAX_MERGED = 20_000


def merged_in(raw: bytes) -> dict[str, Merged]:
    """The merged cells of each sheet, counted from 0: (top, left, bottom, right). Empty for other files.

    Raises:
        zipfile.BadZipFile: it is cut short or broken.
    """
    with zipfile.ZipFile(BytesIO(raw)) as packed:
        if _CONTENT not in packed.namelist():
            return {}
        content = packed.read(_CONTENT)
    found: dict[str, Merged] = {}
    merged: list[tuple[int, int, int, int]] = []
    name, row, column, depth, again = "", 0, 0, 0, 1
    for tag in _TAG.finditer(content):
        closing, what, attributes, empty = bool(tag[1]), tag[2], tag[3], bool(tag[4])
        if what == b"table":
            depth += -1 if closing else 0 if empty else 1
            if depth == 1 and not closing:
                name, row, merged = _text(attributes, b"name"), 0, []
            elif depth == 0 and closing:
                found[name] = tuple(merged)
        elif depth != 1:
            continue
        elif what == b"table-row":
            if not closing:
                column, again = 0, _number(attributes, b"number-rows-repeated")
            if closing or empty:
                row += again
        elif not closing:
            down = _number(attributes, b"number-rows-spanned")
            across = _number(attributes, b"number-columns-spanned")
            within = row + down <= MAX_ROWS and column + across <= MAX_COLUMNS
            if what == b"table-cell" and (down > 1 or across > 1) and within and len(merged) < _MAX_MERGED:
                merged.append((row, column, row + down - 1, column + across - 1))
            column += _number(attributes, b"number-columns-repeated")
    return found


def _text(attributes: bytes, name: bytes) -> str:
    found = re.search(rb"\stable:" + name + rb"=(?:\"([^\"]*)\"|'([^']*)')", attributes)
    return "" if found is None else unescape((found[1] or found[2] or b"").decode("utf-8", "replace"))


def _number(attributes: bytes, name: bytes) -> int:
    text = _text(attributes, name)
    return int(text) if text.isdecimal() and len(text) < 8 else 1
