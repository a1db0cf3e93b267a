"""Reads a model's text for the marks that cite passages, wherever the pieces of the stream cut them.

A mark of a passage that was found in this run becomes a number; any other is dropped and logged, so that no
answer cites what nobody looked up.
"""

import logging
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from graph.state import Passage

log = logging.getLogger(__name__)

# What a model writes: "[p-1234abcd]", or several in one pair of brackets.
_FIRST = re.compile(r"[\[【] ?(p-[0-9a-f]{8})", re.IGNORECASE)
_FURTHER = re.compile(r" ?[,;] ?(p-[0-9a-f]{8})", re.IGNORECASE)
_LAST = re.compile(r" ?[\]】]")
# What may still become one of them.
_FIRST_BEGUN = re.compile(r"[\[【] ?(?:p(?:-[0-9a-f]{0,7})?)?", re.IGNORECASE)
_NEXT_BEGUN = re.compile(r" ?(?:[,;] ?(?:p(?:-[0-9a-f]{0,7})?)?)?", re.IGNORECASE)
_OPENING = re.compile(r"[\[【]")


@dataclass(frozen=True, slots=True)
class Shown:
    """Text for the person; with `passage` it is the number that stands for it."""

    text: str
    passage: Passage | None = None


class MarkReader:
    """Takes the text of one answer in pieces. `cited`: ids of passages, in the order of their numbers."""

    def __init__(self, passages: Sequence[Passage] = (), cited: Sequence[str] = ()) -> None:
        self.cited = list(cited)
        self._passages: dict[str, Passage] = {}
        for passage in passages:
            self._passages.setdefault(passage["mark"].strip("[]"), passage)
        self._held = ""
        self._in_brackets = False

    def take(self, text: str) -> list[Shown]:
        """What is settled of the text so far; the rest may be the beginning of a mark."""
        if not self._held and not self._in_brackets and not _OPENING.search(text):
            return [Shown(text)]
        text, self._held = self._held + text, ""
        return list(self._read(text))

    def finish(self) -> list[Shown]:
        """What was held back: the text ends here."""
        rest, self._held, self._in_brackets = self._held, "", False
        return [Shown(rest)] if rest else []

    def _read(self, text: str) -> Iterator[Shown]:
        at = 0
        while at < len(text):
            if not self._in_brackets:
                opening = _OPENING.search(text, at)
                begin = len(text) if opening is None else opening.start()
                if begin > at:
                    yield Shown(text[at:begin])
                at = begin
            if found := (_FURTHER if self._in_brackets else _FIRST).match(text, at):
                self._in_brackets, at = True, found.end()
                yield from self._cite(found[1].lower())
            elif self._in_brackets and (last := _LAST.match(text, at)):
                self._in_brackets, at = False, last.end()
            elif (_NEXT_BEGUN if self._in_brackets else _FIRST_BEGUN).fullmatch(text, at):
                self._held = text[at:]
                return
            elif self._in_brackets:
                self._in_brackets = False
            elif at < len(text):
                yield Shown(text[at])
                at += 1

    def _cite(self, mark: str) -> Iterator[Shown]:
        passage = self._passages.get(mark)
        if passage is None:
            log.warning("a citation was dropped: %s was not found in this run", mark)
            return
        if passage["id"] not in self.cited:
            self.cited.append(passage["id"])
        yield Shown(f"[{self.cited.index(passage['id']) + 1}]", passage)
