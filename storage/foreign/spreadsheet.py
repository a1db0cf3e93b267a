"""Workbooks: xlsx, xls, xlsb and ods. Values as the program that saved the file last computed them; no
macro runs."""

import re
import zipfile
from html import unescape
from io import BytesIO

from python_calamine import (
    CalamineError,
    CalamineSheet,
    CalamineWorkbook,
    PasswordError,
    SheetTypeEnum,
    SheetVisibleEnum,
)

from leadhand.errors import ForeignFileUnreadable
from storage.foreign.grid import MAX_CELLS, MAX_COLUMNS, MAX_ROWS, Grid, Sheet, bounded, cell_of
from storage.foreign.opendocument import Merged, merged_in

MAX_UNPACKED_BYTES = 300 * 1024**2
MAX_PACKING = 200
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_OLE = b"\xd0\xcf\x11\xe0"
# A formula without a stored value: `<c r="B2"><f>…</f></c>` or an empty <v>.
_BOOK, _RELATIONS = "xl/workbook.xml", "xl/_rels/workbook.xml.rels"
_HIDDEN_ROW = re.compile(rb"<row\s[^>]*\bhidden=\"(?:1|true)\"[^>]*>")
_ROW_NUMBER = re.compile(rb"\br=\"(\d+)\"")
_UNCOMPUTED = re.compile(rb"<c\b[^>]*\br=\"([A-Z]+[0-9]+)\"[^>]*><f\b[^>]*>[^<]*</f>(?:<v></v>|<v\s*/>)?</c>")


def is_workbook(raw: bytes) -> bool:
    return raw.startswith((b"PK\x03\x04", b"PK\x05\x06", _OLE))


def read_workbook(raw: bytes, name: str) -> Grid:
    """All its sheets, hidden ones too, and what a reader should know.

    Raises:
        ForeignFileUnreadable: it has a password, is broken, too large, or no workbook.
    """
    if raw.startswith(_OLE) and _ENCRYPTED in raw:
        raise _locked(name)
    remarks = _look_into_zip(raw, name) if raw.startswith(b"PK") else []
    not_shown = _hidden_rows(raw) if raw.startswith(b"PK") else {}
    of_document = merged_in(raw) if raw.startswith(b"PK") else {}
    try:
        with CalamineWorkbook.from_filelike(BytesIO(raw)) as book:
            kinds = {meta.name: meta for meta in book.sheets_metadata}
            sheets = [
                _sheet(
                    book.get_sheet_by_name(sheet),
                    hidden=kinds[sheet].visible != SheetVisibleEnum.Visible,
                    hidden_rows=not_shown.get(sheet, frozenset()),
                    merged=of_document.get(sheet, ()),
                )
                for sheet in book.sheet_names
                if kinds[sheet].typ == SheetTypeEnum.WorkSheet
            ]
    except PasswordError:
        raise _locked(name) from None
    except (CalamineError, OSError, ValueError, zipfile.BadZipFile):
        raise ForeignFileUnreadable(
            f"{name} cannot be read as a workbook: it is cut short or broken. Save it anew and try again."
        ) from None
    if not any(sheet.rows for sheet in sheets):
        raise ForeignFileUnreadable(f"{name} has no cell with anything in it.")
    return Grid("workbook", bounded(sheets), tuple(remarks))


def _locked(name: str) -> ForeignFileUnreadable:
    return ForeignFileUnreadable(f"{name} is protected by a password; save a copy without one.")


def _look_into_zip(raw: bytes, name: str) -> list[str]:
    """Refuse what would unpack beyond all measure, before anybody unpacks it."""
    remarks: list[str] = []
    try:
        with zipfile.ZipFile(BytesIO(raw)) as packed:
            entries = packed.infolist()
            size = sum(entry.file_size for entry in entries)
            if size > MAX_UNPACKED_BYTES or (size > 10**7 and size > MAX_PACKING * len(raw)):
                raise ForeignFileUnreadable(
                    f"{name} would unpack to {size:,} bytes; save only the sheets that are needed."
                )
            if any("vbaproject" in entry.filename.lower() for entry in entries):
                remarks.append("it has macros; they are not run")
            found = [
                place.decode()
                for entry in entries
                if entry.filename.startswith("xl/worksheets/") and entry.filename.endswith(".xml")
                for place in _UNCOMPUTED.findall(packed.read(entry))
            ]
    except (zipfile.BadZipFile, EOFError, NotImplementedError, RuntimeError, OSError, ValueError):
        raise ForeignFileUnreadable(
            f"{name} cannot be unpacked: it is cut short or broken. Save it anew and try again."
        ) from None
    if found:
        places = ", ".join(found[:5])
        remarks.append(
            f"{len(found)} cells hold a formula that was never computed ({places}) and count as empty; "
            "open and save the file in a spreadsheet program"
        )
    return remarks


def _hidden_rows(raw: bytes) -> dict[str, frozenset[int]]:
    """The rows of each sheet of an xlsx that are hidden, or that a filter leaves out."""
    found: dict[str, frozenset[int]] = {}
    with zipfile.ZipFile(BytesIO(raw)) as packed:
        files = set(packed.namelist())
        if not {_BOOK, _RELATIONS} <= files:
            return {}
        targets = dict(_pairs(packed.read(_RELATIONS), b"Relationship", b"Id", b"Target"))
        for name, relation in _pairs(packed.read(_BOOK), b"sheet", b"name", b"r:id"):
            file = "xl/" + targets.get(relation, "").removeprefix("/xl/")
            if file in files:
                rows = _HIDDEN_ROW.findall(packed.read(file))
                found[name] = frozenset(int(n[1]) for row in rows if (n := _ROW_NUMBER.search(row)))
    return found


def _pairs(xml: bytes, tag: bytes, key: bytes, value: bytes) -> list[tuple[str, str]]:
    """Two attributes of each element of a name."""
    found: list[tuple[str, str]] = []
    for element in re.findall(rb"<" + tag + rb"\s[^>]*>", xml):
        a, b = (re.search(rb"\s" + name + rb'="([^"]*)"', element) for name in (key, value))
        if a is not None and b is not None:
            found.append((unescape(a[1].decode()), b[1].decode()))
    return found


def _sheet(sheet: CalamineSheet, *, hidden: bool, hidden_rows: frozenset[int], merged: Merged = ()) -> Sheet:
    # What the sheet says of its own size comes before any of its rows is made.
    if sheet.total_height > MAX_ROWS or sheet.total_width > MAX_COLUMNS * 4:
        raise ForeignFileUnreadable(
            f"The sheet {sheet.name} has {sheet.total_height:,} rows and {sheet.total_width:,} columns; "
            f"at most {MAX_ROWS:,} and {MAX_COLUMNS} can be read."
        )
    if sheet.total_height * sheet.total_width > 10 * MAX_CELLS:
        raise ForeignFileUnreadable(
            f"The sheet {sheet.name} is too large; at most {MAX_CELLS:,} cells can be read."
        )
    rows = [tuple(cell_of(value) for value in row) for row in sheet.to_python(skip_empty_area=False)]
    merged = merged or tuple(
        (top, left, bottom, right) for (top, left), (bottom, right) in sheet.merged_cell_ranges or ()
    )
    while rows and all(cell.empty for cell in rows[-1]):
        rows.pop()
    width = max((n for row in rows for n, cell in enumerate(row, 1) if not cell.empty), default=0)
    cut = [row[:width] for row in rows]
    return Sheet(sheet.name, cut, hidden=hidden, merged=merged, hidden_rows=hidden_rows)
