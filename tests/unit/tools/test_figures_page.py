"""docs/figures.md: each figure of its examples is what the planning core counts."""

import re
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

from planning.bottlenecks import BottleneckQuestion, Level, bottlenecks
from planning.calendars import ShopTimes
from planning.figures import Figures
from planning.insertion import Choice, InsertionRequest, Step
from planning.latest_start import latest_starts
from planning.order_status import OrderReports, Outlook
from planning.plan_waits import PlanWaits
from planning.rounding import coefficient, hours, percent, round_half_up
from planning.shop import Downtime, DowntimeKind, Shop
from planning.workload import GroupBy, Question, Row, Workload, workload
from planning.workplaces import Workplace
from planning.zones import from_minute
from tests.unit.tools.shops import CHICAGO, at, plan, work

ROOT = Path(__file__).parents[3]
PAGE = (ROOT / "docs" / "figures.md").read_text(encoding="utf-8")
WEDNESDAY = (at(2, 0), at(3, 0))
NOW = at(1, 7)


def table(section: str) -> dict[str, float]:
    part = PAGE.partition(f"## {section}\n")[2].partition("\n## ")[0]
    return {key: float(value) for key, value in re.findall(r"^\| ([\w -]+) \|.*\| (-?[\d.]+)", part, re.M)}


def two_machines() -> Shop:
    """M is the Puma 3100, N the Puma 2600."""
    base = plan(
        work("a", "puma", (at(2, 6), at(2, 8))),
        work("b", "puma", (at(2, 7), at(2, 9)), operator="bob"),
        work("c", "puma", (at(2, 9), at(2, 10)), (at(2, 11), at(2, 13))),
        work("d", "puma2", (at(2, 6), at(2, 9)), operator="bob"),
    )
    down = Downtime("down", "puma", at(2, 12), at(2, 14), DowntimeKind.MAINTENANCE)
    lathes = {key: m for key, m in base.machines.items() if key != "grinder"}
    return replace(base, machines=lathes, downtimes=(down,))


def both() -> tuple[Workload, Row]:
    found = workload(ShopTimes(two_machines(), WEDNESDAY), Question(WEDNESDAY, GroupBy.MACHINE))
    return found, next(row for row in found.rows if row.key == "puma")


def used(figures: Figures) -> float:
    assert figures.utilization is not None
    return percent(figures.utilization)


def test_the_figures_of_one_machine_are_those_of_the_planning_core() -> None:
    f = both()[1].figures
    assert {
        "calendar": hours(f.calendar),
        "available": hours(f.available),
        "load": hours(f.load),
        "outside": hours(f.outside),
        "busy": hours(f.busy),
        "double-booked": hours(f.double_booked),
        "blocked idle": hours(f.blocked_idle),
        "free": hours(f.free),
        "utilization": used(f),
    } == table("Time of a machine or person")
    assert f.available == f.busy + f.blocked_idle + f.free
    assert "5 + 0.5 + 0" in PAGE


def test_the_figures_of_a_group_are_those_of_the_planning_core() -> None:
    found, m = both()
    assert m.share is not None
    assert found.spread.spread is not None
    assert found.spread.cv_square is not None
    assert {
        "group load": hours(found.total.load),
        "group utilization": used(found.total),
        "share of M": percent(m.share),
        "spread": percent(found.spread.spread),
        "cv": coefficient(found.spread.cv_square),
    } == table("Groups")
    each = [row.figures.utilization for row in found.rows]
    mean = sum((u for u in each if u is not None), Fraction(0)) / len(each)
    assert f"would be {percent(mean)} %" in PAGE


def test_the_figures_of_an_order_are_those_of_the_planning_core() -> None:
    base = plan(
        work("1", "puma", (at(2, 6), at(2, 10)), (at(2, 10, 30), at(2, 14)), (at(3, 6), at(3, 7, 30)))
    )
    order = replace(base.orders["1"], release_at=at(1, 0), due_at=at(3, 0))
    shop = replace(base, settings=replace(base.settings, site_calendar_id="cal"), orders={"1": order})
    times = ShopTimes(shop, (at(1, 0), at(20, 0)))
    report = OrderReports(times, NOW).of(order)
    f = report.figures
    place = Workplace("puma", "PUMA-3100", times.machine("puma").available, ())
    request = InsertionRequest((Step((Choice(place, 0, 9 * 60),)),), NOW, at(20, 0))
    (latest,) = latest_starts(request, at(3, 0))
    assert f.finish is not None
    assert f.slack is not None
    assert f.work_slack is not None
    assert f.critical_ratio is not None
    assert latest is not None
    assert {
        "tardiness": hours(f.tardiness or 0),
        "tardiness working": hours(f.tardiness_working or 0),
        "slack": hours(f.slack),
        "remaining": hours(f.remaining),
        "work slack": hours(f.work_slack),
        "critical ratio": round_half_up(f.critical_ratio, 2),
        "float": hours(latest - NOW),
    } == table("Orders")
    for name, minute in (("planned finish", f.finish), ("latest start", latest)):
        clock = f"{from_minute(minute, CHICAGO):%A %-H:%M}"
        assert re.search(rf"^\| {name} \|.*\| {clock} \|$", PAGE, re.M), clock
    assert report.outlook is Outlook.LATE


def test_the_bottleneck_of_the_example_is_the_planning_cores() -> None:
    shop = two_machines()
    question = BottleneckQuestion(Level.MACHINE, WEDNESDAY, shop.settings.utilization_threshold_pct)
    found = bottlenecks(ShopTimes(shop, WEDNESDAY), PlanWaits(shop), question)
    first, second = found.ranking
    assert found.bottleneck is first
    assert (used(first.figures), used(second.figures)) == (127.3, 40.0)
    assert "M at\n127.3 % and N at 40.0 %" in PAGE
    assert f"({question.threshold_pct} %)" in PAGE
