"""An endpoint asked directly: the messages are ChatOpenAI's, the answer skips LangChain's callbacks."""

from collections.abc import AsyncGenerator, Callable, Sequence

from langchain_core.messages import BaseMessage
from langchain_core.runnables.config import var_child_runnable_config
from langsmith.utils import tracing_is_enabled  # pyright: ignore[reportUnknownVariableType] (a bare dict)

from models import fault_wordings as wordings
from models.any_chat_model import AnyChatModel
from models.lean.client import LeanClient
from models.lean.deltas import pieces_of
from models.pieces import Batch, FinishPiece


class LeanSource:
    """An AnswerSource: what one read of the socket brings is a batch.

    When somebody follows the run through LangChain (LangSmith, the message stream of LangGraph Studio), the
    call goes through ChatOpenAI, so that they see it.
    """

    def __init__(
        self, client: LeanClient, body_of: Callable[[Sequence[BaseMessage]], bytes], followed: AnyChatModel
    ) -> None:
        self._client = client
        self._body_of = body_of
        self._followed = followed

    def stream(self, messages: Sequence[BaseMessage]) -> AsyncGenerator[Batch]:
        """As `AnswerSource.stream`."""
        return self._followed.stream(messages) if is_followed() else self._ask(messages)

    async def _ask(self, messages: Sequence[BaseMessage]) -> AsyncGenerator[Batch]:
        begun = finished = False
        stream = await self._client.open(self._body_of(messages))
        try:
            while (events := await stream.next()) is not None:
                begun = True
                batch = pieces_of(events)
                finished = finished or any(isinstance(piece, FinishPiece) for piece in batch)
                if batch:
                    yield batch
        finally:
            await stream.aclose()
        if not begun:
            raise wordings.not_understood()
        if not finished:
            raise wordings.broken_off()


def is_followed() -> bool:
    """Whether callbacks or a tracer of LangChain are set for what runs now."""
    config = var_child_runnable_config.get() or {}
    callbacks = config.get("callbacks")
    handlers = callbacks if callbacks is None or isinstance(callbacks, list) else callbacks.handlers
    return bool(handlers) or bool(tracing_is_enabled())
