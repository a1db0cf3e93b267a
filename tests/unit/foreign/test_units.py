"""Times of work in all the units of other systems."""

from datetime import datetime, timedelta

import pytest

from storage.foreign.durations import minutes_of, unit_named, unit_of_header
from storage.foreign.grid import Cell
from tests.unit.foreign.given_files import read, rows


@pytest.mark.parametrize(
    ("unit", "cell", "seconds"),
    [
        ("min_per_piece", "1,5", 90), ("h_per_piece", "0,025", 90), ("s_per_piece", "90", 90),
        ("hh:mm_per_piece", "0:02", 120), ("mm:ss_per_piece", "1:30", 90),
        ("written_per_piece", "1 min 30 s", 90),
        ("h/100_per_piece", "2,5", 90), ("min/100_per_piece", "150", 90),
        ("day_part_per_piece", "0,00125", 108),
        ("min_total", "30", 90), ("h_total", "0,5", 90), ("s_total", "1800", 90), ("hh:mm_total", "0:30", 90),
        ("h/100_total", "50", 90), ("min/100_total", "3000", 90), ("written_total", "0,5 h", 90),
        ("h_per_100", "2,5", 90), ("min_per_100", "150", 90), ("h_per_1000", "25", 90),
        ("min_per_50", "75", 90),
        ("s_per_12", "1080", 90), ("hh:mm_per_100", "2:30", 90),
        ("pieces_per_h", "40", 90), ("pieces_per_min", "0,5", 120),
    ],
)  # fmt: skip
def test_run_times_in_every_unit_become_seconds_a_piece(unit: str, cell: str, seconds: int) -> None:
    text = f"Job;Qty;Op;Machine;Run\nA;20;10;Mill;{cell}\n"
    answers = {"run.unit": unit, "new_machines": "new", "calendar": "day", "decimal": "comma"}
    done, asked = read(text, answers)
    assert (asked, done.findings.problems) == (set(), [])
    assert rows(done, "operation", "run_s_per_piece") == [(str(seconds),)]


@pytest.mark.parametrize(
    ("unit", "cell", "minutes"),
    [
        ("min", "90", 90), ("h", "1,5", 90), ("s", "5400", 90), ("hh:mm", "1:30", 90), ("mm:ss", "90:00", 90),
        ("written", "1h30", 90), ("h/100", "150", 90), ("min/100", "9000", 90), ("day_part", "0,0625", 90),
    ],
)  # fmt: skip
def test_setups_in_every_unit_become_minutes(unit: str, cell: str, minutes: int) -> None:
    assert minutes_of(Cell(cell), unit_named(unit), "comma") == minutes


@pytest.mark.parametrize(
    "cell",
    [timedelta(hours=30), datetime.fromisoformat("1900-01-01 06:00")],
)
def test_a_spreadsheets_durations_may_be_longer_than_a_day(cell: timedelta | datetime) -> None:
    assert minutes_of(Cell(cell), unit_named("hh:mm"), None) == 1800


@pytest.mark.parametrize(
    ("header", "unit"),
    [
        ("te [1/100 min/Stk]", "min/100_per_piece"), ("Industrieminuten je Stück", "h/100_per_piece"),
        ("te h/100", None), ("h per 100 pcs", "h_per_100"), ("Min/1000 Stk", "min_per_1000"),
        ("pcs/h", "pieces_per_h"), ("Run", None),
    ],
)  # fmt: skip
def test_a_header_names_a_unit_of_run_times_only_beyond_doubt(header: str, unit: str | None) -> None:
    assert unit_of_header(header, run=True) == unit
