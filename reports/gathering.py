"""Asks the tools for a report: each question once, within a time budget, about one state of the plan."""

import time
from typing import TypeVar

from leadhand.context import TenantContext
from leadhand.errors import (
    DomainRejection,
    InvalidToolOutput,
    JsonValue,
    LeadhandError,
    NotFound,
    ToolTimeout,
)
from planning.shop import Interval, Shop
from reports.options import ReportParts
from reports.report import SectionKey, Source
from reports.wording import Words
from tools.base import ShopSource, ToolOutput

Out = TypeVar("Out", bound=ToolOutput)

# What leaves one section out; everything else ends the report.
_LEAVES_OUT = (DomainRejection, InvalidToolOutput, NotFound, ToolTimeout)


class PlanMoved(Exception):
    """The plan has another `data_version` than when the report was begun."""


class OneState:
    """A ShopSource that only serves the state of the plan that it served first."""

    def __init__(self, shops: ShopSource, *, strict: bool) -> None:
        """`strict` False: later states are served, too, and `moved` says so."""
        self._shops, self._strict = shops, strict
        self._version: int | None = None
        self.moved = False

    async def load(self, tenant: TenantContext, window: Interval) -> Shop:
        """Raises PlanMoved."""
        shop = await self._shops.load(tenant, window)
        version = shop.settings.data_version
        if self._version is None:
            self._version = version
        elif version != self._version:
            if self._strict:
                raise PlanMoved
            self.moved = True
        return shop


class Gathering:
    """The tools as one report asks them."""

    def __init__(self, tenant: TenantContext, parts: ReportParts, words: Words, shops: ShopSource) -> None:
        self.tenant, self.words, self.shops = tenant, words, shops
        self._tools = parts.tools
        self._ends = time.monotonic() + parts.budget_s
        self.sources: list[Source] = []
        self.bounds: list[str] = []

    async def ask(
        self, section: SectionKey, tool: str, given: dict[str, JsonValue], kind: type[Out]
    ) -> Out | None:
        """The tool's answer; None where there is none, which `bounds` then says.

        Raises:
            LeadhandError: what leaves no report to make (PermissionDenied, DatabaseUnavailable, ...).
        """
        if self.late:
            self._leave_out(section, self.words("bound.budget"))
            return None
        try:
            return await self.answer(tool, given, kind)
        except _LEAVES_OUT as error:
            self.sources.append(Source(tool=tool, input=given, code=error.code))
            self._leave_out(section, _said(error))
            return None

    async def answer(self, tool: str, given: dict[str, JsonValue], kind: type[Out]) -> Out:
        """The tool's answer, which has to be there; raises what the tool raises."""
        call_id = f"report.{len(self.sources) + 1}"
        output = await self._tools.run(tool, given, self.tenant, self.shops, call_id=call_id)
        if not isinstance(output, kind):
            raise TypeError(f"{tool} gave {type(output).__name__}")
        self.sources.append(Source(tool=tool, input=given, data_version=output.data_version))
        return output

    @property
    def late(self) -> bool:
        """Whether the time budget is used up."""
        return time.monotonic() > self._ends

    def bound(self, key: str, **values: str) -> None:
        """Say in the report what it leaves out."""
        said = self.words(f"bound.{key}", **values)
        if said not in self.bounds:
            self.bounds.append(said)

    def _leave_out(self, section: SectionKey, why: str) -> None:
        self.bound("tool", section=self.words(f"section.{section.value}"), why=why)


def _said(error: LeadhandError) -> str:
    return error.message
