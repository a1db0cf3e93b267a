"""The sentence of the best passages that speaks most of what is asked, with what stands over it."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from knowledge.asked_kind import asked_kind, stems
from storage.knowledge_passages import FoundPassage

_END: Final = re.compile(r"(?<=[.!?;:])\s+|\n+")
_RULE: Final = re.compile(r"[|\s:-]+")
# A sentence that does not say what kind of thing is asked for counts half; each next passage so much less.
_OF_NO_KIND: Final = 0.5
_LATER: Final = 0.02


@dataclass(frozen=True, slots=True)
class Sentence:
    """`before`: the sentence before it, of a table's row the head; `above`: title and headings."""

    text: str
    before: str
    above: str

    @property
    def with_what_it_stands_under(self) -> str:
        return f"{self.above}\n{self.before}\n{self.text}"


def closest(question: str, passages: Sequence[FoundPassage]) -> Sentence | None:
    """None where there is no sentence."""
    asked, kind = stems(question), asked_kind(question)
    best, most = None, -1.0
    for place, passage in enumerate(passages):
        for sentence in sentences(passage):
            held = len(asked & stems(sentence.with_what_it_stands_under)) / max(1, len(asked))
            says = 1.0 if kind is None or kind.is_in(sentence.text) else _OF_NO_KIND
            weight = held * says - _LATER * place
            if weight > most:
                best, most = sentence, weight
    return best


def sentences(passage: FoundPassage) -> Iterable[Sentence]:
    above = " ".join([passage.title, *passage.heading])
    before, head = "", ""
    for text in filter(None, map(str.strip, _END.split(passage.text))):
        if not text.startswith("|"):
            yield Sentence(text, before, above)
            before, head = text, ""
        elif not head:
            head = text
        elif not _RULE.fullmatch(text):
            yield Sentence(text, head, above)
