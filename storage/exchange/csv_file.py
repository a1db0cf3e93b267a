"""One CSV file, read a row at a time: its bytes, its header, its rows.

The format is strict, because a guess that is wrong is a plan that is wrong: UTF-8 (or UTF-16 with its mark),
commas, quotes closed. Whatever else comes is refused with what would be right.
"""

import codecs
import csv
import re
import stat
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import BufferedReader, TextIOWrapper
from pathlib import Path

MAX_FILE_BYTES = 2 * 1024**3
MAX_ROWS = 5_000_000
# A quote that is never closed swallows the file up to here.
MAX_LINE_CHARS = 131_072

_UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_UTF32 = (codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)
_UNDECODED = re.compile("[\ud800-\udfff]")
_OTHER_DELIMITERS = (";", "\t", "|")
_SAVE_AS = 'a file saved as "CSV UTF-8 (comma delimited)"'


class Unreadable(Exception):
    """The file cannot be read from `row` on (None: at all): why, and what would be right."""

    def __init__(
        self, reason: str, right: str = "", *, row: int | None = None, value: str | None = None
    ) -> None:
        super().__init__(reason)
        self.reason, self.right, self.row, self.value = reason, right, row, value


@dataclass(frozen=True, slots=True)
class Row:
    """`number` as a spreadsheet counts; the header is 1."""

    number: int
    cells: list[str]


@dataclass(slots=True)
class CsvFile:
    """An open file: `header` as written, then `rows`."""

    header: list[str]
    rows: Iterator[Row]
    size: int
    _bytes: BufferedReader

    def position(self) -> int:
        """How many bytes are read, about."""
        return self._bytes.tell()


@contextmanager
def open_csv(path: Path) -> Generator[CsvFile]:
    """The file with its header read.

    Raises:
        Unreadable: here, or from `rows` while they are read.
    """
    size = _size(path)
    try:
        binary = path.open("rb")
    except OSError as error:
        raise Unreadable(f"cannot be opened ({error.strerror})") from None
    with binary:
        encoding = _encoding(binary.peek(4096)[:4096])
        errors = "surrogateescape" if encoding == "utf-8-sig" else "strict"
        text = TextIOWrapper(binary, encoding=encoding, errors=errors, newline="")
        rows = _rows(text)
        header = next(rows, None)
        if header is None:
            raise Unreadable("is empty", "a header with the names of the columns, then the rows")
        _refuse_other_delimiter(header.cells)
        yield CsvFile(header.cells, rows, size, binary)


def _size(path: Path) -> int:
    try:
        status = path.stat()
    except OSError as error:
        raise Unreadable(f"cannot be read ({error.strerror})") from None
    if not stat.S_ISREG(status.st_mode):
        raise Unreadable("is not a file", "a CSV file")
    if status.st_size > MAX_FILE_BYTES:
        raise Unreadable(f"has {status.st_size:,} bytes", f"at most {MAX_FILE_BYTES:,}")
    return status.st_size


def _encoding(start: bytes) -> str:
    if start.startswith(_UTF32):
        raise Unreadable("is in UTF-32", _SAVE_AS)
    if start.startswith(_UTF16):
        return "utf-16"
    if b"\0" in start[:200] and start[:2].count(0) == 1:
        raise Unreadable("looks like UTF-16 without its mark", _SAVE_AS)
    if start.startswith(b"PK\x03\x04") or start.startswith(b"\xd0\xcf\x11\xe0"):
        raise Unreadable("is a spreadsheet, not text", _SAVE_AS)
    return "utf-8-sig"


def _lines(text: TextIOWrapper) -> Iterator[str]:
    """Lines of bounded length that hold no byte without a meaning."""
    while line := text.readline(MAX_LINE_CHARS + 1):
        if len(line) > MAX_LINE_CHARS:
            raise Unreadable(f"has a line of more than {MAX_LINE_CHARS:,} characters")
        if "\0" in line:
            raise Unreadable("holds a NUL byte", "text without NUL bytes", value=line.split(",")[0])
        if _UNDECODED.search(line):
            raise _not_utf8(line)
        yield line


def _not_utf8(line: str) -> Unreadable:
    """Which encoding it is cannot be known; how it reads in the likeliest one shows if that is it."""
    cell = next(cell for cell in re.split("[,;\t|\r\n]", line) if _UNDECODED.search(cell))
    raw = cell.encode("utf-8", "surrogateescape")
    return Unreadable(
        "is not UTF-8; it may be Windows-1252 or Latin-1",
        f'the same file saved as UTF-8, where this cell reads "{raw.decode("cp1252", "replace")}"',
        value=raw.decode("ascii", "backslashreplace"),
    )


def _rows(text: TextIOWrapper) -> Iterator[Row]:
    number = 0
    reader = csv.reader(_lines(text), strict=True)
    try:
        for cells in reader:
            number += 1
            if number > MAX_ROWS + 1:
                raise Unreadable(
                    f"has more than {MAX_ROWS:,} rows", "several imports, one after another", row=number
                )
            # Blank lines, and the lines of bare commas that spreadsheets leave at the end.
            if any(cells):
                yield Row(number, cells)
    except Unreadable as error:
        error.row = error.row or number + 1
        raise
    except UnicodeError:
        raise Unreadable("is not valid UTF-16", _SAVE_AS, row=number + 1) from None
    except csv.Error as error:
        raise _bad_quotes(str(error), number + 1) from None


def _bad_quotes(fault: str, row: int) -> Unreadable:
    if "unexpected end of data" in fault or "field larger" in fault:
        return Unreadable(
            "has a quote that is never closed, or a cell far too long", 'a " at the end of the cell', row=row
        )
    if "expected after" in fault:
        return Unreadable(
            "has text behind a closing quote",
            'a quote inside a quoted cell doubled, as in "3"" pipe"',
            row=row,
        )
    return Unreadable("is no CSV", "cells parted by commas, lines by line feeds", row=row)


def _refuse_other_delimiter(header: list[str]) -> None:
    first = header[0].strip() if header else ""
    if first.lower().startswith("sep="):
        raise Unreadable(
            "begins with a line for one spreadsheet program",
            "the header as the first line, commas between",
            row=1,
        )
    if len(header) > 1:
        return
    for delimiter in _OTHER_DELIMITERS:
        if delimiter in first:
            name = {"\t": "a tab"}.get(delimiter, delimiter)
            raise Unreadable(
                f"has its columns parted by {name}", "commas between columns", row=1, value=first
            )
