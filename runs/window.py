"""Rebuilds the messages of a thread's window from its stored transcript.

Used whenever the checkpoint cannot be carried on as it is: the run before failed, was stopped or died, or
the person edited a message or asked for another answer. What comes out obeys every provider's rule: each tool
call is followed by its result.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, ToolCall, ToolMessage
from pydantic import ValidationError

from graph.write_calls import refusal_of
from leadhand.errors import InternalFault, InvalidToolInput, LeadhandError
from memory.history import question_id
from runs.citations import with_marks
from runs.transcript import TOOL_PREFIX, UNFINISHED, Part, TextPart, ToolPart, read_parts, text_of
from storage.messages import last_messages
from storage.transactions import Connection
from tools.registry import ToolRegistry
from tools.rendering import render_error, render_for_model

# A window rebuilt from the transcript; the graph folds it further if its tokens overflow.
WINDOW_MESSAGES = 60


@dataclass(frozen=True, slots=True)
class StoredMessage:
    """What the window needs of a transcript row."""

    seq: int
    role: str
    parts: Sequence[Part]


async def read_window(conn: Connection, thread_id: UUID, registry: ToolRegistry) -> list[BaseMessage]:
    """The last messages of the thread's transcript, a question first."""
    tail = await last_messages(conn, thread_id=thread_id, last=WINDOW_MESSAGES)
    stored = [StoredMessage(row.seq, row.role, read_parts(row.parts)) for row in tail]
    while stored and stored[0].role != "user":
        stored.pop(0)
    return messages_of(stored, registry)


def messages_of(stored: Iterable[StoredMessage], registry: ToolRegistry) -> list[BaseMessage]:
    """Model messages of the stored ones, oldest first; an answer that said nothing leaves no trace."""
    messages: list[BaseMessage] = []
    for message in stored:
        if message.role == "user":
            messages.append(HumanMessage(text_of(message.parts), id=question_id(message.seq)))
        else:
            for step in _steps(message.parts):
                messages.extend(_step_messages(step, registry))
    return messages


def _steps(parts: Sequence[Part]) -> list[list[Part]]:
    steps: list[list[Part]] = [[]]
    for part in parts:
        if part["type"] == "step-start":
            steps.append([])
        else:
            steps[-1].append(part)
    return [step for step in steps if step]


def _step_messages(step: Sequence[Part], registry: ToolRegistry) -> list[BaseMessage]:
    calls = [part for part in step if "toolCallId" in part and "toolMetadata" not in part]
    text = "".join(_as_written(part) for part in step if "text" in part and part["type"] == "text")
    if not text.strip() and not calls:
        return []
    answer = AIMessage(content=text, tool_calls=[_call(part) for part in calls])
    return [answer, *(_result(part, registry) for part in calls)]


def _as_written(part: TextPart) -> str:
    return with_marks(part["text"], part.get("citations", []))


def _call(part: ToolPart) -> ToolCall:
    given = part.get("input")
    return ToolCall(
        name=part["type"].removeprefix(TOOL_PREFIX),
        args=given if isinstance(given, dict) else {},
        id=part["toolCallId"],
    )


def _result(part: ToolPart, registry: ToolRegistry) -> ToolMessage:
    name = part["type"].removeprefix(TOOL_PREFIX)
    if part["state"] == "output-denied":
        reason = part["approval"].get("reason", "") if "approval" in part else ""
        return _tool_message(part, name, refusal_of(reason, reason))
    if part["state"] != "output-available":
        return _tool_message(part, name, InvalidToolInput(part.get("errorText", UNFINISHED)))
    try:
        output = registry.read_output(name, part.get("output"))
    except (ValidationError, LeadhandError):
        # The tool has changed since: its old result cannot be read, but the call keeps its answer.
        return _tool_message(part, name, InternalFault("This earlier result is no longer readable."))
    return ToolMessage(
        content=render_for_model(output, part["toolCallId"]), tool_call_id=part["toolCallId"], name=name
    )


def _tool_message(part: ToolPart, name: str, error: LeadhandError) -> ToolMessage:
    return ToolMessage(
        content=render_error(error), tool_call_id=part["toolCallId"], name=name, status="error"
    )
