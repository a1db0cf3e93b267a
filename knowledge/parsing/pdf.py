"""PDF: the text of each page."""

import io
import logging

from pypdf import PdfReader

from knowledge.parsing.blocks import MAX_CHARS, MAX_PAGES, Block, ReadDocument, Unreadable
from knowledge.parsing.texts import paragraphs


def read_pdf(content: bytes) -> ReadDocument:
    """Raises Unreadable: locked or too long; and over a damaged file whatever the library raises."""
    # It logs what it finds odd, which is a part of the document.
    logging.getLogger("pypdf").disabled = True
    reader = PdfReader(io.BytesIO(content))
    if reader.is_encrypted and not reader.decrypt(""):
        raise Unreadable("encrypted")
    if len(reader.pages) > MAX_PAGES:
        raise Unreadable("too_many_pages")
    blocks: list[Block] = []
    chars = 0
    for number, page in enumerate(reader.pages, start=1):
        text = page.extract_text()
        chars += len(text)
        if chars > MAX_CHARS:
            raise Unreadable("too_long")
        blocks += [Block(part, (), number) for part in paragraphs(text)]
    title = reader.metadata.title if reader.metadata is not None else None
    return ReadDocument(title or None, tuple(blocks))
