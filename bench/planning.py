"""What the planning core costs on the demo shop, against the targets of its design."""

import asyncio
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta

from bench.boards import measure_boards
from bench.changed_plans import next_state, unknown
from bench.figures import Report, Spread, Table, ms
from bench.plan_store import measure_loads
from cli import collector
from leadhand.context import Permission, TenantContext
from leadhand.errors import JsonValue
from planning.calendars import ShopTimes, compile_calendar
from planning.floor import Floor
from planning.insertion import Choice, InsertionRequest, Operators, Step, insert
from planning.replanning import ReplanProgress, ReplanRequest, replan
from planning.replanning.decoder import Decoder
from planning.replanning.rules import by_start
from planning.replanning.work import compile_work
from planning.shop import Booking, BookingStatus, Interval, OrderStatus, Shop
from planning.zones import MINUTES_PER_DAY, to_minute
from storage.demo.shop import make_demo
from storage.demo.sizes import DemoSize
from tools.registry import ToolRegistry

TODAY = date(2026, 11, 23)
AS_OF = datetime(2026, 11, 23, 14, 0, tzinfo=UTC)
HORIZON_DAYS = 180
CALENDARS = 300
ROUTING_STEPS = 6
ALTERNATIVES = 10
CAPACITY, CONFLICTS = "check_capacity", "detect_schedule_conflicts"
BOTTLENECKS = "identify_bottlenecks"
# In the large shop, where an hour is worked out only of a machine that is named.
ONE_MORE_HOUR: dict[str, JsonValue] = {"machines": ["Puma 3100"]}
HOURS_NEXT_MONTH: dict[str, JsonValue] = {"hours": 50, "window": "next month"}
# Those that look at most of a plan.
FIRST_QUESTIONS: Sequence[tuple[str, dict[str, JsonValue]]] = (
    (BOTTLENECKS, {"relief": False}),
    (CAPACITY, HOURS_NEXT_MONTH),
    (CONFLICTS, {}),
)
# A question of each tool over the whole shop, which costs more than one about a single machine.
QUESTIONS: Sequence[tuple[str, str, dict[str, JsonValue]]] = (
    ("1 get_machine_availability, all machines", "get_machine_availability", {"window": "next month"}),
    (
        "1 get_machine_availability, one machine",
        "get_machine_availability",
        {"machines": ["Puma 3100"], "window": "next month"},
    ),
    (
        "4 analyze_workload_distribution, operators",
        "analyze_workload_distribution",
        {"window": "next month", "group_by": "operator"},
    ),
    (
        "4 analyze_workload_distribution, machines by week",
        "analyze_workload_distribution",
        {"window": "next month", "group_by": "machine", "bucket": "week"},
    ),
    ("3 get_order_status, all open orders", "get_order_status", {}),
    ("5 check_capacity, any work center", CAPACITY, HOURS_NEXT_MONTH),
    ("8 detect_schedule_conflicts, whole plan", CONFLICTS, {}),
    ("8 detect_schedule_conflicts, one machine", CONFLICTS, {"machines": ["Puma 3100"]}),
    ("9 identify_bottlenecks, work centers", "identify_bottlenecks", {"window": "next month"}),
    ("9 identify_bottlenecks, machines", BOTTLENECKS, {"window": "next month", "relief": False}),
)


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured figure; `target_ms` is for the large shop, at the 95th percentile."""

    name: str
    spread: Spread
    target_ms: float | None = None


@dataclass(slots=True)
class OneShop:
    """A source that serves one value: what a tool costs after the load."""

    shop: Shop

    async def load(self, tenant: TenantContext, window: Interval) -> Shop:
        del tenant, window
        return self.shop


def measure(*, size: DemoSize, repetitions: int) -> Report:
    """Make the shop, measure in this process (no network but the embedded Postgres's socket), report."""
    demo = make_demo(size=size, seed=7, today=TODAY, name="Bench")
    shop = demo.shop
    # As in the server's process.
    collector.look_seldom()
    figures = [
        *_calendars(shop, repetitions),
        *asyncio.run(_tools(shop, repetitions)),
        *asyncio.run(_boards(shop, repetitions)),
        *_insertions(shop, repetitions),
        *_replanning(shop, repetitions),
        *asyncio.run(_loads(shop, repetitions)),
    ]
    return _report(size, shop, repetitions, figures)


def _calendars(shop: Shop, repetitions: int) -> list[Figure]:
    times = ShopTimes(shop, _horizon())
    calendars = list(shop.calendars.values())

    def distinct() -> None:
        for number in range(CALENDARS):
            calendar = calendars[number % len(calendars)]
            own = [e for e in shop.exceptions if e.calendar_id == calendar.id]
            compile_calendar(calendar, own, times.window, times.zone, shop.settings.standard_overtime)

    def resources() -> None:
        fresh = ShopTimes(replace(shop), times.window)  # nothing is handed on to it
        for machine_id in shop.machines:
            fresh.machine(machine_id)
        for operator_id in shop.operators:
            fresh.operator(operator_id)

    people = f"{len(shop.machines)} machines and {len(shop.operators)} operators"
    return [
        Figure(f"compile {CALENDARS} calendars, {HORIZON_DAYS} d", _cpu(distinct, repetitions), 150.0),
        Figure(f"times of {people}, {HORIZON_DAYS} d", _cpu(resources, repetitions), 150.0),
    ]


async def _tools(shop: Shop, repetitions: int) -> list[Figure]:
    registry = ToolRegistry.discover(timeout_s=120)
    tenant = _tenant(shop)

    async def spread(
        tool: str, asked: JsonValue, source: OneShop, change: Callable[[Shop, int], Shop] | None = None
    ) -> Spread:
        await registry.run(tool, asked, tenant, source, call_id="bench")  # imports and caches of the process
        values: list[float] = []
        for number in range(repetitions):
            if change is not None:
                source.shop = change(source.shop, number)
            started = time.process_time()
            await registry.run(tool, asked, tenant, source, call_id="bench")
            values.append((time.process_time() - started) * 1000)
        return Spread(tuple(values))

    figures = [
        Figure(f"tool {name}", await spread(tool, asked, OneShop(shop)), 150.0)
        for name, tool, asked in QUESTIONS
    ]
    firsts: list[Figure] = []
    for what, change in (("a changed plan", next_state), ("a plan just read", unknown)):
        for tool, asked in FIRST_QUESTIONS:
            first = await spread(tool, asked, OneShop(replace(shop)), change)
            firsts.append(Figure(f"tool {tool}, first on {what}", first, 150.0))
    hour = await spread(BOTTLENECKS, ONE_MORE_HOUR, OneShop(shop))
    alone = await spread("simulate_new_order", _new_order(shop, Operators.IGNORE), OneShop(shop))
    attended = await spread("simulate_new_order", _new_order(shop, Operators.REQUIRED), OneShop(shop))
    return [
        *figures,
        *firsts,
        Figure("tool 9 identify_bottlenecks, one machine with one more hour", hour),
        Figure(f"tool 6 simulate_new_order, {ROUTING_STEPS} operations, machines only", alone, 150.0),
        Figure(f"tool 6 simulate_new_order, {ROUTING_STEPS} operations, with people", attended, 150.0),
    ]


async def _boards(shop: Shop, repetitions: int) -> list[Figure]:
    pages = await measure_boards(shop, _tenant(shop), repetitions)
    return [Figure(name, spread, 150.0) for name, spread in pages]


async def _loads(shop: Shop, repetitions: int) -> list[Figure]:
    loads = await measure_loads(shop, tenant=_tenant(shop), window=_horizon(), repetitions=repetitions)
    return [
        Figure("load the open plan just written, cold", loads.uncounted),
        Figure("of which in Postgres", loads.uncounted_in_postgres),
        Figure("load the open plan from Postgres, cold", loads.cold, 400.0),
        Figure("of which in Postgres", loads.cold_in_postgres),
        Figure("load the open plan, warm: ask for the data version", loads.warm),
        Figure("of which in Postgres", loads.warm_in_postgres),
    ]


def _insertions(shop: Shop, repetitions: int) -> list[Figure]:
    floor = Floor(shop, _horizon())
    steps = _routing(shop, floor)
    figures: list[Figure] = []
    for operators in (Operators.IGNORE, Operators.REQUIRED):
        request = InsertionRequest(steps, _horizon()[0], _horizon()[1], operators)
        insert(request)  # compiles what the floor keeps
        spread = _cpu(lambda request=request: insert(request), repetitions)
        people = "machines only" if operators is Operators.IGNORE else "with people"
        figures.append(Figure(f"insert {ROUTING_STEPS} operations, {people}", spread, 20.0))
    return figures


def _replanning(shop: Shop, repetitions: int) -> list[Figure]:
    """The whole plan and about 400 operations of it decoded anew; about 100 re-planned, not polished."""
    as_of = to_minute(AS_OF)
    first = min(b.envelope_start for b in shop.bookings if b.envelope_end > as_of)
    window = first, _horizon()[1]
    figures: list[Figure] = []
    for about, target_ms in ((400, 20.0), (None, 2000.0)):
        for alone in (True, False):
            request = ReplanRequest(_unattended(shop) if alone else shop, as_of, window, _orders(shop, about))
            work = compile_work(request)
            decoder = Decoder(ShopTimes(request.shop, window), work, request.weights, as_of)
            anew = by_start(work, range(len(work.jobs)), keep=False)
            decoder.decode(anew, decoder.base)  # compiles what the decoder keeps
            people = "machines only" if alone else "with people"
            spread = _cpu(lambda d=decoder, a=anew: d.decode(a, d.base), repetitions)
            figures.append(Figure(f"re-decode {len(work.jobs):,} operations, {people}", spread, target_ms))
    request = ReplanRequest(shop, as_of, window, _orders(shop, 100), max_time_s=600, polish=False)
    count = len(compile_work(request).jobs)
    spread = _cpu(lambda: replan(request, _silent, lambda: False), min(3, repetitions))
    return [
        *figures,
        Figure(f"re-plan {count} operations, {request.steps} steps, unpolished", spread, 5000.0),
    ]


def _orders(shop: Shop, about: int | None) -> frozenset[str] | None:
    """The first orders with about so many planned operations; None: all."""
    if about is None:
        return None
    sizes: dict[str, int] = {}
    for booking in shop.bookings:
        operation = shop.operations.get(booking.operation_id or "")
        if operation is not None and booking.status is BookingStatus.PLANNED:
            sizes[operation.order_id] = sizes.get(operation.order_id, 0) + 1
    found: set[str] = set()
    count = 0
    for order in sorted(shop.orders.values(), key=lambda o: o.code):
        if count < about and order.status in {OrderStatus.RELEASED, OrderStatus.IN_PROGRESS}:
            found.add(order.id)
            count += sizes.get(order.id, 0)
    return frozenset(found)


def _unattended(shop: Shop) -> Shop:
    """The same plan with nobody at work."""

    def alone(booking: Booking) -> Booking:
        return replace(booking, segments=tuple(replace(s, operator_id=None) for s in booking.segments))

    return replace(shop, bookings=tuple(alone(b) for b in shop.bookings))


def _silent(progress: ReplanProgress) -> None:
    del progress


def _new_order(shop: Shop, operators: Operators) -> JsonValue:
    """An order with an operation on any machine of each of the largest work centers."""
    machines = Counter(machine.work_center_id for machine in shop.machines.values())
    operations: list[JsonValue] = [
        {"work_center": shop.work_centers[center_id].code, "setup_min": 120, "hours": 8}
        for center_id, _ in machines.most_common(ROUTING_STEPS)
    ]
    return {"operations": operations, "due": "2027-01-15", "operators": operators.value}


def _routing(shop: Shop, floor: Floor) -> tuple[Step, ...]:
    """Six steps of two hours setup and eight hours run, on up to ten machines of a work center each."""
    by_center: dict[str, list[str]] = {}
    for machine in shop.machines.values():
        by_center.setdefault(machine.work_center_id, []).append(machine.id)
    centers = sorted(by_center.values(), key=len, reverse=True)
    return tuple(
        Step(
            tuple(
                Choice(floor.staffed_workplace(machine_id), setup_min=120, run_min=480)
                for machine_id in centers[number % len(centers)][:ALTERNATIVES]
            )
        )
        for number in range(ROUTING_STEPS)
    )


def _cpu(work: Callable[[], object], repetitions: int) -> Spread:
    values: list[float] = []
    for _ in range(repetitions):
        started = time.process_time()
        work()
        values.append((time.process_time() - started) * 1000)
    return Spread(tuple(values))


def _tenant(shop: Shop) -> TenantContext:
    return TenantContext("bench", "bench", frozenset(Permission), shop.settings.timezone, "en-US", AS_OF)


def _horizon() -> Interval:
    start = to_minute(AS_OF) // MINUTES_PER_DAY * MINUTES_PER_DAY
    return start, to_minute(AS_OF + timedelta(days=HORIZON_DAYS))


def _report(size: DemoSize, shop: Shop, repetitions: int, figures: Sequence[Figure]) -> Report:
    rows = [
        (
            figure.name,
            ms(figure.spread.median),
            ms(figure.spread.p95),
            ms(figure.target_ms) if figure.target_ms else "–",
            _verdict(figure, size),
        )
        for figure in figures
    ]
    extent = (
        f"{len(shop.machines)} machines, {len(shop.operators)} operators, {len(shop.orders):,} open orders, "
        f"{len(shop.operations):,} operations, {len(shop.bookings):,} bookings in the open plan"
    )
    table = Table(
        f"Planning core, {size.value} shop: CPU time in ms",
        ("figure", "median", "p95", "target", "met"),
        rows,
        (f"{extent}; {repetitions} repetitions. Targets are those of the large shop.",),
    )
    data: dict[str, JsonValue] = {
        "size": size.value,
        "repetitions": repetitions,
        "figures": [
            {
                "name": figure.name,
                "median_ms": round(figure.spread.median, 3),
                "p95_ms": round(figure.spread.p95, 3),
                "target_ms": figure.target_ms,
            }
            for figure in figures
        ],
    }
    return Report("planning", (table,), data)


def _verdict(figure: Figure, size: DemoSize) -> str:
    if figure.target_ms is None or size is not DemoSize.LARGE:
        return "–"
    return "yes" if figure.spread.p95 <= figure.target_ms else "no"
