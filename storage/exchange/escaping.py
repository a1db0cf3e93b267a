"""Cells that a spreadsheet would take for a formula, written so that it takes them for text.

An apostrophe is put before such a cell, and before one that has apostrophes before such a beginning, so that
taking one away gives back exactly what was written.
"""

import re

# With the full-width forms, which some spreadsheets read like the plain ones.
_BEGINS_FORMULA = re.compile("'*[=+\\-@\t\r\n\uff1d\uff0b\uff0d\uff20]")
_WAS_ESCAPED = re.compile("'+[=+\\-@\t\r\n\uff1d\uff0b\uff0d\uff20]")


def escaped(text: str) -> str:
    """`text` as a cell that no spreadsheet computes."""
    return f"'{text}" if _BEGINS_FORMULA.match(text) else text


def unescaped(cell: str) -> str:
    """What `escaped` was given; any other cell as it is."""
    return cell[1:] if _WAS_ESCAPED.match(cell) else cell
