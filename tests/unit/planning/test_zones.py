"""Local days, weeks and months as UTC minutes, and the rule that nothing else subtracts datetimes."""

import ast
from datetime import UTC, date, datetime
from itertools import pairwise
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

import planning
from planning.zones import (
    BucketSize,
    buckets,
    day_window,
    from_minute,
    iso,
    local_day,
    local_minute,
    month_window,
    to_minute,
    week_window,
)
from tests.unit.planning import oracle
from tests.unit.planning.strategies import ZONE_DAYS

CHICAGO = ZoneInfo("America/Chicago")
BERLIN = ZoneInfo("Europe/Berlin")


def hours(window: tuple[int, int]) -> float:
    return (window[1] - window[0]) / 60


def test_days_have_23_24_or_25_hours() -> None:
    assert hours(day_window(date(2027, 3, 14), CHICAGO)) == 23
    assert hours(day_window(date(2026, 11, 1), CHICAGO)) == 25
    assert hours(day_window(date(2026, 12, 1), CHICAGO)) == 24
    assert hours(day_window(date(2027, 4, 4), ZoneInfo("Australia/Lord_Howe"))) == 24.5


def test_a_week_runs_from_monday_to_monday() -> None:
    start, end = week_window(2026, 49, BERLIN)
    assert (iso(start, BERLIN), iso(end, BERLIN)) == (
        "2026-11-30T00:00:00+01:00",
        "2026-12-07T00:00:00+01:00",
    )


def test_a_month_runs_from_first_to_first() -> None:
    start, end = month_window(2026, 12, CHICAGO)
    assert (iso(start, CHICAGO), iso(end, CHICAGO)) == (
        "2026-12-01T00:00:00-06:00",
        "2027-01-01T00:00:00-06:00",
    )


@pytest.mark.parametrize(("zone_name", "day"), ZONE_DAYS)
def test_every_quarter_hour_around_a_clock_change_is_where_the_wall_clock_first_shows_it(
    zone_name: str, day: date
) -> None:
    zone = ZoneInfo(zone_name)
    for local_min in range(-120, 2000, 15):
        assert local_minute(day, local_min, zone) == oracle.instant(day, local_min, zone_name), local_min


@pytest.mark.parametrize(("zone_name", "day"), ZONE_DAYS)
def test_instants_survive_the_way_to_local_time_and_back(zone_name: str, day: date) -> None:
    zone = ZoneInfo(zone_name)
    start, end = day_window(day, zone)
    for minute in range(start, end, 7):
        assert to_minute(from_minute(minute, zone)) == minute
        assert local_day(minute, zone) == day


def test_a_naive_datetime_has_no_instant() -> None:
    with pytest.raises(ValueError, match="naive"):
        to_minute(datetime.fromisoformat("2026-12-01T06:00"))


def test_seconds_are_cut_off() -> None:
    assert to_minute(datetime(1970, 1, 1, 0, 1, 59, tzinfo=UTC)) == 1


@pytest.mark.parametrize("size", list(BucketSize))
def test_buckets_cover_the_window_without_gap_or_overlap(size: BucketSize) -> None:
    window = (local_minute(date(2026, 10, 28), 600, CHICAGO), local_minute(date(2027, 1, 3), 700, CHICAGO))
    found = buckets(size, window, CHICAGO)
    assert (found[0].start, found[-1].end) == window
    assert all(left.end == right.start for left, right in pairwise(found))


def test_buckets_are_named_by_local_day_iso_week_and_month() -> None:
    window = (local_minute(date(2026, 12, 30), 0, BERLIN), local_minute(date(2027, 1, 5), 0, BERLIN))
    assert [b.label for b in buckets(BucketSize.WEEK, window, BERLIN)] == ["2026-W53", "2027-W01"]
    assert [b.label for b in buckets(BucketSize.MONTH, window, BERLIN)] == ["2026-12", "2027-01"]
    assert buckets(BucketSize.DAY, window, BERLIN)[0].label == "2026-12-30"


# The rule of planning-domain section 2:
# Outside zones.py a module that knows datetimes (it names `datetime` or asks zones for one) may subtract only
# dates, numbers written out, lengths, ordinals and timedeltas; and nobody reads a timedelta's seconds at all.

