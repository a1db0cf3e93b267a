"""The questions, and at which place the search has their answers, by each of its ways."""

import re
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

from pydantic import BaseModel, ConfigDict

from evals.retrieval.shelf import FOLDER, Shelf
from knowledge.answerable import Found, found_of
from leadhand.context import Permission
from models.embeddings.embedder import Vector
from storage import knowledge_passages
from storage.knowledge_passages import FoundPassage, Wanted

# Deeper nobody looks.
DEPTH = 50
FILES = ("questions.toml", "answerable.toml", "fresh.toml", "fresh_2.toml")
# For fitting the rule of `answerable`, and counted nowhere.
FITTING = "fitting.toml"
Way: TypeAlias = Literal["words", "meaning", "fused"]
# Fused last: what it finds is judged.
WAYS: tuple[Way, ...] = ("words", "meaning", "fused")
_SIGN = re.compile(r"[\W_]+")


class Question(BaseModel):
    """`quote` stands in the document that answers; none: no document does. `also_…`: another place.

    `asked`: what the answer would be, of the questions that were written for whether there is one.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str
    text: str
    language: str
    kind: str
    set: Literal["fit", "tune", "held_out", "fresh", "fresh_2"]
    asked: str = ""
    document: str = ""
    heading: str = ""
    quote: str = ""
    older_document: str = ""
    also_document: str = ""
    also_quote: str = ""

    @property
    def answerable(self) -> bool:
        return bool(self.quote)

    def is_answered_by(self, passage: FoundPassage) -> bool:
        places = ((self.document, self.quote), (self.also_document, self.also_quote))
        return any(
            quote and passage.source == document and _plain(quote) in _plain(passage.text)
            for document, quote in places
        )


@dataclass(frozen=True, slots=True)
class Asked:
    """`place`: of the first passage that answers, from 1, by way; None: not among the first DEPTH."""

    question: Question
    place: dict[Way, int | None]
    found: Found


def read_questions(files: Sequence[str] = FILES) -> list[Question]:
    read = (tomllib.loads((FOLDER / name).read_text("utf-8"))["question"] for name in files)
    return [Question.model_validate(row) for rows in read for row in rows]


async def ask(shelf: Shelf, question: Question) -> Asked:
    vector = await shelf.embedder.query(question.text)
    place: dict[Way, int | None] = {}
    nearest: tuple[FoundPassage, ...] = ()
    # For what no document answers, the way does not matter.
    for way in WAYS if question.answerable else ("fused",):
        wanted = Wanted(
            words="" if way == "meaning" else question.text,
            embedding=None if way == "words" else vector,
            permissions=frozenset(Permission),
            top_k=DEPTH,
        )
        async with shelf.database.transaction(shelf.reader, snapshot=True) as connection:
            nearest = await knowledge_passages.search(connection, wanted)
        answering = (number for number, one in enumerate(nearest, 1) if question.is_answered_by(one))
        place[way] = next(answering, None)
    return Asked(question, place, _found(shelf, question.text, vector, nearest))


def _found(shelf: Shelf, question: str, vector: Vector, nearest: tuple[FoundPassage, ...]) -> Found:
    return found_of(question, nearest, model=shelf.embedder.name, vector=vector)


def _plain(text: str) -> str:
    return _SIGN.sub(" ", text).strip().casefold()
