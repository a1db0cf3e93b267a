"""Lets the small model write the opening text of a report."""

import orjson
from langchain_core.messages import HumanMessage, SystemMessage

from leadhand.context import TenantContext
from leadhand.prompts import read_prompt
from memory.small_calls import SmallCalls
from models.factory import BUILTIN
from reports.number_check import MAX_CHARS


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


def narrator_of(calls: SmallCalls) -> SmallNarrator | None:
    """None for the built-in model, which writes no prose: the plain text is its text."""
    return None if calls.small_model.name == BUILTIN else SmallNarrator(calls)
