"""Dates whose times are digits alone or of the next day, and ranges without an end."""

import pytest

from storage.exchange.kinds import Refused
from storage.foreign.date_forms import looks_like_date
from storage.foreign.dates import DateStyle, parse_date
from tests.unit.foreign.given_files import read, rows

ORDERS = "Job;Qty;Due\n"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("191126 1400", "2026-11-19 14:00"), ("191126 0030", "2026-11-19 00:30"),
        ("191126 2400", "2026-11-20 00:00"), ("19112026 1400", "2026-11-19 14:00"),
        ("19112026 14:00", "2026-11-19 14:00"),
    ],
)  # fmt: skip
def test_a_time_of_four_digits_behind_a_date_of_digits_is_read(text: str, found: str) -> None:
    assert parse_date(text, DateStyle(digits="dmy")).canonical == found


@pytest.mark.parametrize("text", ["191126 1460", "191126 730", "191126 2500", "191126 14"])
def test_digits_behind_a_date_that_are_no_time_of_four_digits_are_refused(text: str) -> None:
    with pytest.raises(Refused):
        parse_date(text, DateStyle(digits="dmy"))


def test_what_comes_first_in_such_a_date_is_proven_by_the_others_or_asked() -> None:
    assert read(f"{ORDERS}A;1;101126 1400\n")[1] == {"digits"}
    done, asked = read(f"{ORDERS}A;1;101126 1400\nB;1;311226 0600\n")
    assert (asked, rows(done, "production_order", "due_at")) == (
        set(),
        [("2026-11-10 14:00",), ("2026-12-31 06:00",)],
    )
    (day,) = rows(read(f"{ORDERS}A;1;20261119 1400\n")[0], "production_order", "due_at")
    assert day == ("2026-11-19 14:00",)


@pytest.mark.parametrize("time", ["06:00 +1", "06:00 (+1)", "06:00(+ 1)", "6:00 am +1"])
def test_a_date_and_a_time_of_the_next_day_that_are_joined_are_on_the_next_day(time: str) -> None:
    text = f"Who;Date;From;To\nP1;30/11/2026;22:00;{time}\nP1;03/12/2026;06:00;14:00\n"
    said = {
        "rows": "absences", "operator": "Who", "new_operators": "new", "join.Begin": "{Date} {From}",
        "join.Finish": "{Date} {To}", "start": "Begin", "end": "Finish", "day": "none",
    }  # fmt: skip
    done, asked = read(text, said)
    assert (asked, done.findings.problems) == (set(), [])
    found = rows(done, "absence", "start", "end")
    assert found[0] == ("2026-11-30 22:00", "2026-12-01 06:00")


def test_a_sign_right_behind_the_time_of_a_date_may_be_an_offset_and_is_refused() -> None:
    assert looks_like_date("2026-11-30 06:00 +1")
    for text in ("2026-11-30 06:00+1", "2026-11-30 +1", "2026-11-30 06:00 +2"):
        with pytest.raises(Refused):
            parse_date(text, DateStyle())


def test_a_range_without_an_end_fits_a_form_that_says_so_and_is_asked_about() -> None:
    text = "Who;Away\nP1;2026-11-30 – 2026-12-04\nP2;2026-12-07 –\nP3;2026-12-08 – \n"
    said = {
        "rows": "absences", "operator": "Who", "new_operators": "new", "start": "from", "end": "to",
        "split.Away": "{from} – {to} | {from} –",
    }  # fmt: skip
    assert read(text, said)[1] == {"open_end"}
    done, asked = read(text, said | {"open_end": "open"})
    assert (asked, done.findings.problems) == (set(), [])
    found = rows(done, "absence", "start_date", "end_date")
    assert [(start[:10], end[:10]) for start, end in found] == [
        ("2026-11-30", "2026-12-04"), ("2026-12-07", ""), ("2026-12-08", ""),
    ]  # fmt: skip
