"""Text files of rows: where their columns part, and their cells."""

import csv
import re
from collections import Counter
from collections.abc import Iterable
from io import StringIO
from itertools import islice

import clevercsv

from leadhand.errors import ForeignFileUnreadable
from storage.foreign.decisions import Choice, Decisions, Question
from storage.foreign.encodings import decoded
from storage.foreign.fixed_width import CUTS, cuts_said, fixed_width_rows, is_ruled
from storage.foreign.grid import MAX_CELL_CHARS, MAX_ROWS, Cell, Grid, Sheet, bounded, cell_of
from storage.foreign.json_rows import is_json, json_sheets, record_sheets
from storage.foreign.markup import has_tables, marked_up_sheets
from storage.foreign.xml_records import is_xml, xml_document

DELIMITERS = {"comma": ",", "semicolon": ";", "tab": "\t", "bar": "|"}
_NAMES = {sign: name for name, sign in DELIMITERS.items()}
_NO_TABLES = ("<html", "<!doctype", "<table", "<?xml", "<meta", "%pdf")
_DECIMAL_COMMA = re.compile(r"(?<=\d),(?=\d)")
_GAP = re.compile(r"(?<=[^\s,;|]) {2,}(?=[^\s,;|])")
# The sign of a new page at the beginning or the end of a line, and signs that end lines in few files.
_PAGE_ALONE = re.compile(r"(?:(?<![^\r\n])\f+|\f+(?=[\r\n]|\Z))")
_OTHER_LINES = re.compile("[\x85\u2028]")
_SAMPLE_LINES = 200
_SAMPLE_LINE_CHARS = 500
_SAMPLE_CHARS = 20_000


def read_text(raw: bytes, name: str, decisions: Decisions) -> Grid | None:
    """The file's one sheet, or None while its encoding or delimiter is asked.

    Raises:
        ForeignFileUnreadable: no rows in it, or it is beyond the bounds.
    """
    text = decoded(raw, decisions)
    if text is None:
        return None
    text = _lines_alone(text.replace("\0", ""))
    if (structured := _structured(text, name)) is not None:
        return structured
    if text.lstrip()[:200].lower().startswith(_NO_TABLES):
        raise ForeignFileUnreadable(
            f"{name} is a web page without a table or a PDF document, whatever its name says; "
            "open it and save it as a workbook (xlsx) or as CSV."
        )
    if not text.strip():
        raise ForeignFileUnreadable(f"{name} is empty; a file with a header and rows would be right.")
    said, text = _said_delimiter(text)
    delimiter = _delimiter(text, said, decisions)
    if delimiter is None:
        return None
    if delimiter == "width":
        rows = fixed_width_rows(text, cuts_said(decisions.optional(CUTS)))
        return Grid(
            "text with columns of fixed width", bounded((Sheet(name, rows, first_row=1 + bool(said)),))
        )
    rows = _rows(text, DELIMITERS[delimiter], name)
    kind = f"text with columns parted by {delimiter}"
    return Grid(kind, bounded((Sheet(name, rows, first_row=1 + bool(said)),)))


def _structured(text: str, name: str) -> Grid | None:
    """What a web page, an XML document or JSON holds; None: the text is none of these with rows in it."""
    if has_tables(text) and (sheets := marked_up_sheets(text)):
        return Grid("tables of a web page or an XML workbook", bounded(sheets))
    if is_json(text):
        return Grid("JSON", bounded(json_sheets(text, name)))
    if is_xml(text) and "<html" not in text[:2000].lower():
        return Grid("XML", bounded(record_sheets(xml_document(text, name), name)))
    return None


def _lines_alone(text: str) -> str:
    """The text with lines as an editor counts them: the sign of a new page begins no line of its own, unless
    it stands within one."""
    text = _PAGE_ALONE.sub("", text).replace("\f", "\n")
    if "\n" not in text and "\r" not in text:
        return _OTHER_LINES.sub("\n", text)
    return text


def _said_delimiter(text: str) -> tuple[str | None, str]:
    """Some programs write `sep=;` as the first line; it counts as a row of the file."""
    first, _, rest = text.partition("\n")
    stripped = first.strip().strip('"').lower()
    if stripped.startswith("sep=") and first.strip().strip('"')[4:5] in _NAMES:
        return first.strip().strip('"')[4], rest
    return None, text


