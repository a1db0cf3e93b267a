"""The chat model of the process: an OpenAI-compatible endpoint, or the built-in model when there is none."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import httpx2
from langchain_core.language_models.chat_models import BaseChatModel

from leadhand.errors import InvalidSetting, JsonValue
from leadhand.settings import Settings
from models.any_chat_model import AnyChatModel
from models.builtin.chat_model import BuiltinChatModel
from models.pieces import AnswerSource

if TYPE_CHECKING:
    from models.endpoint import Endpoint

BUILTIN = "builtin"
OPENAI_URL = "https://api.openai.com/v1"


@dataclass(frozen=True, slots=True)
class ChatModel:
    """One model for the whole process; bind tools once and share it between runs."""

    model: BaseChatModel
    name: str
    builtin: bool
    _endpoint: "Endpoint | None" = field(default=None, repr=False)

    def with_tools(self, tools: Sequence[dict[str, JsonValue]]) -> AnswerSource:
        """The model with `tools` (OpenAI's form); call it once, since it converts their schemas."""
        if self._endpoint is not None:
            return self._endpoint.with_tools(tools)
        return AnyChatModel(self.model, tools)

    async def aclose(self) -> None:
        """Close the connections to the endpoint. Runs that still use the model fail."""
        if self._endpoint is not None:
            await self._endpoint.aclose()


def open_chat_model(settings: Settings) -> ChatModel:
    """The model that `settings` name: with no endpoint, or with LEADHAND_MODEL=builtin, the built-in one.

    Nothing is sent. Call it once a process: each call makes its own connection pool.

    Raises:
        InvalidSetting: an endpoint without a model name, a model name without an endpoint, a malformed URL,
            a key that cannot be sent.
    """
    if settings.model == BUILTIN or (settings.model is None and not settings.has_model_endpoint):
        return ChatModel(model=BuiltinChatModel(), name=BUILTIN, builtin=True)
    name = _model_name(settings)
    # Loaded only where an endpoint is configured: it brings the provider's client, seconds of import.
    from models.endpoint import open_endpoint  # noqa: PLC0415

    endpoint = open_endpoint(settings, name=name, base_url=_base_url(settings))
    return ChatModel(model=endpoint.model, name=name, builtin=False, _endpoint=endpoint)


def _model_name(settings: Settings) -> str:
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


def _base_url(settings: Settings) -> str:
    text = settings.openai_base_url or OPENAI_URL
    try:
        url = httpx2.URL(text)
    except httpx2.InvalidURL:
        url = None
    if url is None or url.scheme not in {"http", "https"} or not url.host:
        raise InvalidSetting("OPENAI_BASE_URL: must be an http or https URL such as http://127.0.0.1:8000/v1")
    return text
