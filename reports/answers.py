"""What the tools answer for one report."""

from dataclasses import dataclass

from leadhand.errors import JsonValue
from reports.gathering import Gathering
from reports.options import ReportOptions
from reports.plan_reading import PlanReading, read_plan
from reports.report import SectionKey
from reports.windows import Spans
from tools.catalog.bottlenecks import BottlenecksOutput
from tools.catalog.capacity import CapacityOutput
from tools.catalog.data_trust import DataTrustOutput
from tools.catalog.operator_availability import OperatorAvailabilityOutput
from tools.catalog.order_status import OrderStatusOutput
from tools.catalog.schedule_conflicts import ConflictsOutput
from tools.catalog.workload_distribution import WorkloadOutput

# Pages of machines that are asked for, of 50 each, the fullest first.
MACHINE_PAGES = 4
_K = SectionKey


@dataclass(frozen=True, slots=True)
class Answers:
    """None: not asked for, or the tool gave no answer, which is said in the bounds of the gathering."""

    centers: WorkloadOutput | None
    machines: WorkloadOutput | None
    people: WorkloadOutput | None
    attendance: OperatorAvailabilityOutput | None
    bottlenecks: BottlenecksOutput | None
    late: OrderStatusOutput | None
    at_risk: OrderStatusOutput | None
    conflicts: ConflictsOutput | None
    capacity: CapacityOutput | None
    trust: DataTrustOutput | None
    plan: PlanReading | None


async def ask_tools(
    gathering: Gathering, options: ReportOptions, spans: Spans, wanted: frozenset[SectionKey]
) -> Answers:
    """Each tool at most once (machines: once a page), one after the other: other work goes on in between."""
    ask, weeks, days = gathering.ask, spans.weeks.asked, spans.days.asked
    by_week: dict[str, JsonValue] = {**weeks, "bucket": "week"}
    capacity = bool(wanted & {_K.CAPACITY, _K.FREE_CAPACITY})
    centers = machines = people = attendance = bottlenecks = late = at_risk = None
    conflicts = promise = trust = plan = None
    workload = "analyze_workload_distribution"
    if capacity:
        centers = await ask(_K.CAPACITY, workload, {**by_week, "group_by": "work_center"}, WorkloadOutput)
    if wanted & {_K.CAPACITY, _K.SCHEDULE}:
        machines = await _all_machines(gathering, by_week)
    if _K.BOTTLENECKS in wanted:
        bottlenecks = await ask(
            _K.BOTTLENECKS, "identify_bottlenecks", {**weeks, "bucket": "week"}, BottlenecksOutput
        )
    if wanted & {_K.ORDERS, _K.CHANGES}:
        late, at_risk = [
            await ask(_K.ORDERS, "get_order_status", {"filter": which, "explain": True}, OrderStatusOutput)
            for which in ("late", "at_risk")
        ]
    if _K.CONFLICTS in wanted:
        conflicts = await ask(_K.CONFLICTS, "detect_schedule_conflicts", weeks, ConflictsOutput)
    if _K.PEOPLE in wanted:
        people = await ask(_K.PEOPLE, workload, {**days, "group_by": "operator"}, WorkloadOutput)
        attendance = await ask(_K.PEOPLE, "get_operator_availability", days, OperatorAvailabilityOutput)
    if _K.FREE_CAPACITY in wanted:
        asked: dict[str, JsonValue] = {**weeks, "hours": options.promise_hours}
        promise = await ask(_K.FREE_CAPACITY, "check_capacity", asked, CapacityOutput)
    if wanted & {_K.LATEST_STARTS, _K.SCHEDULE} and not gathering.late:
        fullest = None if machines is None else [row.id for row in machines.rows if row.id is not None]
        plan = await read_plan(gathering, spans.days.interval, fullest)
    if _K.DATA_TRUST in wanted:
        trust = await ask(_K.DATA_TRUST, "get_data_trust", {}, DataTrustOutput)
    return Answers(
        centers=centers,
        machines=machines,
        people=people,
        attendance=attendance,
        bottlenecks=bottlenecks,
        late=late,
        at_risk=at_risk,
        conflicts=conflicts,
        capacity=promise,
        trust=trust,
        plan=plan,
    )


async def _all_machines(gathering: Gathering, by_week: dict[str, JsonValue]) -> WorkloadOutput | None:
    """The first page with the rows of the pages behind it."""
    asked: dict[str, JsonValue] = {**by_week, "group_by": "machine"}
    tool = "analyze_workload_distribution"
    found = await gathering.ask(SectionKey.CAPACITY, tool, asked, WorkloadOutput)
    if found is None:
        return None
    rows, cursor, pages = list(found.rows), found.next_cursor, 1
    while cursor is not None and pages < MACHINE_PAGES and not gathering.late:
        page = await gathering.ask(SectionKey.CAPACITY, tool, {**asked, "cursor": cursor}, WorkloadOutput)
        if page is None:
            break
        rows, cursor, pages = [*rows, *page.rows], page.next_cursor, pages + 1
    return found.model_copy(update={"rows": rows, "next_cursor": cursor})
