"""Overtime that could be worked: slots, the machine minutes that they open, and who could come."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from zoneinfo import ZoneInfo

from planning.calendars import ShopTimes
from planning.capacity_options import Part
from planning.capacity_rooms import Work
from planning.intervals import clip, intersect, normalize, subtract, total, union
from planning.shop import CalendarException, ExceptionKind, Interval, Intervals, Shop
from planning.workplaces import Workplace
from planning.zones import local_day, local_minute


@dataclass(frozen=True, slots=True)
class Overtime:
    """Slots in chronological order, and what all of them together open on each machine.

    `standard`: the shop's own slots, not the caller's.
    """

    slots: tuple[Interval, ...]
    opened: Mapping[str, Intervals]
    standard: bool

    def first(self, count: int) -> "Overtime":
        """The first `count` slots alone."""
        slots = self.slots[:count]
        times = normalize(slots)
        opened = {machine_id: intersect(minutes, times) for machine_id, minutes in self.opened.items()}
        return replace(self, slots=slots, opened=opened)

    def on(self, machine_ids: Iterable[str]) -> "Overtime":
        """The part of it that these machines could use."""
        wanted = set(machine_ids)
        opened = {machine_id: minutes for machine_id, minutes in self.opened.items() if machine_id in wanted}
        slots = tuple(s for s in self.slots if any(clip(minutes, s) for minutes in opened.values()))
        return replace(self, slots=slots, opened=opened)

    @property
    def machine_minutes(self) -> int:
        """Minutes that it opens on all its machines together."""
        return sum(total(minutes) for minutes in self.opened.values())


@dataclass(frozen=True, slots=True)
class SlotUse:
    """A slot and the machine minutes really worked in it. `machines`: ids of the machines that run then."""

    slot: Interval
    used_min: int
    machines: tuple[str, ...]


def standard_slots(shop: Shop, window: Interval) -> tuple[Interval, ...]:
    """The shop's weekly overtime slots that touch `window`, cut to it, in order."""
    zone = ZoneInfo(shop.settings.timezone)
    day, last = local_day(window[0], zone) - timedelta(days=1), local_day(window[1], zone)
    slots: list[Interval] = []
    while day <= last:
        for rule in shop.settings.standard_overtime:
            if rule.weekday == day.isoweekday():
                end = rule.end_local_min + (24 * 60 if rule.ends_next_day else 0)
                slots.append((local_minute(day, rule.start_local_min, zone), local_minute(day, end, zone)))
        day += timedelta(days=1)
    return _within(slots, window)


def offer(
    regular: ShopTimes, asked: Sequence[Interval], window: Interval, machine_ids: Iterable[str]
) -> Overtime:
    """The caller's slots, else the shop's standard ones, in `window`, on these machines.

    They obey the precedence of the calendar: standard slots fall away on a holiday, named slots do not; a
    closure with clock times and a downtime stay closed. `regular`: the times without overtime, over `window`.
    """
    shop = regular.shop
    slots = _within(asked, window) if asked else standard_slots(shop, window)
    if not slots:
        return Overtime((), {}, standard=not asked)
    exceptions = _by_interval(shop, slots) if asked else _by_date(shop, window)
    times = ShopTimes(replace(shop, exceptions=(*shop.exceptions, *exceptions)), window)
    everything = normalize(slots)
    opened: dict[str, Intervals] = {}
    for machine_id in machine_ids:
        with_slots = intersect(times.machine(machine_id).available, everything)
        opened[machine_id] = subtract(with_slots, clip(regular.machine(machine_id).available, window))
    return Overtime(slots, opened, standard=not asked).on(opened)


def with_overtime(works: Iterable[Work], overtime: Overtime, span: Interval) -> tuple[Work, ...]:
    """The works on machines that are open in overtime too; their times are right within `span`."""

    def opened(workplace: Workplace) -> Workplace:
        extra = clip(overtime.opened.get(workplace.machine_id, ()), span)
        if not extra:
            return workplace
        return replace(workplace, available=_added(clip(workplace.available, span), extra))

    return tuple(replace(work, workplaces=tuple(map(opened, work.workplaces))) for work in works)


def _added(available: Intervals, extra: Intervals) -> Intervals:
    """Their union; `extra` is short and lies in a small part of `available`."""
    first = bisect_left(available, extra[0][0], key=lambda interval: interval[1])
    last = bisect_right(available, extra[-1][1], key=lambda interval: interval[0])
    return (*available[:first], *union(available[first:last], extra), *available[last:])


def uses(overtime: Overtime, parts: Iterable[Part]) -> tuple[SlotUse, ...]:
    """The slots in which parts are worked; a minute that lies in two slots counts for the first."""
    work = [(p.machine_id, intersect(p.work, overtime.opened.get(p.machine_id, ()))) for p in parts]
    found: list[SlotUse] = []
    counted_to = 0
    for slot in overtime.slots:
        window = max(slot[0], counted_to), slot[1]
        counted_to = max(slot[1], counted_to)
        used = [(machine_id, total(clip(minutes, window))) for machine_id, minutes in work]
        machines = sorted({machine_id for machine_id, minutes in used if minutes})
        if machines:
            found.append(SlotUse(slot, sum(minutes for _, minutes in used), tuple(machines)))
    return tuple(found)


def _within(slots: Iterable[Interval], window: Interval) -> tuple[Interval, ...]:
    cut = {(max(start, window[0]), min(end, window[1])) for start, end in slots}
    return tuple(sorted((start, end) for start, end in cut if start < end))


def _by_interval(shop: Shop, slots: Iterable[Interval]) -> list[CalendarException]:
    return [
        CalendarException(f"overtime-{i}", ExceptionKind.OVERTIME, "overtime", calendar_id=c, interval=slot)
        for i, slot in enumerate(slots)
        for c in shop.calendars
    ]


def _by_date(shop: Shop, window: Interval) -> list[CalendarException]:
    zone = ZoneInfo(shop.settings.timezone)
    first, last = local_day(window[0], zone) - timedelta(days=1), local_day(window[1], zone)
    days = [first + timedelta(days=i) for i in range((last - first).days + 1)]
    return [
        CalendarException(
            f"overtime-{d}", ExceptionKind.OVERTIME, "overtime", calendar_id=c, production_date=d
        )
        for d in days
        for c in shop.calendars
    ]
