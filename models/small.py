"""The small model of the process, for what happens beside the conversation: titles and summaries."""

from dataclasses import dataclass, field

from langchain_core.language_models.chat_models import BaseChatModel

from leadhand.settings import Settings
from models.builtin.small_model import BuiltinSmallModel
from models.choice import BUILTIN, chosen_small_model
from models.factory import ChatModel, open_chat_model


@dataclass(frozen=True, slots=True)
class SmallModel:
    model: BaseChatModel
    name: str
    _own: ChatModel | None = field(default=None, repr=False)

    async def aclose(self) -> None:
        """Close its own connections to the endpoint; those of the chat model stay."""
        if self._own is not None:
            await self._own.aclose()


def open_small_model(settings: Settings, chat: ChatModel | None = None) -> SmallModel:
    """LEADHAND_SMALL_MODEL at the same endpoint; without it what LEADHAND_MODEL says.

    `chat`: the chat model of the process, which then serves as the small one too. Nothing is sent.

    Raises:
        InvalidSetting: a name without an endpoint, and what `open_chat_model` says of LEADHAND_MODEL.
    """
    name = chosen_small_model(settings)
    if chat is not None and name in {None, chat.name} and not chat.builtin:
        return SmallModel(chat.model, chat.name)
    own = open_chat_model(settings.model_copy(update={"model": name}) if name else settings)
    if own.builtin:
        return SmallModel(BuiltinSmallModel(), BUILTIN)
    return SmallModel(own.model, own.name, own)
