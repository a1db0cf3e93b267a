"""Plain text: its characters, its paragraphs."""

import re
from codecs import BOM_UTF8, BOM_UTF16_BE, BOM_UTF16_LE

from charset_normalizer import from_bytes

from knowledge.parsing.blocks import Block, ReadDocument

# Enough to tell one code page from another.
_LOOKED_AT_BYTES = 20_000
# What texts are in besides Unicode, the most common first.
_CODE_PAGES = ("cp1252", "cp1250", "cp1251")
_MAX_CONTROL_SHARE = 0.02
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1a\x1c-\x1f]")
_BLANK_LINES = re.compile(r"\n\s*\n")


def decoded(content: bytes) -> str | None:
    """The characters; None for bytes that are no text."""
    text = _characters(content)
    if text is None or len(_CONTROL.findall(text)) > _MAX_CONTROL_SHARE * len(text):
        return None
    return _CONTROL.sub(" ", text).replace("\r\n", "\n").replace("\r", "\n")


def _characters(content: bytes) -> str | None:
    if content.startswith((BOM_UTF16_LE, BOM_UTF16_BE)):
        return content.decode("utf-16", "replace")
    try:
        return content.removeprefix(BOM_UTF8).decode()
    except UnicodeDecodeError:
        if b"\0" in content:
            return None
    found = from_bytes(content[:_LOOKED_AT_BYTES], cp_isolation=[*_CODE_PAGES]).best()
    return content.decode(_CODE_PAGES[0] if found is None else found.encoding, "replace")


def read_text(text: str) -> ReadDocument:
    """Paragraphs stand apart by empty lines."""
    return ReadDocument(None, tuple(Block(part) for part in paragraphs(text)))


def paragraphs(text: str) -> list[str]:
    return [stripped for part in _BLANK_LINES.split(text) if (stripped := part.strip())]
