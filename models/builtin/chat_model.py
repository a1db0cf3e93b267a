"""The built-in model as a LangChain chat model: it streams and calls tools like any other."""

import json
import re
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from typing import Any

from langchain_core.callbacks import AsyncCallbackManagerForLLMRun, CallbackManagerForLLMRun
from langchain_core.language_models.base import LanguageModelInput
from langchain_core.language_models.chat_models import BaseChatModel
from langchain_core.messages import AIMessage, AIMessageChunk, BaseMessage, ToolCallChunk
from langchain_core.messages.ai import UsageMetadata
from langchain_core.outputs import ChatGeneration, ChatGenerationChunk, ChatResult
from langchain_core.runnables import Runnable
from langchain_core.tools import BaseTool
from langchain_core.utils.function_calling import convert_to_openai_tool

from models.builtin.thinking import PlannedCall, Thought, think
from models.builtin.words import words_of

MODEL_NAME = "builtin"
# Arguments come in fragments of this size, so that clients can show a call while it is written.
FRAGMENT_CHARS = 16
_PIECES = re.compile(r"\s*\S+\s*?(?=\s|$)|\s+$")


class BuiltinChatModel(BaseChatModel):
    """Deterministic: the same messages and tools give the same answer. It sees nothing else.

    Usage counts words, since there are no tokens.
    """

    @property
    def _llm_type(self) -> str:
        return "leadhand-builtin"

    @property
    def _identifying_params(self) -> dict[str, Any]:
        return {"model": MODEL_NAME}

    def bind_tools(
        self,
        tools: Sequence[dict[str, Any] | type | Callable[..., Any] | BaseTool],
        *,
        tool_choice: str | None = None,
        **kwargs: Any,
    ) -> Runnable[LanguageModelInput, AIMessage]:
        del tool_choice
        return self.bind(tools=[convert_to_openai_tool(tool) for tool in tools], **kwargs)

    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        del stop, run_manager
        thought = think(messages, _tool_names(kwargs))
        message = AIMessage(
            content=thought.text,
            tool_calls=[
                {"name": call.tool, "args": call.arguments, "id": _call_id(messages, index)}
                for index, call in enumerate(thought.calls)
            ],
            usage_metadata=_usage(messages, thought),
            response_metadata=_metadata(thought),
        )
        return ChatResult(generations=[ChatGeneration(message=message)])

    def _stream(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> Iterator[ChatGenerationChunk]:
        del stop
        for chunk in _chunks(messages, _tool_names(kwargs)):
            if run_manager:
                run_manager.on_llm_new_token(chunk.text, chunk=chunk)
            yield chunk

    async def _astream(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: AsyncCallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> AsyncIterator[ChatGenerationChunk]:
        del stop
        for chunk in _chunks(messages, _tool_names(kwargs)):
            if run_manager:
                await run_manager.on_llm_new_token(chunk.text, chunk=chunk)
            yield chunk


def _chunks(messages: list[BaseMessage], tools: frozenset[str]) -> Iterator[ChatGenerationChunk]:
    thought = think(messages, tools)
    for piece in _PIECES.findall(thought.text):
        yield ChatGenerationChunk(message=AIMessageChunk(content=piece))
    for index, call in enumerate(thought.calls):
        for part in _call_chunks(call, index, _call_id(messages, index)):
            yield ChatGenerationChunk(message=AIMessageChunk(content="", tool_call_chunks=[part]))
    yield ChatGenerationChunk(
        message=AIMessageChunk(
            content="",
            usage_metadata=_usage(messages, thought),
            response_metadata=_metadata(thought),
            chunk_position="last",
        )
    )


def _call_chunks(call: PlannedCall, index: int, call_id: str) -> Iterator[ToolCallChunk]:
    """The name first, then the arguments piece by piece."""
    yield ToolCallChunk(name=call.tool, args="", id=call_id, index=index, type="tool_call_chunk")
    written = json.dumps(call.arguments, ensure_ascii=False)
    for start in range(0, len(written), FRAGMENT_CHARS):
        fragment = written[start : start + FRAGMENT_CHARS]
        yield ToolCallChunk(name=None, args=fragment, id=None, index=index, type="tool_call_chunk")


def _call_id(messages: list[BaseMessage], index: int) -> str:
    """Unique within a conversation: each call is made after more messages than the one before."""
    return f"call_{len(messages)}_{index}"


def _tool_names(kwargs: dict[str, Any]) -> frozenset[str]:
    tools: list[dict[str, Any]] = kwargs.get("tools") or []
    return frozenset(convert_to_openai_tool(tool)["function"]["name"] for tool in tools)


def _usage(messages: list[BaseMessage], thought: Thought) -> UsageMetadata:
    read = sum(len(words_of(message.text)) for message in messages)
    written = len(words_of(thought.text)) + sum(1 + len(call.arguments) for call in thought.calls)
    return UsageMetadata(input_tokens=read, output_tokens=written, total_tokens=read + written)


def _metadata(thought: Thought) -> dict[str, str]:
    return {"model_name": MODEL_NAME, "finish_reason": "tool_calls" if thought.calls else "stop"}
