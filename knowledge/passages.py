"""Cuts a document into passages: where its structure says first, by size then."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from knowledge.parsing.blocks import Block, ReadDocument

# About 200 tokens: one subject, and all of it is looked at by the embedding model.
MAX_CHARS = 800
# Of the passage before, so that a sentence which refers to it can be read alone.
OVERLAP_CHARS = 120
_SENTENCE = re.compile(r"(?<=[.!?:;])\s+|\n+")
_SPACE = re.compile(r"\s+")


@dataclass(frozen=True, slots=True)
class Cut:
    """`heading`: the headings that it stands under, outermost first."""

    text: str
    heading: tuple[str, ...]
    page: int | None


def cut(document: ReadDocument) -> tuple[Cut, ...]:
    """In the document's order; none is longer than MAX_CHARS and the overlap together."""
    found: list[Cut] = []
    for blocks in _of_one_place(document.blocks):
        pieces = [piece for block in blocks for piece in split(block.text)]
        first = blocks[0]
        found += [Cut(text, first.heading, first.page) for text in _packed(pieces)]
    return tuple(found)


def _of_one_place(blocks: Iterable[Block]) -> list[list[Block]]:
    """Runs of blocks under the same headings on the same page."""
    runs: list[list[Block]] = []
    for block in blocks:
        if runs and (runs[-1][-1].heading, runs[-1][-1].page) == (block.heading, block.page):
            runs[-1].append(block)
        else:
            runs.append([block])
    return runs


def split(text: str) -> list[str]:
    """Pieces of at most MAX_CHARS: cut behind a sentence or line, else between words, else anywhere."""
    pieces: list[str] = []
    start = 0
    while len(text) - start > MAX_CHARS:
        window = text[start : start + MAX_CHARS]
        end = start + (_last(_SENTENCE, window) or _last(_SPACE, window) or MAX_CHARS)
        pieces.append(text[start:end])
        start = end
    pieces.append(text[start:])
    return [stripped for piece in pieces if (stripped := piece.strip())]


def _last(boundary: re.Pattern[str], window: str) -> int:
    return max((found.end() for found in boundary.finditer(window)), default=0)


def _packed(pieces: Iterable[str]) -> list[str]:
    """As few passages as hold the pieces; each but the first begins with the end of the one before."""
    packed: list[str] = []
    open_text, carried = "", ""
    for piece in pieces:
        if open_text and len(open_text) + len(piece) + 2 > MAX_CHARS:
            packed.append(carried + open_text)
            carried, open_text = _tail(open_text), piece
        else:
            open_text = f"{open_text}\n\n{piece}" if open_text else piece
    return [*packed, carried + open_text] if open_text else packed


def _tail(text: str) -> str:
    """The last sentence, if it is short."""
    last = _SENTENCE.split(text)[-1].strip()
    return f"{last}\n\n" if 0 < len(last) <= OVERLAP_CHARS else ""
