"""The chat model of the process: an OpenAI-compatible endpoint, or the built-in model when there is none."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from langchain_core.language_models.chat_models import BaseChatModel

from leadhand.errors import JsonValue
from leadhand.settings import Settings
from models.any_chat_model import AnyChatModel
from models.builtin.chat_model import BuiltinChatModel
from models.choice import BUILTIN, base_url, chosen_model
from models.pieces import AnswerSource

if TYPE_CHECKING:
    from models.endpoint import Endpoint


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
    name = chosen_model(settings)
    if name == BUILTIN:
        return ChatModel(model=BuiltinChatModel(), name=BUILTIN, builtin=True)
    # Loaded only where an endpoint is configured: it brings the provider's client, seconds of import.
    from models.endpoint import open_endpoint  # noqa: PLC0415

    endpoint = open_endpoint(settings, name=name, base_url=base_url(settings))
    return ChatModel(model=endpoint.model, name=name, builtin=False, _endpoint=endpoint)
