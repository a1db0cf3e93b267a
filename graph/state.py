"""What a thread's checkpoint holds: a window of messages, its owner's identity, and the run's counters."""

from collections.abc import Sequence
from typing import Annotated, TypedDict

from langchain_core.messages import BaseMessage, RemoveMessage
from langgraph.graph.message import REMOVE_ALL_MESSAGES, add_messages
from langgraph.types import Command

from leadhand.errors import JsonValue


class Passage(TypedDict):
    """A cited piece of a document, as the knowledge base returns it."""

    id: str
    title: str
    text: str


class FoldedTurn(TypedDict):
    """A turn that left the window before a summary told it. `seq`: of its question, where that is known."""

    seq: int | None
    line: str


class TurnState(TypedDict, total=False):
    """JSON types and messages only, so that a checkpoint can be read without our classes.

    `tenant_id`, `user_id`: the identity that the thread belongs to; `guard` compares it with the context.
    `summary`: what the conversation's stored summary says; `folded_turns`: those that left the window since.
    `steps`, `tool_calls`, `tokens`: spent by the current run, against its bounds.
    """

    messages: Annotated[list[BaseMessage], add_messages]
    tenant_id: str
    user_id: str
    thread_id: str
    run_id: str
    summary: str
    folded_turns: list[FoldedTurn]
    passages: list[Passage]
    steps: int
    tool_calls: int
    tokens: int


class PlannedCall(TypedDict):
    """One tool call of the model, under our own id, and whose it is: the payload of one `call_tools` task."""

    call_id: str
    tool: str
    input: JsonValue
    thread_id: str
    run_id: str
    tenant_id: str
    user_id: str


def going_on(run_id: str) -> Command[str]:
    """The graph's input for a run that goes on where another one waits for a person."""
    return Command(update=TurnState(run_id=run_id))


def turn_input(
    *,
    tenant_id: str,
    user_id: str,
    thread_id: str,
    run_id: str,
    messages: Sequence[BaseMessage],
    replace: bool,
) -> TurnState:
    """The graph's input for one run.

    With `replace`, `messages` are the whole window (rebuilt from the transcript) and what the checkpoint held
    is dropped; else they are appended to it.
    """
    removal = [RemoveMessage(id=REMOVE_ALL_MESSAGES)] if replace else []
    state = TurnState(
        messages=[*removal, *messages],
        tenant_id=tenant_id,
        user_id=user_id,
        thread_id=thread_id,
        run_id=run_id,
    )
    if replace:
        state["folded_turns"] = []
    return state
