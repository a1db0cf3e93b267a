"""Lets the small model write the opening text of a report."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import orjson
from langchain_core.messages import HumanMessage, SystemMessage

from leadhand.context import TenantContext
from leadhand.prompts import read_prompt
from memory.small_calls import SmallCalls
from models.choice import BUILTIN
from models.small import open_small_model
from reports.number_check import MAX_CHARS
from runs.desk import Desk


class SmallNarrator:
    """Counted, bounded and charged to the person as whom the report is made."""

    def __init__(self, calls: SmallCalls) -> None:
        self._calls = calls

    @property
    def name(self) -> str:
        return self._calls.small_model.name

    async def write(self, tenant: TenantContext, facts: tuple[str, ...], language: str) -> str:
        """Raises as `SmallCalls.ask`. What goes beyond the bound is not read; the check then refuses it."""
        asked = orjson.dumps({"language": language, "facts": facts}).decode()
        request = [SystemMessage(read_prompt("reports.prompts", "narrative").text), HumanMessage(asked)]
        return await self._calls.ask(tenant, request, is_whole=lambda text: len(text) > MAX_CHARS)


@asynccontextmanager
async def narrating(desk: Desk) -> AsyncGenerator[SmallNarrator | None]:
    """Within the context the small model can be asked. None for the built-in one, which writes no prose.

    Raises:
        InvalidSetting: the small model cannot be opened.
    """
    small = open_small_model(desk.settings, desk.chat_model)
    try:
        calls = SmallCalls(desk.database, small, desk.runs.limits, desk.runs.prices)
        yield None if small.name == BUILTIN else SmallNarrator(calls)
    finally:
        await small.aclose()
