"""The tools by themselves: what there is, and running one."""

import asyncio
from collections.abc import Sequence
from typing import Annotated, Any, Final

from fastapi import Body, Path
from pydantic import BaseModel, JsonValue
from starlette.responses import Response
from uuid_utils import uuid7

from server.caller import OpenDesk, Planner, Reader
from server.routes.described import api_router, refusal
from tools.registry import ToolSpec

router = api_router("tools")

_EXAMPLES: Final[dict[str, Any]] = {
    "get_machine_availability": {"value": {"machines": ["Puma 3100"], "window": "next week"}},
    "analyze_workload_distribution": {"value": {"group_by": "operator", "window": "next month"}},
    "check_capacity": {"value": {"hours": 50, "window": "next month"}},
}


class ToolDescription(BaseModel):
    """`label` is the loading line, `description` is what the model reads; the schemas are JSON Schema.

    `writes`: it only proposes a change of the plan, which a person approves.
    """

    name: str
    label: str
    description: str
    permission: str
    writes: bool
    input_schema: dict[str, JsonValue]
    output_schema: dict[str, JsonValue]


class ToolList(BaseModel):
    tools: list[ToolDescription]


@router.get("/tools", summary="The tools that the caller may run, with their schemas")
async def list_tools(tenant: Reader, desk: OpenDesk) -> ToolList:
    allowed = [spec for spec in desk.registry.specs() if spec.permission in tenant.permissions]
    # In a thread: the first time the schemas of the outputs are made, and turns must not wait for that.
    return await asyncio.to_thread(_described, allowed)


def _described(specs: Sequence[ToolSpec]) -> ToolList:
    return ToolList(
        tools=[
            ToolDescription(
                name=spec.name,
                label=spec.label,
                description=spec.description,
                permission=spec.permission.value,
                writes=spec.writes,
                input_schema=spec.input_schema,
                output_schema=spec.output_schema,
            )
            for spec in specs
        ]
    )


@router.post(
    "/tools/{name}",
    response_class=Response,
    summary="Run one tool",
    responses={
        200: {"description": "The tool's output", "content": {"application/json": {}}},
        404: refusal("`unknown_tool`, or `not_found` for a name in the input"),
        409: refusal("A name in the input has several meanings: `ambiguous`"),
        413: refusal("The body is above the limit: `body_too_large`"),
        422: refusal("`invalid_request`, `invalid_tool_input`, or a planning rule such as `empty_window`"),
        504: refusal("The tool took too long: `timeout_partial`"),
    },
)
async def run_tool(
    name: Annotated[str, Path(max_length=100, examples=["get_machine_availability"])],
    tenant: Planner,
    desk: OpenDesk,
    tool_input: Annotated[JsonValue, Body(openapi_examples=_EXAMPLES)] = None,
) -> Response:
    """The body is the tool's input, the answer is its output: the same as a chat turn would get.

    A tool that writes only proposes here: nothing is changed.
    """
    given = {} if tool_input is None else tool_input
    output = await desk.registry.run(name, given, tenant, desk.shops, call_id=str(uuid7()))
    return Response(output.model_dump_json(by_alias=True), media_type="application/json")
