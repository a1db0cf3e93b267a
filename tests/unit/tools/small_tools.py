"""Small tools that do one thing each, for the tests of the registry."""

import asyncio
import json
from datetime import UTC, datetime

from pydantic import BaseModel, Field

from leadhand.context import Permission, TenantContext
from leadhand.errors import NotFound
from leadhand.events import RunEvent
from planning.shop import Interval, Shop, ShopSettings
from tools.base import Tool, ToolContext, ToolInput, ToolOutput
from tools.windows import WindowInput

TENANT = TenantContext(
    "demo", "ann", frozenset({Permission.PLANNING_READ}), "UTC", "en-US", datetime(2026, 11, 25, tzinfo=UTC)
)


class Shops:
    """A ShopSource with an empty shop."""

    async def load(self, tenant: TenantContext, window: Interval) -> Shop:
        del tenant, window
        return Shop(ShopSettings("demo", "UTC"))


class Sink:
    """Keeps what was emitted."""

    def __init__(self) -> None:
        self.events: list[RunEvent] = []

    def emit(self, event: RunEvent) -> None:
        self.events.append(event)


class Step(BaseModel):
    pieces: int = Field(gt=0, description="Good pieces.")
    machine: str | None = None


class EchoInput(WindowInput):
    hours: float | None = Field(default=None, gt=0, description="Hours of work.")
    machines: list[str] = Field(default_factory=list[str], max_length=3)
    steps: list[Step] = Field(default_factory=list[Step])


class EchoOutput(ToolOutput):
    hours: float = 0.0
    user: str = ""
    machines: list[str] = Field(default_factory=list[str])
    window: str | None = None
    start: str | None = None


def output(**fields: object) -> EchoOutput:
    return EchoOutput.model_validate(
        {"data_version": 1, "as_of": "2026-11-25T00:00:00+00:00", "timezone": "UTC", **fields}
    )


async def _echo(asked: EchoInput, context: ToolContext) -> EchoOutput:
    return output(
        hours=asked.hours or 0.0,
        user=context.tenant.user_id,
        machines=asked.machines,
        window=asked.window,
        start=asked.from_,
    )


ECHO = Tool("echo", "Echoing…", "Says what it got.", EchoInput, EchoOutput, _echo)


class NestInput(ToolInput):
    levels: int = Field(ge=0)
    tool: str = "nest"
    input: str = Field(default="{}", description="JSON of the input of the last call.")
    times: int = 1


async def _nest(asked: NestInput, context: ToolContext) -> EchoOutput:
    """Calls itself one level less; at the last level the tool and input that were asked for."""
    last = output()
    for _ in range(asked.times):
        if asked.levels == 0:
            found = await context.tools.call(asked.tool, json.loads(asked.input))
        else:
            found = await context.tools.call("nest", {**asked.model_dump(), "levels": asked.levels - 1})
        assert isinstance(found, EchoOutput)
        last = found
    return last


NEST = Tool("nest", "Nesting…", "Calls another tool.", NestInput, EchoOutput, _nest)


class NoInput(ToolInput):
    pass


async def _again(asked: NoInput, context: ToolContext) -> EchoOutput:
    await context.tools.call("again", asked.model_dump())
    return output()


AGAIN = Tool("again", "…", "Calls itself.", NoInput, EchoOutput, _again)


async def _sleep(asked: NoInput, context: ToolContext) -> EchoOutput:
    del asked, context
    await asyncio.Event().wait()
    raise AssertionError


SLEEP = Tool("sleep", "Sleeping…", "Never ends.", NoInput, EchoOutput, _sleep)


async def _own_timeout(asked: NoInput, context: ToolContext) -> EchoOutput:
    del asked, context
    raise TimeoutError("a socket of the tool's own")


OWN_TIMEOUT = Tool("own_timeout", "…", "Fails with a timeout of its own.", NoInput, EchoOutput, _own_timeout)


async def _break_promise(asked: NoInput, context: ToolContext) -> EchoOutput:
    del asked, context
    return EchoOutput.model_construct(data_version=1, as_of="", timezone="UTC", hours=float("nan"))


LIAR = Tool("liar", "…", "Returns what its model forbids.", NoInput, EchoOutput, _break_promise)


async def _fail(asked: NoInput, context: ToolContext) -> EchoOutput:
    del asked, context
    raise NotFound("There is no machine “X”.", details={"suggestions": []})


FAIL = Tool("fail", "…", "Finds nothing.", NoInput, EchoOutput, _fail)


async def _crash(asked: NoInput, context: ToolContext) -> EchoOutput:
    del asked, context
    raise RuntimeError("SELECT secret FROM t")


CRASH = Tool("crash", "…", "Breaks.", NoInput, EchoOutput, _crash)

ADMIN = Tool("admin_only", "…", "Not for all.", EchoInput, EchoOutput, _echo, permission=Permission.ADMIN)

ALL = [ECHO, NEST, AGAIN, SLEEP, OWN_TIMEOUT, LIAR, FAIL, CRASH, ADMIN]
