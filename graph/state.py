"""What a thread's checkpoint holds: a window of messages, its owner's identity, and the run's counters."""

from collections.abc import Sequence
from typing import Annotated, TypedDict

from langchain_core.messages import BaseMessage, RemoveMessage
from langgraph.graph.message import REMOVE_ALL_MESSAGES, add_messages
from langgraph.types import Command

from leadhand.errors import JsonValue


class Passage(TypedDict):
    """A passage of a document that a tool of this run found; `mark` is what a model cites it by."""

    id: str
    mark: str
    document_id: str
    source: str
    title: str
    kind: str
    section: list[str]
    page: int | None
    version: int
    text: str


def found_passages(before: list[Passage] | None, found: list[Passage] | None) -> list[Passage]:
    """Both, each passage once; None begins anew."""
    if found is None:
        return []
    together = {passage["id"]: passage for passage in [*(before or []), *found]}
    return list(together.values())


class FoldedTurn(TypedDict):
    """A turn that left the window before a summary told it. `seq`: of its question, where that is known."""

    seq: int | None
    line: str


class TurnState(TypedDict, total=False):
    """JSON types and messages only, so that a checkpoint can be read without our classes.

    `tenant_id`, `user_id`: the identity that the thread belongs to; `guard` compares it with the context.
    `summary`: what the conversation's stored summary says; `folded_turns`: those that left the window since.
    `wants_documents`: whether the question is one for the shop's documents. `passages`: what the current run
    has found in them; `cited`: the ids of those that its answer cites, in the order of their numbers.
    `steps`, `tool_calls`, `tokens`: spent by the current run, against its bounds.
    """

    messages: Annotated[list[BaseMessage], add_messages]
    tenant_id: str
    user_id: str
    thread_id: str
    run_id: str
    summary: str
    folded_turns: list[FoldedTurn]
    wants_documents: bool
    passages: Annotated[list[Passage] | None, found_passages]
    cited: list[str]
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
