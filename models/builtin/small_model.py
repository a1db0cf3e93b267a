"""Stands in for a small model where there is no endpoint: titles, summaries, a report's opening text."""

from typing import Any

from langchain_core.callbacks import AsyncCallbackManagerForLLMRun, CallbackManagerForLLMRun
from langchain_core.language_models.chat_models import BaseChatModel
from langchain_core.messages import AIMessage, BaseMessage, HumanMessage
from langchain_core.messages.ai import UsageMetadata
from langchain_core.outputs import ChatGeneration, ChatResult
from pydantic import BaseModel, ValidationError

from models.builtin.narrating import ToldFacts, narrated
from models.builtin.summaries import PastTurn, retold
from models.builtin.titles import title_words

MODEL_NAME = "builtin"


class BuiltinSmallModel(BaseChatModel):
    """Deterministic: reads the JSON of the last message.

    With `turns` it retells them after `summary`, with `facts` it words the opening text of a report; else it
    answers with the telling words of `question`.
    """

    @property
    def _llm_type(self) -> str:
        return "leadhand-builtin-small"

    @property
    def _identifying_params(self) -> dict[str, Any]:
        return {"model": MODEL_NAME}

    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        del stop, run_manager, kwargs
        last = next((message.text for message in reversed(messages) if isinstance(message, HumanMessage)), "")
        answer = _answer(last)
        read, written = len(last.split()), len(answer.split())
        usage = UsageMetadata(input_tokens=read, output_tokens=written, total_tokens=read + written)
        message = AIMessage(
            content=answer,
            usage_metadata=usage,
            response_metadata={"model_name": MODEL_NAME, "finish_reason": "stop"},
        )
        return ChatResult(generations=[ChatGeneration(message=message)])

    async def _agenerate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: AsyncCallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        """Too quick for a thread of its own."""
        del run_manager
        return self._generate(messages, stop, **kwargs)


class _Asked(BaseModel):
    """What a job asks: a title for the question, a summary with the turns in it, or a text out of facts."""

    question: str = ""
    summary: str = ""
    turns: list[PastTurn] | None = None
    language: str = ""
    figures: dict[str, str] = {}
    facts: ToldFacts | None = None


def _answer(last: str) -> str:
    try:
        asked = _Asked.model_validate_json(last)
    except ValidationError:
        return title_words(last)
    if asked.facts is not None:
        return narrated(asked.language, asked.figures, asked.facts)
    return title_words(asked.question) if asked.turns is None else retold(asked.summary, asked.turns)
