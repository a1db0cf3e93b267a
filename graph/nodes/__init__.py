"""One file a node; each offers the node itself, or a function that binds it to the parts it needs."""

from collections.abc import Awaitable
from typing import Protocol, TypeVar

from langgraph.runtime import Runtime

from graph.state import TurnState
from leadhand.context import TenantContext

S_contra = TypeVar("S_contra", contravariant=True)


class Node(Protocol[S_contra]):
    """A step of the graph: reads the state (or its own task's payload), returns what it changes."""

    def __call__(self, state: S_contra, *, runtime: Runtime[TenantContext]) -> Awaitable[TurnState]: ...
