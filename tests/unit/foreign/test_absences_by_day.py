"""Absences that a file says day by day, beside those that the plan has of the same people."""

from dataclasses import replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from storage.foreign.shop_names import Named, StoredTime
from tests.unit.foreign.given_files import SHOP, read, rows

OPENS = datetime(2026, 11, 23, tzinfo=ZoneInfo("Europe/Berlin"))
LEAVE = StoredTime("ab1", "as", "AS", "import", None, OPENS, OPENS + timedelta(days=3), "vacation")
CREW = replace(
    SHOP,
    operators=(
        Named("as", "AS", "Ann Smith", None, "day", "hr", None),
        Named("bk", "BK", "Bob King", None, "night", "hr", None),
    ),
    absences=(LEAVE,),
    night_calendars=("night",),
)
DAYS = ";".join(f"{day}.11.2026" for day in range(23, 31))
ROSTER = {
    "across": "days",
    "shift.F": "06:00-14:00",
    "shift.U": "vacation",
    "shift.K": "sick",
    "shift.O": "off",
}
COLUMNS = ("id", "operator_id", "start_date", "end_date", "kind")


def _roster(line: str) -> tuple[list[tuple[str, ...]], list[str]]:
    done, asked = read(
        f"Employee;{DAYS}\n{line}\n", {"no_times": "closed", "operator": "Employee"} | ROSTER, CREW
    )
    assert (asked, done.findings.problems) == (set(), [])
    return rows(done, "absence", *COLUMNS), [notice.text for notice in done.findings.notices]


def test_days_of_a_roster_within_an_absence_of_the_plan_are_that_absence_and_those_beyond_it_are_told() -> (
    None
):
    found, told = _roster("AS;U;U;U;F;F;F;F;F")
    assert found == [("ab1", "as", "2026-11-23", "2026-11-25", "vacation")]
    assert told == []
    found, told = _roster("AS;F;U;U;U;U;F;F;F")
    assert found == [
        ("ab1", "as", "2026-11-23", "2026-11-25", "vacation"),
        ("", "as", "2026-11-26", "2026-11-27", "vacation"),
    ]
    of_plan = "the absence that the plan has (vacation, 2026-11-23 to 2026-11-25), which stays as it is"
    assert told == [
        f"vacation of AS, 2026-11-24 to 2026-11-25, is {of_plan}",
        f"2026-11-26 to 2026-11-27 goes beyond {of_plan}: it is an absence of its own",
        "AS works on 2026-11-23, and is away then by the plan (vacation, 2026-11-23 to 2026-11-25): that "
        "stays until somebody takes it out",
    ]


def test_another_kind_on_days_of_an_absence_of_the_plan_is_an_absence_of_its_own_and_is_told() -> None:
    found, told = _roster("AS;K;F;F;F;F;F;F;F")
    assert found == [("", "as", "2026-11-23", "2026-11-23", "sick")]
    assert told[0].startswith("AS works on 2026-11-24, 2026-11-25, and is away then by the plan")
    assert told[1].startswith("overlaps what the plan has of AS from 2026-11-23 00:00 to 2026-11-26 00:00")


def test_consecutive_days_of_a_roster_are_one_absence_that_ends_before_a_day_of_work_or_a_day_off() -> None:
    found, _ = _roster("BK;U;U;K;K;U;O;U;F")
    assert [row[2:] for row in found] == [
        ("2026-11-23", "2026-11-24", "vacation"), ("2026-11-27", "2026-11-27", "vacation"),
        ("2026-11-29", "2026-11-29", "vacation"), ("2026-11-25", "2026-11-26", "sick"),
    ]  # fmt: skip


def test_a_day_of_absence_closes_nothing_but_for_people_whose_shifts_go_on_after_midnight() -> None:
    for person, closed in (("AS", []), ("BK", ["2026-11-30"])):
        done, _ = read(
            f"Employee;30.11.2026;01.12.2026;02.12.2026\n{person};U;F;\n",
            ROSTER | {"no_times": "closed"},
            CREW,
        )
        days = [
            day
            for day, kind in rows(done, "calendar_exception", "production_date", "kind")
            if kind == "closure"
        ]
        assert days == [*closed, "2026-12-01", "2026-12-02"]


def test_days_of_a_list_of_absences_within_one_of_the_plan_do_not_make_it_shorter() -> None:
    text = "Who;Date;Kind\n" + "".join(f"AS;2026-11-{day};Vacation\n" for day in (23, 24, 25, 26))
    done, asked = read(text, {"rows": "absences", "operator": "Who"}, CREW)
    assert asked == set()
    assert rows(done, "absence", *COLUMNS) == [
        ("ab1", "as", "2026-11-23", "2026-11-25", "vacation"),
        ("", "as", "2026-11-26", "2026-11-26", "vacation"),
    ]
    told = [notice.text for notice in done.findings.notices]
    assert [text.partition(" is ")[0] for text in told[:3]] == [
        f"the absence of AS on 2026-11-{day}" for day in (23, 24, 25)
    ]
    assert told[3].startswith("AS: 2026-11-26 goes beyond the absence that the plan has")
    sick, _ = read("Who;Date;Kind\nAS;2026-11-23;Sick\n", {"rows": "absences", "operator": "Who"}, CREW)
    assert rows(sick, "absence", *COLUMNS) == [("", "as", "2026-11-23", "2026-11-23", "sick")]


def test_a_lone_sign_in_a_roster_is_asked_about_since_it_may_mean_as_usual() -> None:
    text = "Employee;30.11.2026;01.12.2026;02.12.2026\nAS;.;F;.\n"
    assert read(text, ROSTER, CREW)[1] == {"shift.."}
    done, asked = read(text, ROSTER | {"shift..": "usual"}, CREW)
    assert asked == set()
    assert rows(done, "calendar_exception", "production_date", "kind") == [
        ("2026-12-01", "closure"),
        ("", "overtime"),
    ]
