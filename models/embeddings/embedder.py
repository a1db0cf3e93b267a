"""What makes vectors of texts."""

from collections.abc import Sequence
from typing import Protocol, TypeAlias

# Of length 1; as many numbers as the model has dimensions.
Vector: TypeAlias = Sequence[float]

# Characters of one text that are looked at; models read some 500 tokens anyway.
MAX_TEXT_CHARS = 2_000


class Embedder(Protocol):
    """One model. Vectors of two models are never compared: `name` is kept with each."""

    @property
    def name(self) -> str: ...

    async def passages(self, texts: Sequence[str]) -> list[Vector]:
        """One vector for each text, in their order.

        Raises:
            ModelUnavailable, ModelTimeout: try again later.
            ModelRejected: the endpoint does not take the request, or what it answers are no vectors.
        """
        ...

    async def query(self, text: str) -> Vector:
        """The vector of what is looked for; raises what `passages` raises."""
        ...

    async def aclose(self) -> None: ...
