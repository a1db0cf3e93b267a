"""Every local period of a schedule is due exactly once, whatever the clocks and the tickers do."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from leadhand.errors import InvalidRequest
from reports.schedules.periods import MAX_SKIPPED, Due, due, next_period
from reports.schedules.timing import cron_of

ZONES = ("Europe/Berlin", "America/Chicago", "Australia/Sydney", "Australia/Lord_Howe")
BEGIN = datetime(2026, 1, 1, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
END = BEGIN + timedelta(days=365)
# All rules here begin on such a minute, and all zones change their clocks on one.
STEP = timedelta(minutes=5)


@dataclass(frozen=True)
class Rule:
    """What a preset means, said without cron: whether a local minute is one of its periods."""

    when: str
    weekdays: frozenset[int]
    days: frozenset[int]
    hours: frozenset[int]
    minute: int

    def holds(self, wall: datetime) -> bool:
        return (
            wall.minute == self.minute
            and wall.hour in self.hours
            and wall.weekday() in self.weekdays
            and wall.day in self.days
        )


ANY_WEEKDAY, ANY_DAY = frozenset(range(7)), frozenset(range(1, 32))
RULES = (
    Rule("Monday 06:00", frozenset({0}), ANY_DAY, frozenset({6}), 0),
    Rule("daily 02:30", ANY_WEEKDAY, ANY_DAY, frozenset({2}), 30),
    Rule("Sundays at 2:15", frozenset({6}), ANY_DAY, frozenset({2}), 15),
    Rule("weekdays 1:30", frozenset(range(5)), ANY_DAY, frozenset({1}), 30),
    Rule("monthly 00:00", ANY_WEEKDAY, frozenset({1}), frozenset({0}), 0),
    Rule("10 0-3 * * *", ANY_WEEKDAY, ANY_DAY, frozenset(range(4)), 10),
    Rule("0 1-3 * * 0", frozenset({6}), ANY_DAY, frozenset({1, 2, 3}), 0),
)


def wall_minutes(zone: str) -> dict[datetime, datetime]:
    """Every local time of the year and when it comes first; one that is leapt over: when the leap is done."""
    first: dict[datetime, datetime] = {}
    last: datetime | None = None
    info = ZoneInfo(zone)
    for number in range((END - BEGIN) // STEP):
        instant = BEGIN + number * STEP
        wall = instant.astimezone(info).replace(tzinfo=None)
        while last is not None and last + STEP < wall:
            last += STEP
            first.setdefault(last, instant)
        first.setdefault(wall, instant)
        last = wall
    return first


@pytest.fixture(scope="module", params=ZONES)
def zone(request: pytest.FixtureRequest) -> tuple[str, dict[datetime, datetime]]:
    name = str(request.param)
    return name, wall_minutes(name)


def ticked(when: str, zone: str, *, every: timedelta) -> list[tuple[str, datetime, datetime]]:
    """What a ticker that looks so often starts in a year: key, when it was due, when it was seen."""
    seen: list[tuple[str, datetime, datetime]] = []
    next_at = next_period(when, zone, after=BEGIN - MINUTE).at
    while (now := BEGIN - (BEGIN - next_at) // every * every) < END:
        found = due(when, zone, since=next_at, now=now)
        seen += [(one.key, one.at, now) for one in (*found.skipped, *([found.run] if found.run else []))]
        next_at = found.next_at
    return seen


@pytest.mark.parametrize("rule", RULES, ids=[rule.when for rule in RULES])
def test_a_year_of_a_schedule_has_each_local_period_exactly_once(
    zone: tuple[str, dict[datetime, datetime]], rule: Rule
) -> None:
    name, walls = zone
    promised = [
        (wall.isoformat(timespec="minutes"), at) for wall, at in sorted(walls.items()) if rule.holds(wall)
    ]
    begun = [(key, at) for key, at, _ in ticked(rule.when, name, every=MINUTE)]
    assert begun == [one for one in promised if one[1] >= BEGIN]
    assert len({key for key, _ in begun}) == len(begun) > 10


def test_a_period_is_begun_in_the_minute_that_it_is_due(zone: tuple[str, dict[datetime, datetime]]) -> None:
    assert all(at == seen for _, at, seen in ticked("daily 02:30", zone[0], every=MINUTE))


def test_a_ticker_that_looks_seldom_misses_no_period(zone: tuple[str, dict[datetime, datetime]]) -> None:
    often = [key for key, _, _ in ticked("daily 02:30", zone[0], every=MINUTE)]
    seldom = [key for key, _, _ in ticked("daily 02:30", zone[0], every=timedelta(hours=61))]
    assert seldom == often[: len(seldom)]
    assert len(often) - len(seldom) <= 3


def in_berlin(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo("Europe/Berlin"))


def test_a_time_that_comes_twice_is_due_the_first_time() -> None:
    found = due(
        "daily 02:30", "Europe/Berlin", since=in_berlin("2026-10-25T00:00"), now=in_berlin("2026-10-25T12:00")
    )
    assert found.run is not None
    assert (found.run.key, found.run.at) == ("2026-10-25T02:30", datetime(2026, 10, 25, 0, 30, tzinfo=UTC))
    assert not found.skipped


def test_a_time_that_the_clocks_leap_over_is_due_when_they_have() -> None:
    found = due(
        "daily 02:30", "Europe/Berlin", since=in_berlin("2027-03-28T00:00"), now=in_berlin("2027-03-28T12:00")
    )
    assert found.run is not None
    assert (found.run.key, found.run.at) == ("2027-03-28T02:30", datetime(2027, 3, 28, 1, 0, tzinfo=UTC))


def test_after_an_outage_the_latest_period_runs_and_the_older_ones_are_skipped() -> None:
    found = due(
        "weekdays 06:00",
        "Europe/Berlin",
        since=in_berlin("2026-11-19T06:00"),
        now=in_berlin("2026-11-24T09:00"),
    )
    assert [one.key for one in found.skipped] == ["2026-11-19T06:00", "2026-11-20T06:00", "2026-11-23T06:00"]
    assert found.run is not None
    assert found.run.key == "2026-11-24T06:00"
    assert found.next_at == in_berlin("2026-11-25T06:00")


def test_an_outage_of_years_writes_down_a_bounded_number_of_skipped_periods() -> None:
    found = due(
        "daily 06:00", "Europe/Berlin", since=in_berlin("2020-01-01T06:00"), now=in_berlin("2026-01-01T09:00")
    )
    assert len(found.skipped) == MAX_SKIPPED
    assert found.skipped[-1].key == "2025-12-31T06:00"


def test_nothing_is_due_before_its_time() -> None:
    since = in_berlin("2026-11-23T06:00")
    assert due("Monday 06:00", "Europe/Berlin", since=since, now=since - MINUTE) == Due(None, (), since)


@pytest.mark.parametrize(
    ("when", "cron"),
    [
        ("Monday 06:00", "0 6 * * 1"),
        ("every monday at 6:00", "0 6 * * 1"),
        ("Daily  17:45", "45 17 * * *"),
        ("weekdays 06:00", "0 6 * * 1-5"),
        ("monthly 06:00", "0 6 1 * *"),
        ("monthly on 15 at 06:00", "0 6 15 * *"),
        ("monthly last 18:00", "0 18 L * *"),
        ("0 6 * * mon#1", "0 6 * * mon#1"),
        ("0 6 L jan,JUL *", "0 6 L jan,JUL *"),
        ("0 6 * * Mon-Fri", "0 6 * * Mon-Fri"),
    ],
)
def test_presets_are_read_as_cron(when: str, cron: str) -> None:
    assert cron_of(when) == cron


def test_the_last_day_of_a_month_is_the_last_of_each() -> None:
    keys: list[str] = []
    after = datetime(2027, 1, 1, tzinfo=UTC)
    for _ in range(3):
        period = next_period("monthly last 18:00", "America/Chicago", after=after)
        keys.append(period.key)
        after = period.at
    assert keys == ["2027-01-31T18:00", "2027-02-28T18:00", "2027-03-31T18:00"]


TOO_OFTEN = ["* * * * *", "*/5 * * * *", "0,30 6 * * *", "0 6 * * * *"]
NEVER = ["0 6 30 2 *", "0 25 * * *", "0 6 * * 8", "monthly 31 06:00", "Monday 24:00"]
NO_TIME = ["", "someday", "0 6 * *", "@daily", "R 6 * * *", "0 6 * * 1\n0 7 * * 1", "x" * 200]
# croniter's own letters: another time whenever it is asked.
BY_CHANCE = ["0 r * * *", "0 6 * R *", "0 6 * * r/2"]


@pytest.mark.parametrize("when", [*TOO_OFTEN, *NEVER, *NO_TIME, *BY_CHANCE])
def test_what_is_never_due_too_often_due_or_no_time_at_all_is_refused(when: str) -> None:
    with pytest.raises(InvalidRequest) as refused:
        cron_of(when)
    assert refused.value.details["fields"]
