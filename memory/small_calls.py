"""Asking the small model for a job: bounded in time and length, counted, and charged to the person's day."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import TypeAlias, cast

from langchain_core.messages import AIMessageChunk, BaseMessage
from langchain_core.messages.ai import UsageMetadata

from leadhand.context import TenantContext
from leadhand.errors import ModelTimeout
from leadhand.prices import PriceList, Tokens
from models.counted import count_tokens_of, counted_call
from models.factory import BUILTIN
from models.faults import as_leadhand_error
from models.small import SmallModel
from models.tokens import count_message_tokens, count_tokens, reported_tokens
from storage.database import Database
from storage.usage import TurnLimits, charge, read_room, refuse_over_budget

MAX_ANSWER_S = 60.0

# What `astream` gives, in truth; its type does not say that it can be closed.
Chunks: TypeAlias = AsyncGenerator[AIMessageChunk]


@dataclass(slots=True)
class _Heard:
    """What came of an answer so far."""

    text: str = ""
    chunks: int = 0
    reported: Tokens = field(default_factory=Tokens)

    def take(self, chunk: AIMessageChunk) -> None:
        self.text += chunk.text
        self.chunks += 1
        if chunk.usage_metadata is not None:
            self.reported += _tokens(chunk.usage_metadata)


@dataclass(frozen=True, slots=True)
class SmallCalls:
    """`limits`: the budgets that stand in the way of a call, as of a turn. The built-in model is free."""

    database: Database
    small_model: SmallModel
    limits: TurnLimits
    prices: PriceList

    async def ask(
        self, who: TenantContext, request: Sequence[BaseMessage], *, is_whole: Callable[[str], bool]
    ) -> str:
        """What the model writes for `who`, read until `is_whole`: no tokens are paid for beyond.

        Raises:
            BudgetExhausted: the day's budget of the person or their shop is used up; nothing was sent.
            DatabaseUnavailable, ModelUnavailable, ModelTimeout: try again later.
            ModelRejected: trying again does not help.
        """
        costs = self.small_model.name != BUILTIN
        if costs and self.limits.has_budgets:
            async with self.database.transaction(who) as connection:
                room = await read_room(connection, self.limits, timezone=who.timezone)
            refuse_over_budget(room, self.limits, timezone=who.timezone)
        heard = _Heard()
        try:
            with counted_call(self.small_model.name):
                await self._hear(heard, request, is_whole)
        finally:
            # A call that the provider refused or never got costs nothing.
            if costs and heard.chunks:
                await self._charge(who, request, heard)
        return heard.text

    async def _hear(
        self, heard: _Heard, request: Sequence[BaseMessage], is_whole: Callable[[str], bool]
    ) -> None:
        try:
            async with (
                asyncio.timeout(MAX_ANSWER_S),
                aclosing(cast("Chunks", self.small_model.model.astream(list(request)))) as chunks,
            ):
                async for chunk in chunks:
                    heard.take(chunk)
                    if is_whole(heard.text):
                        break
        except TimeoutError as error:
            raise ModelTimeout("The small model took too long.") from error
        except Exception as error:
            fault = as_leadhand_error(error)
            if fault is None:
                raise
            raise fault from error

    async def _charge(self, who: TenantContext, request: Sequence[BaseMessage], heard: _Heard) -> None:
        """As reported; what was not listened to the end reports nothing, and is charged by our own count."""
        tokens = heard.reported
        if not tokens.total:
            tokens = Tokens(count_message_tokens(request), count_tokens(heard.text))
        count_tokens_of(self.small_model.name, tokens)
        cost = self.prices.cost_of(self.small_model.name, tokens)
        async with self.database.transaction(who) as connection:
            await charge(connection, tokens=tokens, cost=cost, timezone=who.timezone)


def _tokens(usage: UsageMetadata) -> Tokens:
    cached = usage.get("input_token_details", {}).get("cache_read", 0)
    reasoning = usage.get("output_token_details", {}).get("reasoning", 0)
    return reported_tokens(usage["input_tokens"], usage["output_tokens"], cached=cached, reasoning=reasoning)
