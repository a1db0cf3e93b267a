"""How many streams this process holds open: in all, of one shop, of one person."""

from collections import Counter
from collections.abc import AsyncGenerator, Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Final, TypeVar, cast

from fastapi import Request

from leadhand.context import TenantIdentity
from leadhand.errors import TooManyStreams
from leadhand.settings import Settings
from server.gate import admitted_of

# A stream lasts as long as its turn; a good part of them has ended by then.
RETRY_AFTER_S: Final = 10

_Key = TypeVar("_Key")


@dataclass(slots=True)
class OpenStreams:
    """Places for streams; one is taken before the turn is admitted, so that a refusal leaves nothing."""

    max_all: int
    max_of_shop: int
    max_of_user: int
    _all: int = 0
    _of_shop: Counter[str] = field(default_factory=Counter[str])
    _of_user: Counter[tuple[str, str]] = field(default_factory=Counter[tuple[str, str]])

    @classmethod
    def of(cls, settings: Settings) -> "OpenStreams":
        return cls(settings.max_streams, settings.max_shop_streams, settings.max_user_streams)

    @contextmanager
    def place(self, who: TenantIdentity) -> Generator[None]:
        """Hold a place inside the block.

        Raises:
            TooManyStreams: the person, the shop or the process has as many as it may.
        """
        shop, user = who.tenant_id, (who.tenant_id, who.user_id)
        if self._of_user[user] >= self.max_of_user:
            raise _refusal("user_streams", self.max_of_user, "You have")
        if self._of_shop[shop] >= self.max_of_shop:
            raise _refusal("shop_streams", self.max_of_shop, "Your shop has")
        if self._all >= self.max_all:
            raise _refusal("streams", self.max_all, "This server has")
        self._all += 1
        self._of_shop[shop] += 1
        self._of_user[user] += 1
        try:
            yield
        finally:
            self._all -= 1
            _give_back(self._of_shop, shop)
            _give_back(self._of_user, user)


def _give_back(counts: Counter[_Key], key: _Key) -> None:
    counts[key] -= 1
    if not counts[key]:
        del counts[key]


def _refusal(limit: str, most: int, whose: str) -> TooManyStreams:
    return TooManyStreams(
        f"{whose} {most} answers open at once, which is the most. Close one, or try again in a moment.",
        retry_after_s=RETRY_AFTER_S,
        details={"limit": limit, "max": most},
    )


async def stream_place(request: Request) -> AsyncGenerator[None]:
    """A place for the stream that answers this request, held until the answer is over."""
    streams = cast("OpenStreams", request.app.state.open_streams)
    with streams.place(admitted_of(request).principal):
        yield
