"""`python -m evals.retrieval.handbook_vectors`: makes the vectors that ship with the demo shop's handbook.

To be run when the handbook, the cutting of passages or the bundled model has changed; a test says so.
"""

import asyncio
from pathlib import Path

from knowledge import handbook
from knowledge.shipped import packed
from models.embeddings.bundled import BundledEmbedder

TARGET = Path(__file__).parents[2] / "storage" / "demo" / "handbook" / "vectors.toml"


async def make() -> None:
    texts = [text for page in handbook.pages() for text in page.embedded_texts]
    vectors = await BundledEmbedder().passages(texts)
    head = "# Of the handbook's passages; made by `python -m evals.retrieval.handbook_vectors`.\n"
    TARGET.write_text(head + packed(zip(texts, vectors, strict=True)), encoding="utf-8")
    print(f"{len(texts)} vectors")


if __name__ == "__main__":
    asyncio.run(make())
