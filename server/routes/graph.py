"""The state machine of a turn, as it runs here."""

from typing import Any, Final

from pydantic import BaseModel, ConfigDict

from server.caller import OpenDesk, Reader
from server.routes.described import api_router

router = api_router("graph")

_EXAMPLE: Final[dict[str, Any]] = {
    "nodes": ["__start__", "guard", "recall", "route", "agent", "call_tools", "__end__"],
    "edges": [
        {"source": "__start__", "target": "guard", "conditional": False},
        {"source": "agent", "target": "call_tools", "conditional": True},
    ],
    "mermaid": "graph TD;\n\t__start__ --> guard;\n\tagent -.-> call_tools;\n",
}


class GraphEdge(BaseModel):
    """`conditional`: the step before decides whether the turn goes this way."""

    source: str
    target: str
    conditional: bool


class GraphPicture(BaseModel):
    """A turn goes from `__start__` along `edges` to `__end__`; `mermaid` draws it."""

    model_config = ConfigDict(json_schema_extra={"example": _EXAMPLE})

    nodes: list[str]
    edges: list[GraphEdge]
    mermaid: str


@router.get("/graph", summary="The steps of a turn")
async def show_graph(tenant: Reader, desk: OpenDesk) -> GraphPicture:
    """Nodes and edges of the compiled graph that runs every turn, and a Mermaid diagram of it."""
    del tenant
    drawn = desk.runs.graph.get_graph()
    edges = [GraphEdge(source=e.source, target=e.target, conditional=e.conditional) for e in drawn.edges]
    return GraphPicture(nodes=list(drawn.nodes), edges=edges, mermaid=drawn.draw_mermaid(with_styles=False))
