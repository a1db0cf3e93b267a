# LangGraph leaves the type of cached values open in the signature of `add_node`.
# pyright: reportUnknownMemberType=false
"""Puts the nodes together. The picture that this draws is the documentation of a turn."""

from typing import Literal

from langgraph.checkpoint.base import BaseCheckpointSaver
from langgraph.graph import END, START, StateGraph
from langgraph.graph.state import CompiledStateGraph

from graph.nodes.agent import agent_node, next_after_agent
from graph.nodes.call_tools import call_tools_node
from graph.nodes.guard import guard
from graph.nodes.recall import recall_node
from graph.nodes.retrieve import retrieve
from graph.nodes.route import next_after_route, route
from graph.nodes.summarize import summarize_node
from graph.parts import GraphParts
from graph.sealing import sealed
from graph.state import PlannedCall, TurnState
from leadhand.context import TenantContext
from memory.history import overflows

CompiledTurn = CompiledStateGraph[TurnState, TenantContext, TurnState, TurnState]


def compile_graph(parts: GraphParts, saver: BaseCheckpointSaver[str] | None) -> CompiledTurn:
    """The graph of this process, with the checkpoints of every thread in `saver`, if it keeps any itself."""
    # A server with checkpoints of its own passes on the client's context: without a schema it is ignored.
    return build_graph(parts, takes_context=saver is not None).compile(checkpointer=saver)


def build_graph(
    parts: GraphParts, *, takes_context: bool = True
) -> StateGraph[TurnState, TenantContext, TurnState, TurnState]:
    """The graph, not compiled: the server compiles it with its saver, `langgraph dev` without one."""

    window = parts.bounds.window

    def next_after_recall(state: TurnState) -> Literal["summarize", "route"]:
        return "summarize" if overflows(state.get("messages", []), window) else "route"

    graph = StateGraph(TurnState, context_schema=TenantContext if takes_context else None)
    graph.add_node("guard", sealed(guard))
    graph.add_node("recall", sealed(recall_node(parts.conversation)))
    graph.add_node("summarize", sealed(summarize_node(window)))
    graph.add_node("route", sealed(route))
    graph.add_node("retrieve", sealed(retrieve))
    graph.add_node("agent", sealed(agent_node(parts)))
    graph.add_node("call_tools", sealed(call_tools_node(parts)), input_schema=PlannedCall)

    graph.add_edge(START, "guard")
    graph.add_edge("guard", "recall")
    graph.add_conditional_edges("recall", next_after_recall, ["summarize", "route"])
    graph.add_edge("summarize", "route")
    graph.add_conditional_edges("route", next_after_route, ["retrieve", "agent"])
    graph.add_conditional_edges("retrieve", next_after_agent, ["call_tools"])
    graph.add_conditional_edges("agent", next_after_agent, ["call_tools", "agent", END])
    graph.add_edge("call_tools", "agent")
    return graph
