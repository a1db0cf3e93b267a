"""What a demo shop looks like: its sizes, its people and machines, its calendar, its load."""

import uuid
from collections import Counter
from datetime import date, timedelta
from functools import lru_cache
from hashlib import sha256
from zoneinfo import ZoneInfo

import pytest

from planning.calendars import ShopTimes
from planning.intervals import clip, total
from planning.shop import Booking, ExceptionKind, Shop
from planning.zones import local_minute
from storage.demo.draw import Ids
from storage.demo.master import master
from storage.demo.shop import DemoShop, make_demo, make_demo_shop
from storage.demo.sizes import EXTENTS, DemoSize

MONDAY = date(2026, 11, 23)
ZONE = ZoneInfo("America/Chicago")
WEEK_MIN = 7 * 24 * 60
# Of the small shop with seed 7 around MONDAY. It changes with the generator and its TOML files; it must not
# change with the machine, the operating system or the Python version.
FINGERPRINT = "b61ae448410f7cfaaa4e8e64f2ab016d575c7782e0e6668322b1a362a54a90cd"


@lru_cache(maxsize=4)
def small(today: date = MONDAY, seed: int = 7) -> Shop:
    return make_demo_shop(size=DemoSize.SMALL, seed=seed, today=today, name="Demo")


def fingerprint(shop: Shop) -> str:
    rows = (
        *shop.machines.values(), *shop.operators.values(), *shop.orders.values(), *shop.bookings,
        *shop.materials.items(), *shop.progress.items(),
    )  # fmt: skip
    return sha256("\n".join(map(repr, rows)).encode()).hexdigest()


def test_a_seed_makes_the_same_shop_on_every_platform() -> None:
    assert fingerprint(small()) == FINGERPRINT


def test_another_seed_makes_another_shop() -> None:
    one, other = small(seed=7), small(seed=8)
    assert {o.name for o in one.operators.values()} != {o.name for o in other.operators.values()}
    assert not one.operations.keys() & other.operations.keys()


@pytest.mark.parametrize(
    ("size", "machines", "operators"),
    [(DemoSize.SMALL, 10, 8), (DemoSize.MEDIUM, 50, 60), (DemoSize.LARGE, 300, 400)],
)
def test_a_size_has_its_machines_and_operators(size: DemoSize, machines: int, operators: int) -> None:
    shop = master(size=size, seed=7, today=MONDAY, name="Demo").shop
    assert (len(shop.machines), len(shop.operators)) == (machines, operators)


@lru_cache(maxsize=2)
def demo_of(size: DemoSize) -> DemoShop:
    return make_demo(size=size, seed=7, today=MONDAY, name="Demo")


@pytest.mark.parametrize("size", [DemoSize.SMALL, DemoSize.MEDIUM])
def test_a_size_has_its_open_orders_and_about_its_open_operations(size: DemoSize) -> None:
    demo = demo_of(size)
    finished = {b.operation_id for b in demo.shop.bookings if b.envelope_end <= demo.anchor}
    open_operations = len(demo.shop.operations.keys() - finished)
    assert len(demo.shop.orders) == EXTENTS[size].orders
    assert abs(open_operations - EXTENTS[size].operations) <= EXTENTS[size].operations * 0.05


@pytest.mark.parametrize("size", list(DemoSize))
def test_every_size_has_one_puma_3100(size: DemoSize) -> None:
    shop = master(size=size, seed=7, today=MONDAY, name="Demo").shop
    named = [m for m in shop.machines.values() if "puma 3100" in m.name.lower()]
    assert [(m.code, m.name) for m in named] == [("PUMA-3100", "Puma 3100")]


@pytest.mark.parametrize("size", list(DemoSize))
def test_codes_and_names_are_unique(size: DemoSize) -> None:
    shop = master(size=size, seed=7, today=MONDAY, name="Demo").shop
    for rows in (shop.machines.values(), shop.operators.values()):
        assert max(Counter(row.code for row in rows).values()) == 1
        assert max(Counter(row.name for row in rows).values()) == 1


@pytest.mark.parametrize("size", list(DemoSize))
def test_every_machine_has_somebody_for_it_on_each_of_its_shifts(size: DemoSize) -> None:
    shop = master(size=size, seed=7, today=MONDAY, name="Demo").shop
    holders = Counter(skill.skill_id for o in shop.operators.values() for skill in o.skills)
    needed = {shop.work_centers[m.work_center_id].skill_id for m in shop.machines.values()} - {None}
    assert needed <= holders.keys()


