"""DOCX: paragraphs, headings and tables, in their order."""

import io
import zipfile

import docx
from docx.table import Table
from docx.text.paragraph import Paragraph

from knowledge.parsing.blocks import MAX_UNPACKED_BYTES, Block, Headings, ReadDocument, Unreadable

# Styles of Word by their English names, whatever the language of the program that wrote them.
_TITLE, _HEADING = "Title", "Heading "


def read_docx(content: bytes) -> ReadDocument:
    """Raises Unreadable: too large when unpacked, locked; of a damaged file whatever the library raises."""
    _refuse_bombs(content)
    document = docx.Document(io.BytesIO(content))
    title = document.core_properties.title or None
    headings = Headings()
    blocks: list[Block] = []
    for part in document.iter_inner_content():
        if isinstance(part, Table):
            blocks += [Block(row, headings.path) for row in _rows(part)]
        elif (text := part.text.strip()) and (level := _level(part)) is not None:
            headings.enter(level, text)
            title = title or text
        elif text:
            blocks.append(Block(text, headings.path))
    return ReadDocument(title, tuple(blocks))


def _refuse_bombs(content: bytes) -> None:
    """What the list of contents says, which is also as much as is ever unpacked of an entry."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        entries = archive.infolist()
    if sum(entry.file_size for entry in entries) > MAX_UNPACKED_BYTES:
        raise Unreadable("unpacks_too_large")
    if any(entry.flag_bits & 1 for entry in entries):
        raise Unreadable("encrypted")


def _level(paragraph: Paragraph) -> int | None:
    """Of a heading, from 1; None for other paragraphs."""
    name = (paragraph.style.name if paragraph.style is not None else None) or ""
    if name == _TITLE:
        return 0
    digits = name.removeprefix(_HEADING)
    return int(digits) if name.startswith(_HEADING) and digits.isdecimal() else None


def _rows(table: Table) -> list[str]:
    rows = ([" ".join(cell.text.split()) for cell in row.cells] for row in table.rows)
    return [" | ".join(row) for row in rows if any(row)]
