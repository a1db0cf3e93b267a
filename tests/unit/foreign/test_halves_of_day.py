"""Times before and after noon in the words of other languages than English."""

import pytest

from tests.unit.foreign.given_files import read, rows

GIVEN = {
    "rows": "shifts", "operator": "Who", "start": "From", "end": "To", "new_operators": "new",
    "no_times": "closed",
}  # fmt: skip


def _worked(start: str, end: str, answers: dict[str, str] | None = None) -> tuple[set[str], list[object]]:
    text = f"Who\tFrom\tTo\nP1\t{start}\t{end}\n"
    done, asked = read(text, GIVEN | (answers or {}))
    found = [row for row in rows(done, "calendar_exception", "start", "end", "kind") if row[2] == "overtime"]
    return asked, [*(row[:2] for row in found), *map(str, done.findings.problems)]


@pytest.mark.parametrize(
    ("start", "end"),
    [
        ("2026/12/07 12:15 ص", "2026/12/07 2:30 م"), ("2026/12/07 上午 0:15", "2026/12/07 下午2:30"),
        ("2026年12月7日午前0時15分", "2026年12月7日午後2時30分"),
        ("2026. 12. 7. 오전 12:15", "2026. 12. 7. 오후 2:30"),
        ("7/12/2026 12:15 π.μ.", "7/12/2026 2:30 μμ"), ("07.12.2026 ÖÖ 12:15", "07.12.2026 ÖS 02:30"),
        ("7.12.2026 12:15 dop.", "7.12.2026 14:30 odp."), ("7/12/2026 12:15 a. m.", "7/12/2026 2:30 p. m."),
        ("07/12/2026 12:15 SA", "07/12/2026 02:30 CH"), ("2026. 12. 7. de. 12:15", "2026. 12. 7. du. 2:30"),
    ],
)  # fmt: skip
def test_a_word_for_the_half_of_the_day_is_read(start: str, end: str) -> None:
    asked, found = _worked(start, end, {"date_order": "dmy"} if "/12/2026" in start else {})
    assert (asked, found) == (set(), [("2026-12-07 00:15", "2026-12-07 14:30")])


def test_a_word_with_two_readings_is_asked_where_the_other_half_does_not_stand_beside_it() -> None:
    dates = ("2026-12-07 06:30 SA", "2026-12-07 09:30 SA")
    assert _worked(*dates)[0] == {"half_day.SA"}
    asked, found = _worked(*dates, {"half_day.SA": "pm"})
    assert (asked, found) == (set(), [("2026-12-07 18:30", "2026-12-07 21:30")])


def test_a_time_within_other_words_stays_as_it_is() -> None:
    done, _ = read("Job;Qty;Due;Customer\nA;5;2026-12-04;Treff 2:30 odp. Tor 3\n", {"customer": "Customer"})
    assert rows(done, "production_order", "customer") == [("Treff 2:30 odp. Tor 3",)]


def test_english_times_are_read_as_they_stand() -> None:
    done, _ = read("Job\tQty\tDue\nA\t5\t2026-12-04 2:30 PM\nB\t5\t2026-12-04 10:00 a.m.\n")
    due = [time for (time,) in rows(done, "production_order", "due_at")]
    assert due == ["2026-12-04 14:30", "2026-12-04 10:00"]
    (layout,) = done.layouts
    assert not [key for key in layout.scope.decisions.made if key.startswith("half_day")]


@pytest.mark.parametrize(
    "shift", ["下午 2:30-5:30", "1:00-5:00 odp.", "1:00-5:00 pm", "晚上 12:00-凌晨 6:00"]
)
def test_a_range_of_which_one_time_has_a_half_is_asked_about(shift: str) -> None:
    given = {"rows": "shifts", "operator": "Who", "new_operators": "new", "no_times": "closed"}
    _, asked = read(f"Who\tDate\tShift\nP1\t2026-12-07\t{shift}\n", given)
    assert any(key.startswith("shift.") for key in asked)
