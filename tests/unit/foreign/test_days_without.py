"""Days of a roster's weeks that it does not name."""

from dataclasses import replace

from storage.foreign.shop_names import Named
from tests.unit.foreign.given_files import SHOP, read, rows

CREW = replace(SHOP, operators=tuple(Named(c, c, c, None, "day", "import", c) for c in ("ANN", "BOB")))
TEXT = "Who;Day;From;To\nANN;2026-11-30;06:00;14:00\nANN;2026-12-02;06:00;14:00\nBOB;2026-12-09;14:00;22:00\n"
GIVEN = {"rows": "shifts", "operator": "Who", "day": "Day", "start": "From", "end": "To"}


def test_days_without_a_shift_stay_as_they_are_and_are_told() -> None:
    done, asked = read(TEXT, GIVEN, CREW)
    assert (asked, len(rows(done, "calendar_exception", "kind"))) == (set(), 6)
    assert "17 days of people between others of the file have no row" in str(done.findings.notices)
    done, _ = read(TEXT, GIVEN | {"days_without": "usual"}, CREW)
    assert "have no row" not in str(done.findings.notices)


def _closed(said: str) -> list[tuple[str, ...]]:
    done, asked = read(TEXT, GIVEN | {"days_without": said}, CREW)
    found = rows(done, "calendar_exception", "operator_id", "production_date", "kind")
    assert asked == set()
    return sorted(row[:2] for row in found if row[2] == "closure")


def test_days_without_a_shift_may_be_off_from_the_first_to_the_last_day_of_the_roster() -> None:
    found = _closed("off")
    assert (len(found), found[0][1], found[-1]) == (20, "2026-11-30", ("BOB", "2026-12-09"))


def test_days_without_a_shift_may_be_off_in_the_whole_weeks_of_the_roster() -> None:
    found = _closed("off_weeks")
    assert (len(found), found[0][1], found[-1]) == (28, "2026-11-30", ("BOB", "2026-12-13"))
