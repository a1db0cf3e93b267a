"""Decides whether the question needs the shop's documents; costs no model round trip."""

import tomllib
from functools import cache
from importlib.resources import files
from typing import Literal

from langchain_core.messages import HumanMessage
from langgraph.runtime import Runtime

from graph.state import TurnState
from leadhand.context import TenantContext


async def route(state: TurnState, runtime: Runtime[TenantContext]) -> TurnState:
    """A place of its own in the picture; the choice is `next_after_route`."""
    del state, runtime
    return TurnState()


def next_after_route(state: TurnState) -> Literal["retrieve", "agent"]:
    """`retrieve` when the question uses the words of a question about documents, else `agent`."""
    words = question_of(state).casefold()
    return "retrieve" if any(cue in words for cue in _document_cues()) else "agent"


def question_of(state: TurnState) -> str:
    """The newest user message of the state."""
    for message in reversed(state.get("messages", [])):
        if isinstance(message, HumanMessage):
            return message.text
    return ""


@cache
def _document_cues() -> tuple[str, ...]:
    vocabulary = tomllib.loads((files("graph.prompts") / "route.toml").read_text("utf-8"))
    return tuple(str(cue).casefold() for cue in vocabulary["document_cues"])