def _delimiter(text: str, said: str | None, decisions: Decisions) -> str | None:
    # Sniffing costs more than the length of a line: what a line says shows in its beginning.
    lines = islice(text.splitlines(), _SAMPLE_LINES)
    sample = "\n".join(line[:_SAMPLE_LINE_CHARS] for line in lines)[:_SAMPLE_CHARS]
    counted = _by_counting(sample)
    question = Question(
        "delimiter",
        "What parts the columns?",
        (
            *(Choice(name, _first_row(sample, sign)) for name, sign in DELIMITERS.items()),
            Choice("width", "spaces"),
        ),
        why="two ways of looking at the lines disagree",
        suggested="width" if _has_gaps(sample) else _NAMES.get(counted or ""),
    )
    if said is not None:
        return decisions.settle(question, proven=(_NAMES[said], "its first line says so"))
    if is_ruled(sample):
        return decisions.settle(question, proven=("width", "a line of dashes says where its columns begin"))
    if counted is None:
        proven = ("width", "no sign parts the lines, and their columns begin at the same places")
        return decisions.settle(
            question, proven=proven if _looks_fixed(sample) else ("comma", "it has one column")
        )
    sniffed = _by_sniffing(sample)
    agreed = (sniffed is None or sniffed == counted) and not _has_gaps(sample)
    why = f"lines part into {_width(sample, counted)} columns by it"
    return decisions.settle(question, proven=(_NAMES[counted], why) if agreed else None)


def _has_gaps(sample: str) -> bool:
    """Whether most lines have gaps of several spaces, as a printed list has: its commas are of texts."""
    lines = [line for line in sample.splitlines() if line.strip()]
    return sum(len(_GAP.findall(line.strip())) > 1 for line in lines) * 2 > len(lines)


def _by_sniffing(sample: str) -> str | None:
    try:
        dialect = clevercsv.Sniffer().sniff(sample, delimiters=list(DELIMITERS.values()))
    except (clevercsv.Error, ValueError):
        return None
    return dialect.delimiter if dialect is not None and dialect.delimiter in _NAMES else None


def _by_counting(sample: str) -> str | None:
    """The sign by which most lines have the same number of columns, at least two."""
    scores: dict[str, float] = {}
    decimals = _looks_fixed(sample) and "," not in _DECIMAL_COMMA.sub("", sample)
    for sign in _NAMES:
        if sign == "," and decimals:
            continue  # of a printed list, whose numbers have them
        widths = _widths(sample, sign)
        width, lines = widths.most_common(1)[0] if widths else (0, 0)
        if width >= 2:
            scores[sign] = lines / widths.total() * min(width, 12)
    return max(scores, key=lambda sign: scores[sign]) if scores else None


def _widths(sample: str, sign: str) -> Counter[int]:
    # The last line of the sample may be cut.
    rows = csv.reader(sample.splitlines()[:-1] or sample.splitlines(), delimiter=sign)
    return Counter(len(row) for row in rows if len(row) > 1)


def _width(sample: str, sign: str) -> int:
    return _widths(sample, sign).most_common(1)[0][0]


def _first_row(sample: str, sign: str) -> str:
    row = next((row for row in csv.reader(sample.splitlines(), delimiter=sign) if any(row)), list[str]())
    return f"{len(row)} columns: " + " · ".join(cell.strip() for cell in row[:6])


def _looks_fixed(sample: str) -> bool:
    return any("  " in line.strip() for line in sample.splitlines()[:50])


def _rows(text: str, sign: str, name: str) -> list[tuple[Cell, ...]]:
    csv.field_size_limit(max(csv.field_size_limit(), 131_072))
    rows: list[tuple[Cell, ...]] = []
    reader = csv.reader(_lines(_with_lone_quotes(text, sign)), delimiter=sign, skipinitialspace=True)
    try:
        for cells in reader:
            if len(rows) >= MAX_ROWS:
                raise ForeignFileUnreadable(
                    f"{name} has more than {MAX_ROWS:,} rows; split it and import the parts."
                )
            rows.append(tuple(cell_of(_plain(cell)) for cell in cells))
    except csv.Error:
        raise ForeignFileUnreadable(
            f"{name} row {len(rows) + 1} has a quote that is never closed, or a cell of more than "
            f"{MAX_CELL_CHARS:,} characters."
        ) from None
    return rows


def _with_lone_quotes(text: str, sign: str) -> str:
    """The text with cells that are one quote, a ditto mark, written so that they begin no quoted text. Only
    where these swallow rows, and each line is a row of the same width without them."""
    lone = re.compile(rf'(?m)(^|{re.escape(sign)})[ ]*"[ ]*(?={re.escape(sign)}|\r?$)')
    if not lone.search(text):
        return text
    mended = lone.sub(r'\1""""', text)
    before, after = (_read_plainly(found, sign) for found in (text, mended))
    swallowed = any("\n" in cell and sign in cell for row in before for cell in row)
    widths = {len(row) for row in after if row}
    return mended if swallowed and len(widths) == 1 and len(after) == len(text.splitlines()) else text


def _read_plainly(text: str, sign: str) -> list[list[str]]:
    try:
        return list(csv.reader(_lines(text), delimiter=sign, skipinitialspace=True))
    except csv.Error:
        return []


def _plain(cell: str) -> str:
    """The text of a cell that some programs write as the formula ="00123", to keep its zeros."""
    text = cell.strip()
    return text[2:-1] if text.startswith('="') and text.endswith('"') and len(text) > 2 else cell


def _lines(text: str) -> Iterable[str]:
    # A line within a cell may end with signs that end no row, such as those of word processors.
    return StringIO(text, newline="")
