"""Which model the settings choose; loads so little that a wrong setting is told before all else is loaded."""

import httpx2

from leadhand.errors import InvalidSetting
from leadhand.settings import Settings

BUILTIN = "builtin"
OPENAI_URL = "https://api.openai.com/v1"


def check_models(settings: Settings) -> None:
    """Raises InvalidSetting: as `chosen_model`, `base_url` and `chosen_small_model`."""
    if chosen_model(settings) != BUILTIN:
        base_url(settings)
    chosen_small_model(settings)


def chosen_model(settings: Settings) -> str:
    """The chat model's name: with no endpoint, or with LEADHAND_MODEL=builtin, the built-in one's.

    Raises:
        InvalidSetting: an endpoint without a model name, a model name without an endpoint.
    """
    if settings.model == BUILTIN or (settings.model is None and not settings.has_model_endpoint):
        return BUILTIN
    if not settings.has_model_endpoint:
        raise InvalidSetting(
            "LEADHAND_MODEL: names a model, but neither OPENAI_API_KEY nor OPENAI_BASE_URL says where it is "
            f"(unset it, or set it to {BUILTIN}, for the built-in model)"
        )
    if settings.model is None or not settings.model.strip():
        raise InvalidSetting(
            "LEADHAND_MODEL: must name the model to use, since OPENAI_API_KEY or OPENAI_BASE_URL is set "
            f"(or {BUILTIN} for the built-in model)"
        )
    return settings.model.strip()


def chosen_small_model(settings: Settings) -> str | None:
    """The small model's name; None: the chat model serves as the small one too.

    Raises:
        InvalidSetting: a name without an endpoint.
    """
    name = (settings.small_model or "").strip()
    if name and name != BUILTIN and not settings.has_model_endpoint:
        raise InvalidSetting(
            "LEADHAND_SMALL_MODEL: names a model, but neither OPENAI_API_KEY nor OPENAI_BASE_URL says where "
            "it is (unset it for the built-in model)"
        )
    return name or None


def base_url(settings: Settings) -> str:
    """Of the endpoint. Raises InvalidSetting: it is no URL."""
    text = settings.openai_base_url or OPENAI_URL
    try:
        url = httpx2.URL(text)
    except httpx2.InvalidURL:
        url = None
    if url is None or url.scheme not in {"http", "https"} or not url.host:
        raise InvalidSetting("OPENAI_BASE_URL: must be an http or https URL such as http://127.0.0.1:8000/v1")
    return text
