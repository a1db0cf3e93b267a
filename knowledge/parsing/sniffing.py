"""What a file is, by its content; its name may only choose among the kinds that are plain text."""

import io
import re
import zipfile
from pathlib import PurePosixPath
from typing import Final

from knowledge.parsing.blocks import Kind, Unreadable
from knowledge.parsing.texts import decoded

BY_NAME: Final[dict[str, Kind]] = {
    ".pdf": "pdf",
    ".docx": "docx",
    ".html": "html",
    ".htm": "html",
    ".md": "markdown",
    ".markdown": "markdown",
    ".csv": "csv",
    ".txt": "text",
}
PLAIN: Final[frozenset[Kind]] = frozenset({"html", "markdown", "csv", "text"})
# Readers of PDF allow something before the mark.
_PDF_WITHIN: Final = 1024
_HTML: Final = re.compile(
    r"\s*(<\?xml[^>]*>\s*)?(<!--.*?-->\s*)*<(!doctype\s+html|html|head|body)\b", re.I | re.S
)
_HEADING: Final = re.compile(r"^#{1,6} \S", re.M)


def kind_of(content: bytes, name: str) -> Kind:
    """The kind of the file.

    Raises:
        Unreadable: empty, of no kind that can be read, or of another one than its name says.
    """
    if not content.strip():
        raise Unreadable("empty")
    found, named = _by_content(content), BY_NAME.get(PurePosixPath(name).suffix.lower())
    if found is None:
        # Bytes that claim to be a document are a broken one, or a lie; either way its name is wrong.
        raise Unreadable("unknown_type" if named is None else "not_what_its_name_says")
    if named is None or named == found:
        return found
    if found not in PLAIN or named not in PLAIN:
        raise Unreadable("not_what_its_name_says")
    return "html" if found == "html" else named


def _by_content(content: bytes) -> Kind | None:
    if b"%PDF-" in content[:_PDF_WITHIN]:
        return "pdf"
    if content.startswith(b"PK\x03\x04"):
        return "docx" if _holds_a_word_document(content) else None
    text = decoded(content)
    if text is None:
        return None
    if _HTML.match(text):
        return "html"
    return "markdown" if _HEADING.search(text) else "text"


def _holds_a_word_document(content: bytes) -> bool:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return "word/document.xml" in archive.namelist()
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError):
        raise Unreadable("broken") from None