KNOWS_DATETIMES = {"datetime", "from_minute"}
PLAIN_CALLS = {"timedelta", "len", "toordinal", "isoweekday", "weekday", "to_minute", "local_minute", "int"}
DATE_CALLS = {"local_day", "date", "fromisocalendar"}
PLAIN_FIELDS = {"hour", "minute", "year", "month", "day"}


def datetime_subtractions(source: str) -> list[int]:
    """Lines that may subtract one datetime from another."""
    tree = ast.parse(source)
    nodes = list(ast.walk(tree))
    bad = [n.lineno for n in nodes if isinstance(n, ast.Attribute) and n.attr in {"total_seconds", "seconds"}]
    if KNOWS_DATETIMES & _names(nodes):
        for statement in tree.body:
            scope = list(ast.walk(statement))
            dates = _names_of_dates(scope)
            bad += [line for node in scope for line in _subtraction(node, dates)]
    return sorted(bad)


def _subtraction(node: ast.AST, dates: set[str]) -> list[int]:
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Sub):
        sides = [node.left, node.right]
    elif isinstance(node, ast.AugAssign) and isinstance(node.op, ast.Sub):
        sides = [node.value]
    else:
        return []
    return [] if any(_is_plain(side, dates) for side in sides) else [node.lineno]


def _names(nodes: list[ast.AST]) -> set[str]:
    used = {n.id for n in nodes if isinstance(n, ast.Name)} | {
        n.attr for n in nodes if isinstance(n, ast.Attribute)
    }
    imports = (n for n in nodes if isinstance(n, ast.ImportFrom | ast.Import))
    return used | {alias.name for node in imports for alias in node.names}


def _names_of_dates(nodes: list[ast.AST]) -> set[str]:
    """Names that a function (or class) only ever gives the result of a call which returns a date."""
    given: dict[str, list[bool]] = {}
    for node in nodes:
        if isinstance(node, ast.Assign):
            for target in node.targets:
                pairs = [(target, node.value)]
                if isinstance(target, ast.Tuple) and isinstance(node.value, ast.Tuple):
                    pairs = list(zip(target.elts, node.value.elts, strict=True))
                for name, value in pairs:
                    if isinstance(name, ast.Name):
                        given.setdefault(name.id, []).append(_called(value) in DATE_CALLS)
    return {name for name, dates in given.items() if all(dates)}


def _is_plain(node: ast.expr, dates: set[str]) -> bool:
    """A number written out, a date, or a call whose result is known not to be a datetime."""
    if isinstance(node, ast.BinOp):
        return _is_plain(node.left, dates) or _is_plain(node.right, dates)
    if isinstance(node, ast.Constant):
        return isinstance(node.value, int)
    if isinstance(node, ast.Name):
        return node.id in dates
    if isinstance(node, ast.Attribute):
        return node.attr in PLAIN_FIELDS
    return _called(node) in PLAIN_CALLS | DATE_CALLS


def _called(node: ast.expr) -> str:
    if not isinstance(node, ast.Call):
        return ""
    function = node.func
    return (
        function.attr
        if isinstance(function, ast.Attribute)
        else function.id
        if isinstance(function, ast.Name)
        else ""
    )


@pytest.mark.parametrize(
    "source",
    [
        "from datetime import datetime\ndef f(a: datetime, b: datetime) -> object:\n    return a - b",
        "import datetime\ndef f(a, b):\n    return (a - b).days",
        "from planning.zones import from_minute\nx = from_minute(9, z) - from_minute(3, z)",
        "from datetime import datetime\ndef f(a, b):\n    a -= b",
        "def f(delta):\n    return delta.total_seconds() // 60",
    ],
)
def test_the_rule_against_subtracting_datetimes_catches_them(source: str) -> None:
    assert datetime_subtractions(source)


def test_no_planning_module_but_zones_subtracts_datetimes() -> None:
    root = Path(planning.__file__).parent
    found = {
        f"{path.relative_to(root)}:{line}"
        for path in root.rglob("*.py")
        if path != root / "zones.py"
        for line in datetime_subtractions(path.read_text(encoding="utf-8"))
    }
    assert found == set()
