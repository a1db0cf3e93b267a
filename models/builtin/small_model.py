"""Stands in for a small model where no endpoint is configured: titles out of the question's own words."""

import json
from typing import Any, cast

from langchain_core.callbacks import AsyncCallbackManagerForLLMRun, CallbackManagerForLLMRun
from langchain_core.language_models.chat_models import BaseChatModel
from langchain_core.messages import AIMessage, BaseMessage, HumanMessage
from langchain_core.messages.ai import UsageMetadata
from langchain_core.outputs import ChatGeneration, ChatResult

from models.builtin.titles import title_words

MODEL_NAME = "builtin"


class BuiltinSmallModel(BaseChatModel):
    """Deterministic: reads `question` in the JSON of the last message, and answers with its telling words."""

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
        question = _question(messages)
        title = title_words(question)
        read, written = len(question.split()), len(title.split())
        usage = UsageMetadata(input_tokens=read, output_tokens=written, total_tokens=read + written)
        message = AIMessage(
            content=title,
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


def _question(messages: list[BaseMessage]) -> str:
    last = next((message.text for message in reversed(messages) if isinstance(message, HumanMessage)), "")
    try:
        asked: object = json.loads(last)
    except ValueError:
        return last
    if not isinstance(asked, dict):
        return last
    return str(cast("dict[str, object]", asked).get("question", ""))
