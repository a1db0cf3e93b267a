"""What a quiz is made of: passages, and questions that quote them."""

from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

Level: TypeAlias = Literal["easy", "medium", "hard"]
Language: TypeAlias = Literal["en", "de"]
MadeBy: TypeAlias = Literal["cloze", "model"]

MAX_QUESTIONS: Final = 10
# Where the asked word stood.
GAP: Final = "_____"
LETTERS: Final = "abcd"


@dataclass(frozen=True, slots=True)
class Passage:
    """A piece of a document; or a planning term with its meaning: `term`, and then there is no document.

    `section`: the headings that it stands under, outermost first. `document`: its name in the shop;
    `kind`: what it is, such as "pdf".
    """

    id: str
    title: str
    text: str
    section: tuple[str, ...] = ()
    page: int | None = None
    version: int | None = None
    document: str | None = None
    document_id: str | None = None
    kind: str | None = None
    term: str | None = None


@dataclass(frozen=True, slots=True)
class Source:
    """Where an answer stands: `quote` is word for word of the passage and holds the answer."""

    passage_id: str
    document: str | None
    document_id: str | None
    kind: str | None
    title: str
    section: tuple[str, ...]
    page: int | None
    version: int | None
    quote: str


@dataclass(frozen=True, slots=True)
class Question:
    """Two to four options, one of them right: `options[correct]`."""

    text: str
    options: tuple[str, ...]
    correct: int
    explanation: str
    source: Source
    made_by: MadeBy


def source_of(passage: Passage, quote: str) -> Source:
    return Source(
        passage.id,
        passage.document,
        passage.document_id,
        passage.kind,
        passage.title,
        passage.section,
        passage.page,
        passage.version,
        quote,
    )


def place_of(passage: Passage) -> str:
    """What is shown of it beside a question."""
    return " ".join((passage.title, *passage.section, passage.document or ""))
