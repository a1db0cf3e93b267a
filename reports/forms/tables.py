"""The tables of a report for spreadsheets: a workbook with a sheet each, or a ZIP with a CSV file each.

A text that a spreadsheet would compute gets an apostrophe before it, as in the export of a shop.
"""

import csv
import re
from datetime import datetime
from io import BytesIO, StringIO
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from reports.report import Cell, CellKind, Column, Report, Table
from reports.wording import Words, one_line
from storage.exchange.escaping import escaped

_NO_SHEET_NAME = re.compile(r"[\[\]:*?/\\']")
_SHEET_CHARS = 31
_WIDEST = 60
_MOMENT, _DAY = "yyyy-mm-dd hh:mm", "yyyy-mm-dd"
# A ZIP cannot tell an earlier time; the same report is the same file.
_NO_TIME = (1980, 1, 1, 0, 0, 0)


def xlsx(report: Report) -> bytes:
    """A sheet with the figures and texts, then one a table. Times are the shop's, without its offset."""
    words, book = Words(report.language), Workbook()
    first = book.active
    assert isinstance(first, Worksheet), "a new workbook has a sheet"  # noqa: S101
    _summary(first, report, words)
    for table in _tables(report):
        _sheet(book.create_sheet(_sheet_name(table.title, book.sheetnames)), table)
    book.properties.creator = "Leadhand"
    body = BytesIO()
    book.save(body)
    return body.getvalue()


def csv_files(report: Report) -> bytes:
    """A ZIP with `figures.csv` and a file named for each table; UTF-8 with the mark that Excel looks for."""
    body, words = BytesIO(), Words(report.language)
    columns = (
        Column(key="key", title="key"),
        Column(key="label", title=words("report.figure")),
        Column(key="value", title=words("report.value")),
    )
    rows = tuple({"key": f.key, "label": f.label, "value": f.value} for f in report.key_figures)
    figures = Table(key="key_figures", title="", columns=columns, rows=rows, total_rows=len(rows))
    with ZipFile(body, "w", ZIP_DEFLATED) as archive:
        for table in (figures, *_tables(report)):
            entry = ZipInfo(f"{table.key}.csv", _NO_TIME)
            entry.compress_type = ZIP_DEFLATED
            archive.writestr(entry, _csv(table))
    return body.getvalue()


def _tables(report: Report) -> list[Table]:
    return [table for section in report.sections for table in section.tables if table.rows]


def _csv(table: Table) -> bytes:
    text = StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow([escaped(one_line(column.title)) for column in table.columns])
    for row in table.rows:
        writer.writerow([_cell(row[column.key]) for column in table.columns])
    if table.note:
        writer.writerow([escaped(one_line(table.note))])
    return b"\xef\xbb\xbf" + text.getvalue().encode()


def _cell(value: Cell) -> Cell:
    return escaped(one_line(value)) if isinstance(value, str) else value


def _summary(sheet: Worksheet, report: Report, words: Words) -> None:
    sheet.title = _sheet_name(words("report.title"), [])
    rows: list[tuple[Cell, ...]] = [
        (report.title,),
        (words("report.shop"), report.shop),
        (words("report.period"), report.period.text),
        (words.moment(report.as_of),),
        (),
        *((figure.label, figure.value) for figure in report.key_figures),
        (),
        *((paragraph,) for paragraph in report.narrative.paragraphs),
        *((bound,) for bound in report.bounds),
    ]
    for row in rows:
        sheet.append([_cell(value) for value in row])
    sheet["A1"].font = Font(bold=True, size=14)
    sheet.column_dimensions["A"].width = 32
    sheet.column_dimensions["B"].width = 40


def _sheet(sheet: Worksheet, table: Table) -> None:
    sheet.append([escaped(one_line(column.title)) for column in table.columns])
    for cell in sheet[1]:
        cell.font, cell.alignment = Font(bold=True), Alignment(wrap_text=True, vertical="top")
    for row in table.rows:
        sheet.append([_typed(row[column.key], column.kind) for column in table.columns])
    for place, column in enumerate(table.columns, start=1):
        letter = get_column_letter(place)
        widest = max(len(str(row[column.key] or "")) for row in table.rows)
        sheet.column_dimensions[letter].width = min(max(widest, 10) + 2, _WIDEST)
        style = {CellKind.MOMENT: _MOMENT, CellKind.DAY: _DAY}.get(column.kind)
        for line in range(2, len(table.rows) + 2) if style else ():
            sheet.cell(line, place).number_format = style or ""
    sheet.freeze_panes = "A2"
    if table.note:
        sheet.append([escaped(one_line(table.note))])


def _typed(value: Cell, kind: CellKind) -> Cell | datetime:
    """Instants as a spreadsheet has them: by the wall clock."""
    if kind in {CellKind.MOMENT, CellKind.DAY} and isinstance(value, str):
        return datetime.fromisoformat(value).replace(tzinfo=None)
    return _cell(value)


def _sheet_name(title: str, taken: list[str]) -> str:
    """What a spreadsheet takes for a name of a sheet, unlike those it has."""
    name = _NO_SHEET_NAME.sub(" ", title)[:_SHEET_CHARS].strip() or "Sheet"
    number, unique = 2, name
    while unique.casefold() in {other.casefold() for other in taken}:
        unique = f"{name[: _SHEET_CHARS - 3]} {number}"
        number += 1
    return unique
