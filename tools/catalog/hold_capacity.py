"""hold_capacity: machine hours are held for a quote until they expire by themselves, after an approval."""

import asyncio
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace

from leadhand.context import TenantContext
from leadhand.errors import BeyondHorizon, EmptyWindow, InvalidToolInput, JsonValue, WriteRefused
from planning.capacity_hold import held_bookings, place_hold
from planning.date_phrases import span_text
from planning.floor import Floor
from planning.plan_writes import RowChange, added, removed
from planning.rounding import hours
from planning.shop import Booking, CapacityHold, Interval, Minute, Shop
from planning.zones import MINUTES_PER_DAY, to_minute
from tools.base import ToolContext
from tools.hold_input import HoldAction, HoldCapacityInput
from tools.names import find_named
from tools.new_order_reading import OrderReader
from tools.proposing import Wanted, proposed
from tools.views import listed, load_to_horizon
from tools.windows import Window, read_due, read_window
from tools.writing import ProposedWrite, WriteTool


async def propose(asked: HoldCapacityInput, context: ToolContext) -> ProposedWrite:
    tenant, now = context.tenant, to_minute(context.tenant.as_of)
    if asked.action is HoldAction.RELEASE:
        shop, _ = await load_to_horizon(context.shops, tenant, now, now)
        return await asyncio.to_thread(_released, asked, shop, tenant)
    time = _time(asked, tenant)
    shop, horizon = await load_to_horizon(context.shops, tenant, now, time.until.end_min)
    return await asyncio.to_thread(_held, asked, shop, (time, (now, horizon)), tenant)


@dataclass(frozen=True, slots=True)
class _Time:
    """Until when it is held, and when the work would be done (None: once the hold is over)."""

    until: Window
    window: Window | None


def _time(asked: HoldCapacityInput, tenant: TenantContext) -> _Time:
    if not (asked.until and asked.until.strip()):
        wrong: JsonValue = {"field": "until", "problem": "missing", "right": "a date, such as “Friday”"}
        raise InvalidToolInput("Say until when it is held: `until`.", details={"fields": [wrong]})
    until = read_due(asked.until, tenant)
    if not any(text and text.strip() for text in (asked.from_, asked.to, asked.window)):
        return _Time(until, None)
    window = read_window(asked, tenant, default_days=7)
    if window.end_min <= to_minute(tenant.as_of):
        raise EmptyWindow(f"That is over: {window.sentence}. Only what is still to come can be held.")
    return _Time(until, window)


def _held(
    asked: HoldCapacityInput, shop: Shop, at: tuple[_Time, Interval], tenant: TenantContext
) -> ProposedWrite:
    time, span = at
    work = OrderReader(asked.new_order(), shop, span, tenant).read()
    release, over_by = _span(time, span)
    if release >= span[1]:
        days = shop.settings.horizon_days
        raise BeyondHorizon(
            f"The shop plans {days} days ahead; that lies beyond it.", details={"horizon_days": days}
        )
    days = MINUTES_PER_DAY
    floor = shop.view(Floor, (span[0] // days * days, -(-span[1] // days) * days))
    placed = place_hold(floor, replace(work.order, release=release), over_by)
    when = span_text(release, over_by, floor.times.zone)
    if placed is None:
        raise BeyondHorizon(
            f"So much capacity is not free in one block ({when}).",
            details={"horizon_days": shop.settings.horizon_days},
        )
    hold = _hold(asked, time.until.end_min, tuple((s.machine_id, s.start, s.end) for s in placed.steps))
    bookings = held_bookings(hold.id, placed)
    if not bookings:
        raise WriteRefused(
            "That work needs no machine of the shop, so there is nothing to hold.",
            details={"reason": "nothing_to_change"},
        )
    wanted = Wanted(
        summary=f"{_told(shop, bookings)} held for “{hold.name}” until {time.until.sentence}.",
        changes=[added(hold), *(added(booking) for booking in bookings)],
        assumptions=[*_assumptions(time), *work.assumptions],
        valid_until=hold.expires_at,
    )
    return proposed(shop, wanted, tenant)


def _span(time: _Time, span: Interval) -> Interval:
    if time.window is None:
        return time.until.end_min, span[1]
    return max(span[0], time.window.start_min), min(span[1], time.window.end_min)


def _assumptions(time: _Time) -> list[str]:
    told = [f"The hold expires by itself: {time.until.sentence}. Until then others see the time as taken."]
    if time.window is None:
        told.append(
            "Nobody said when the work would be done, so it is the first time that is free once the hold is "
            "over: the order can be decided until then."
        )
    else:
        told.append(time.window.assumption)
    return [*told, "Machines are held; who attends them is not decided yet."]


def _hold(
    asked: HoldCapacityInput, expires_at: Minute, places: Sequence[tuple[str | None, int, int]]
) -> CapacityHold:
    """With an id that says what it is, so that the same proposal made twice is one hold."""
    name, customer = asked.quote.strip(), (asked.customer or "").strip()
    digest = hashlib.sha256(repr((name, customer, expires_at, places)).encode()).hexdigest()[:16]
    return CapacityHold(f"hold-{digest}", name or "Quote", expires_at, customer)


def _told(shop: Shop, bookings: Sequence[Booking]) -> str:
    """ "20 h on Puma 3100"."""
    work = sum(s.end - s.start for b in bookings for s in b.segments)
    machines = [shop.machines[key] for key in dict.fromkeys(b.machine_id for b in bookings)]
    return f"{hours(work):g} h on {listed([machine.name or machine.code for machine in machines])}"


@dataclass(frozen=True, slots=True)
class _HoldName:
    """A hold as a name can mean it."""

    id: str
    code: str
    name: str


def _released(asked: HoldCapacityInput, shop: Shop, tenant: TenantContext) -> ProposedWrite:
    rows = [_HoldName(hold.id, hold.id, hold.name) for hold in shop.holds.values()]
    found = find_named(rows, asked.quote, "hold")
    hold = shop.holds[found.row.id]
    bookings = [b for b in shop.bookings if b.quote_id == hold.id]
    changes: list[RowChange] = [*(removed(booking) for booking in bookings), removed(hold)]
    wanted = Wanted(
        summary=f"{_told(shop, bookings)} held for “{hold.name}”: the hold is released.",
        changes=changes,
        assumptions=[] if found.assumption is None else [found.assumption],
    )
    return proposed(shop, wanted, tenant)


TOOL = WriteTool(
    name="hold_capacity",
    label="Preparing the hold…",
    description=(
        "Holds machine hours for a quote until a date, at which the hold expires by itself; or releases a "
        "hold before. Proposes the exact bookings, which a person approves; until then nothing is changed. "
        "While it lasts, availability, capacity checks and simulations see the time as taken. Use it for "
        "“hold 20 hours on the Puma for the Miller quote until Friday”, “reserve next week on the Haas for "
        "a quote until tomorrow evening”, “release the Miller quote”. To ask whether work fits use "
        "check_capacity. Pass names and dates on as the person said them."
    ),
    input_model=HoldCapacityInput,
    propose=propose,
)