def test_bookings_and_orders_carry_each_id_and_code_once() -> None:
    shop = small()
    assert len({b.id for b in shop.bookings}) == len(shop.bookings)
    assert len({o.code for o in shop.orders.values()}) == len(shop.orders)


def test_ids_are_version_5_uuids_of_the_seed() -> None:
    namespace = uuid.uuid5(uuid.UUID("6f1b6d0e-3f0a-5c59-9d0e-0c8b6a1f4d77"), "7")
    assert Ids(7).of("machine", "PUMA-3100") == str(uuid.uuid5(namespace, "machine/PUMA-3100"))


def test_there_are_breaks_a_night_shift_and_a_standard_overtime_slot() -> None:
    shop = small()
    shifts = [shift for calendar in shop.calendars.values() for shift in calendar.shifts]
    assert all(shift.breaks for shift in shifts)
    assert any(shift.ends_next_day for shift in shifts)
    assert shop.settings.standard_overtime


def test_the_shop_is_closed_on_thanksgiving_and_the_day_after() -> None:
    shop = small()
    for day in (date(2026, 11, 26), date(2026, 11, 27)):
        window = local_minute(day, 0, ZONE), local_minute(day, 24 * 60, ZONE)
        closed = {
            e.calendar_id
            for e in shop.exceptions
            if e.production_date == day and e.kind is ExceptionKind.CLOSURE
        }
        assert closed == shop.calendars.keys()
        day_shift = next(c for c in shop.calendars.values() if c.name == "Day shift")
        assert not ShopTimes(shop, window).calendar(day_shift.id).open


def test_one_saturday_is_worked_as_overtime() -> None:
    shop = small()
    days = {e.production_date for e in shop.exceptions if e.kind is ExceptionKind.OVERTIME}
    assert days == {date(2026, 12, 5)}


def test_some_skills_run_out_and_some_operations_have_no_alternative() -> None:
    shop = demo_of(DemoSize.MEDIUM).shop
    assert any(k.valid_to for o in shop.operators.values() for k in o.skills)
    choices = Counter(len(o.alternatives) for o in shop.operations.values() if o.alternatives)
    assert {1, 2, 3} <= choices.keys()
    times = {len({a.run_s_per_piece for a in o.alternatives}) for o in shop.operations.values()}
    assert max(times) > 1


def worked(bookings: tuple[Booking, ...], machines: set[str], window: tuple[int, int]) -> int:
    return sum(
        total(clip(((s.start, s.end),), window))
        for b in bookings
        if b.machine_id in machines
        for s in b.segments
    )


def test_the_coming_month_is_busy_and_what_follows_is_not() -> None:
    demo = demo_of(DemoSize.MEDIUM)
    shop = demo.shop
    times = ShopTimes(shop, (demo.anchor, demo.anchor + 12 * WEEK_MIN))
    utilizations: dict[tuple[str, int], float] = {}
    for center in shop.work_centers.values():
        machines = {m.id for m in shop.machines.values() if m.work_center_id == center.id}
        for number, (start, end) in enumerate(((0, 4), (8, 12))):
            window = demo.anchor + start * WEEK_MIN, demo.anchor + end * WEEK_MIN
            available = sum(total(clip(times.machine(m).available, window)) for m in machines)
            utilizations[center.code, number] = worked(shop.bookings, machines, window) / available
    busiest = sorted((u for (_, number), u in utilizations.items() if number == 0), reverse=True)
    assert 0.6 <= busiest[2] <= busiest[0] <= 0.97
    assert all(u < 0.1 for (_, number), u in utilizations.items() if number == 1)


@pytest.mark.parametrize(
    "today",
    [
        date(2026, 11, 22),  # a Sunday
        date(2026, 11, 26),  # Thanksgiving
        date(2027, 1, 1),
        date(2027, 3, 14),  # the clocks go forward
        date(2027, 10, 31) + timedelta(days=7),  # and back
        date(2028, 2, 29),
    ],
)
def test_a_shop_can_be_made_around_any_date(today: date) -> None:
    demo = make_demo(size=DemoSize.SMALL, seed=7, today=today, name="Demo")
    assert demo.anchor == local_minute(today, 8 * 60, ZONE)
    starts = [b.envelope_start for b in demo.shop.bookings]
    assert min(starts) < demo.anchor < max(starts)
    assert demo.planted.late_orders
    assert demo.planted.overlapping
