"""What a document is once it is read, and why one is not."""

from dataclasses import dataclass
from typing import Literal, TypeAlias

Kind: TypeAlias = Literal["pdf", "docx", "html", "markdown", "csv", "text"]
Reason: TypeAlias = Literal[
    "broken",
    "empty",
    "encrypted",
    "no_text",
    "not_what_its_name_says",
    "too_long",
    "too_many_pages",
    "too_slow",
    "unknown_type",
    "unpacks_too_large",
]

MAX_PAGES = 2_000
# Of the text that is in the document.
MAX_CHARS = 2_000_000
# What a file may grow to when it is unpacked.
MAX_UNPACKED_BYTES = 100_000_000
MAX_HEADING_CHARS = 200

MESSAGES: dict[Reason, str] = {
    "broken": "The file is damaged and cannot be read.",
    "empty": "The file is empty.",
    "encrypted": "The file is locked with a password. Upload it without one.",
    "no_text": "There is no text in the file; pages that were only scanned cannot be read.",
    "not_what_its_name_says": "The file is of another type than its name says.",
    "too_long": f"The document has more than {MAX_CHARS:,} characters of text.",
    "too_many_pages": f"The document has more than {MAX_PAGES:,} pages.",
    "too_slow": "Reading the document took too long.",
    "unknown_type": "Only PDF, DOCX, Markdown, HTML, CSV and plain text can be read.",
    "unpacks_too_large": "The file grows too large when it is unpacked.",
}


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph, list, table row or the like. `heading`: those that it stands under, outermost first.

    `page` counts from 1; None where the kind of document has no pages.
    """

    text: str
    heading: tuple[str, ...] = ()
    page: int | None = None


@dataclass(frozen=True, slots=True)
class ReadDocument:
    """`title`: what the document calls itself, None if it does not say."""

    title: str | None
    blocks: tuple[Block, ...]


class Unreadable(Exception):
    """Stays inside the folder; `knowledge` tells it as `DocumentRejected`."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(MESSAGES[reason])
        self.reason: Reason = reason


class Headings:
    """The path of headings while a document is read from its start."""

    def __init__(self) -> None:
        self._open: list[tuple[int, str]] = []

    def enter(self, level: int, text: str) -> None:
        self._open = [(depth, name) for depth, name in self._open if depth < level]
        if name := " ".join(text.split())[:MAX_HEADING_CHARS]:
            self._open.append((level, name))

    @property
    def path(self) -> tuple[str, ...]:
        return tuple(name for _, name in self._open)
