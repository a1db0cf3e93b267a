"""Who is to get a report by mail: addresses that the person themselves said, or their own.

A model reads documents and orders' notes beside the person's words, and any of these may name an address. So
an address that is new must stand in a message of the person in this conversation.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from leadhand.context import TenantContext
from leadhand.errors import NotSaid, WriteRefused
from tools.base import ToolContext

_ME: Final = frozenset({"me", "myself", "mir", "mich", "i"})
# The code of docs/memory.md for the same.
NOT_IN_MESSAGES: Final = "not_in_messages"
_ADDRESS: Final = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")


@dataclass(frozen=True, slots=True)
class Wanted:
    """`only`: instead of all until now; `more`, `fewer`: beside or without. None and nothing: as it is."""

    only: Sequence[str] | None
    more: Sequence[str]
    fewer: Sequence[str]


@dataclass(frozen=True, slots=True)
class Recipients:
    """`emails` None: as they are. `assumptions`: whom “me” was taken for."""

    emails: tuple[str, ...] | None
    assumptions: tuple[str, ...] = ()


async def recipients_of(wanted: Wanted, there: Sequence[str], context: ToolContext) -> Recipients:
    """`there`: who gets mail until now.

    Raises:
        WriteRefused: the person's own address is not known, or somebody named gets no mail anyway.
        NotSaid: an address does not stand in what the person wrote.
    """
    if wanted.only is None and not wanted.more and not wanted.fewer:
        return Recipients(None)
    new, without = (
        [*_named(names, context.tenant)] for names in ([*(wanted.only or ()), *wanted.more], wanted.fewer)
    )
    _check_there(without, there)
    known = {address.casefold() for address in there}
    await _check_said([one for one in new if one.casefold() not in known], context)
    left_out = {address.casefold() for address in without}
    base = there if wanted.only is None else ()
    emails = {one.casefold(): one for one in (*base, *new) if one.casefold() not in left_out}
    said_me = any(_is_me(name) for name in (*(wanted.only or ()), *wanted.more, *wanted.fewer))
    assumed = (f"“Me” is {own_address(context.tenant)}, who is signed in.",) if said_me else ()
    return Recipients(tuple(emails.values()), assumed)


def own_address(tenant: TenantContext) -> str | None:
    """A credential names its person; where that is a mail address, it is theirs."""
    return tenant.user_id if _ADDRESS.fullmatch(tenant.user_id) else None


def _is_me(name: str) -> bool:
    return name.strip().casefold() in _ME


def _named(names: Iterable[str], tenant: TenantContext) -> Iterable[str]:
    for name in names:
        if not _is_me(name):
            yield name.strip()
        elif (own := own_address(tenant)) is not None:
            yield own
        else:
            raise WriteRefused(
                "Your mail address is not known here. Say where the report should go, such as “send it to "
                "anna@shop.example”.",
                details={"reason": "no_address"},
            )


def _check_there(addresses: Sequence[str], there: Sequence[str]) -> None:
    known = {address.casefold() for address in there}
    for address in addresses:
        if address.casefold() not in known:
            raise WriteRefused(
                f"{address[:80]} gets no mail from this schedule.", details={"reason": "nothing_to_change"}
            )


async def _check_said(addresses: Sequence[str], context: ToolContext) -> None:
    foreign = [one for one in addresses if one != own_address(context.tenant)]
    if not foreign or context.thread_id is None:  # outside of a conversation nothing comes of a proposal
        return
    said = await context.report_schedules.said(context.tenant, UUID(context.thread_id))
    for address in foreign:
        if not any(_stands_in(address, text) for text in said):
            raise NotSaid(
                f"{address[:80]} does not stand in a message of the person in this conversation. Only what "
                "the person wrote is an address to send to: ask them for it.",
                details={"field": "recipients", "reason": NOT_IN_MESSAGES},
            )


def _stands_in(address: str, text: str) -> bool:
    """As a whole: "eve@x.example" does not stand in "steve@x.example.net"."""
    whole = rf"(?<![\w.%+@-]){re.escape(address.casefold())}(?![\w@-])(?!\.\w)"
    return re.search(whole, text.casefold()) is not None
