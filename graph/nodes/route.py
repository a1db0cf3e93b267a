"""Decides whether the question is one for the shop's documents; costs no model round trip."""

import tomllib
from functools import cache
from importlib.resources import files
from typing import Literal

from langchain_core.messages import HumanMessage
from langgraph.runtime import Runtime

from graph.identity import tenant_of
from graph.state import TurnState
from leadhand.context import Permission, TenantContext


async def route(state: TurnState, runtime: Runtime[TenantContext]) -> TurnState:
    """By the words of the question; for a caller who may read no documents there are none."""
    words = question_of(state).casefold()
    wants = any(cue in words for cue in _document_cues())
    may = Permission.KNOWLEDGE_READ in tenant_of(state, runtime).permissions
    return TurnState(wants_documents=wants and may)


def next_after_route(state: TurnState) -> Literal["retrieve", "agent"]:
    """What `route` decided."""
    return "retrieve" if state.get("wants_documents") else "agent"


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
