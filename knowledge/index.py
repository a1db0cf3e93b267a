"""Which model a shop's passages were indexed with, and the refusal to mix it with another."""

from leadhand.errors import EmbeddingChanged
from models.embeddings.embedder import Embedder
from storage.knowledge import Index

# Of an index that compares words alone.
NO_MODEL = "none"


def model_of(embedder: Embedder | None) -> str:
    return NO_MODEL if embedder is None else embedder.name


def require_same_model(index: Index, embedder: Embedder | None, *, dimensions: int | None = None) -> None:
    """Raises EmbeddingChanged: the shop's vectors are another model's, or have another length."""
    now = model_of(embedder)
    if index.model == now and dimensions in {None, index.dimensions or dimensions}:
        return
    raise EmbeddingChanged(
        f"The documents were indexed with the embedding model {index.model}, and now it is {now}. "
        f"Set LEADHAND_EMBEDDING_MODEL={index.model} again, or delete the documents and upload them anew.",
        details={"indexed_with": index.model, "configured": now},
    )
