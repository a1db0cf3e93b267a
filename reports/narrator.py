"""Lets the small model write the opening text of a report."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import orjson
from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, SystemMessage

from leadhand.context import TenantContext
from leadhand.prompts import read_prompt
from memory.small_calls import SmallCalls
from models.small import open_small_model
from reports.facts import ReportFacts
from reports.number_check import MAX_CHARS
from reports.options import RefusedText
from runs.desk import Desk


class SmallNarrator:
    """Counted, bounded and charged to the person as whom the report is made."""

    def __init__(self, calls: SmallCalls) -> None:
        self._calls = calls

    @property
    def name(self) -> str:
        return self._calls.small_model.name

    async def write(self, tenant: TenantContext, facts: ReportFacts, before: RefusedText | None) -> str:
        """Raises as `SmallCalls.ask`. What goes beyond the bound is not read; the check then refuses it."""
        asked = orjson.dumps({"language": facts.language, "figures": facts.figures, "facts": facts.said})
        request: list[BaseMessage] = [
            SystemMessage(read_prompt("reports.prompts", "narrative").text),
            HumanMessage(asked.decode()),
        ]
        if before is not None:
            faults = orjson.dumps({"refused": before.faults}).decode()
            # Some endpoints refuse an empty message.
            request += [AIMessage(before.text or "–"), HumanMessage(faults)]
        return await self._calls.ask(tenant, request, is_whole=lambda text: len(text) > MAX_CHARS)


@asynccontextmanager
async def narrating(desk: Desk) -> AsyncGenerator[SmallNarrator]:
    """Within the context the small model can be asked, the built-in one where there is no other.

    Raises:
        InvalidSetting: the small model cannot be opened.
    """
    small = open_small_model(desk.settings, desk.chat_model)
    try:
        yield SmallNarrator(SmallCalls(desk.database, small, desk.runs.limits, desk.runs.prices))
    finally:
        await small.aclose()
