"""Reads a document of any kind."""

from knowledge.parsing.blocks import MAX_CHARS, Kind, ReadDocument, Unreadable
from knowledge.parsing.html import read_html
from knowledge.parsing.markdown import read_markdown
from knowledge.parsing.tables import read_csv
from knowledge.parsing.texts import decoded, read_text

_READ = {"html": read_html, "markdown": read_markdown, "csv": read_csv, "text": read_text}


def read_document(kind: Kind, content: bytes) -> ReadDocument:
    """Raises Unreadable."""
    document = _read(kind, content)
    if not document.blocks:
        raise Unreadable("no_text")
    if sum(len(block.text) for block in document.blocks) > MAX_CHARS:
        raise Unreadable("too_long")
    return document


def _read(kind: Kind, content: bytes) -> ReadDocument:
    # Both load large libraries, which only the process that reads a document needs.
    if kind == "pdf":
        from knowledge.parsing.pdf import read_pdf  # noqa: PLC0415

        return read_pdf(content)
    if kind == "docx":
        from knowledge.parsing.word import read_docx  # noqa: PLC0415

        return read_docx(content)
    text = decoded(content)
    if text is None:
        raise Unreadable("broken")
    return _READ[kind](text)
