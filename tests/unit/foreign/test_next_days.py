"""Times of the day that say that they are of the next day."""

import pytest

from tests.unit.foreign.given_files import read, rows

GIVEN = {
    "rows": "shifts", "operator": "Who", "day": "Day", "start": "From", "end": "To", "new_operators": "new",
}  # fmt: skip
NIGHT = [("2026-12-07 22:00", "2026-12-08 06:00"), ("2026-12-08 06:00", "2026-12-08 14:00")]


def _file(time: str) -> str:
    return f"Who;Day;From;To\nP1;2026-12-07;22:00;{time}\nP1;2026-12-08;06:00;14:00\n"


def _worked(text: str, answers: dict[str, str]) -> tuple[set[str], list[tuple[str, ...]], int]:
    done, asked = read(text, GIVEN | answers)
    found = [row for row in rows(done, "calendar_exception", "start", "end", "kind") if row[2] == "overtime"]
    return asked, [row[:2] for row in found], len(done.findings.problems)


@pytest.mark.parametrize("time", ["06:00 +1", "06:00+1", "06:00 (+1)", "6:00 (+ 1)"])
def test_a_sign_says_that_a_time_is_of_the_next_day(time: str) -> None:
    assert _worked(_file(time), {}) == (set(), NIGHT, 0)


@pytest.mark.parametrize(("time", "word"), [("익일 06:00", "익일"), ("06:00 next day", "next day")])
def test_a_word_beside_a_time_is_asked_once(time: str, word: str) -> None:
    asked, _, problems = _worked(_file(time), {})
    assert (asked, problems) == ({f"next_day.{word}"}, 0)
    assert _worked(_file(time), {f"next_day.{word}": "next"}) == (set(), NIGHT, 0)


def test_a_time_of_the_next_day_that_is_later_in_the_day_than_its_start_is_more_than_a_day_long() -> None:
    _, worked, _ = _worked("Who;Day;From;To\nP1;2026-12-07;06:00;07:00 +1\n", {})
    assert worked == [("2026-12-07 06:00", "2026-12-08 07:00")]


@pytest.mark.parametrize("time", ["6:00 am", "6.00 Uhr", "06:00", "6h00"])
def test_a_time_without_such_a_word_is_asked_about_by_nobody(time: str) -> None:
    assert _worked(_file(time), {}) == (set(), NIGHT, 0)
