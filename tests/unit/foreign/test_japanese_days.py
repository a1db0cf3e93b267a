"""Days and times as Japan writes them: hours after 24, and the day of the week in brackets."""

import pytest

from storage.exchange.kinds import Refused
from storage.foreign.dates import DateStyle, parse_date
from tests.unit.foreign.given_files import read, rows

GIVEN = {
    "rows": "downtimes", "machine": "M", "day": "Day", "start": "From", "end": "To", "title": "none",
    "new_machines": "new", "calendar": "day", "downtime": "maintenance", "year": "2026",
}  # fmt: skip


@pytest.mark.parametrize(
    ("start", "end", "wanted"),
    [
        ("22:00", "25:15", ("2026-11-24 22:00", "2026-11-25 01:15")),
        ("24:00", "26:00", ("2026-11-25 00:00", "2026-11-25 02:00")),
        ("25:15", "48:00", ("2026-11-25 01:15", "2026-11-26 00:00")),
    ],
)  # fmt: skip
def test_hours_after_24_are_of_the_next_day_and_told(start: str, end: str, wanted: tuple[str, str]) -> None:
    done, asked = read(f"M;Day;From;To\nM1;11/24(火);{start};{end}\n", GIVEN)
    assert (asked, done.findings.problems, rows(done, "downtime", "start", "end")) == (set(), [], [wanted])
    assert "hours after 24 are of the next day" in str(done.findings.notices)


@pytest.mark.parametrize("end", ["48:15", "49:00", "72:30"])
def test_hours_after_48_are_no_time_of_a_day(end: str) -> None:
    done, _ = read(f"M;Day;From;To\nM1;2026-11-24;22:00;{end}\n", GIVEN)
    assert "is no minute of the day" in str(done.findings.problems)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("11/24(火)", "2026-11-24 00:00"), ("火 11/24", "2026-11-24 00:00"),
        ("2026/11/24（火）", "2026-11-24 00:00"),
        ("11/24(火) 25:15", "2026-11-25 01:15"), ("11월 24일(화)", "2026-11-24 00:00"),
        ("11月24日(火) 08:00", "2026-11-24 08:00"), ("2026年11月24日(火)", "2026-11-24 00:00"),
        ("24.11. (Di)", "2026-11-24 00:00"), ("2026-11-24 26:00", "2026-11-25 02:00"),
    ],
)  # fmt: skip
def test_a_date_with_its_day_of_the_week_in_brackets_is_read(text: str, wanted: str) -> None:
    assert parse_date(text, DateStyle("mdy", year="2026")).canonical == wanted


@pytest.mark.parametrize(
    "text", ["11/24(水)", "2026/11/24(水)", "11/24(Wednesday)", "11/24(abc)", "水 11/24"]
)
def test_another_day_of_the_week_in_brackets_is_an_error(text: str) -> None:
    with pytest.raises(Refused):
        parse_date(text, DateStyle("mdy", year="2026"))
