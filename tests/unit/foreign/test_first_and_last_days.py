"""First and last days of use and of skills: what a file does not say of them stays as the plan has it."""

from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

from storage.foreign.shop_names import Named, StoredSkill, StoredUse
from tests.unit.foreign.given_files import SHOP, read, rows

ZONE = ZoneInfo("Europe/Berlin")
SINCE, UNTIL = datetime(2026, 2, 1, tzinfo=ZONE), datetime(2027, 1, 1, tzinfo=ZONE)
ANN = Named("o1", "1", "Ann", None, "day", "hr", None)
TURN = Named("s1", "TURN", "Turning", None, None, "hr", None)
OLD = Named("m1", "M1", "Lathe", "w", "day", "erp", None)
BACK = Named("m4", "M4", "Saw", "w", "day", "erp", None)
PLANT = replace(
    SHOP,
    machines=(OLD, BACK), operators=(ANN,), skills=(TURN,),
    in_use=(
        StoredUse("machine", "m1", SINCE, UNTIL), StoredUse("operator", "o1", SINCE, UNTIL),
        StoredUse("machine", "m4", None, datetime(2000, 1, 1, tzinfo=ZONE)),
    ),
    skills_held=(StoredSkill("o1", "s1", SINCE, UNTIL),),
)  # fmt: skip


def test_a_machine_out_of_service_leaves_the_days_of_use_of_the_others() -> None:
    text = "Machine;Runs;From;Until\nM1;yes;;\nM2;yes;2027-01-11;\nM3;no;;2026-06-30\nM5;no;;\nM4;yes;;\n"
    given = {
        "rows": "machines", "in_service": "Runs", "out_of_service": "ended", "new_machines": "new",
        "group": "own",
    }  # fmt: skip
    both = given | {"active_from": "From", "active_to": "Until"}
    done, asked = read(text, both, PLANT)
    assert asked == set()
    assert rows(done, "machine", "code", "active_from", "active_to") == [
        ("M1", "", ""), ("M2", "2027-01-11 00:00", ""), ("M3", "", "2026-07-01 00:00"),
        ("M5", "", "2000-01-01 00:00"), ("M4", "", ""),
    ]  # fmt: skip
    done, asked = read(text, given | {"active_from": "none", "active_to": "none"}, PLANT)
    assert asked == set()
    assert rows(done, "machine", "code", "active_from", "active_to") == [
        ("M1", "2026-02-01T00:00+01:00", "2027-01-01T00:00+01:00"), ("M2", "", ""),
        ("M3", "", "2000-01-01 00:00"), ("M5", "", "2000-01-01 00:00"), ("M4", "", ""),
    ]  # fmt: skip


def test_a_last_day_alone_leaves_the_first_one_of_use_and_of_a_skill() -> None:
    text = "No;Name;Skill;Skill until;Leaves\n1;Ann;TURN;2027-06-30;2027-12-31\n"
    given = {
        "rows": "operators", "operator": "No", "skill_named": "Skill", "skill_until": "Skill until",
        "active_to": "Leaves", "active_to.day": "end",
    }  # fmt: skip
    done, asked = read(text, given, PLANT)
    assert asked == set()
    assert rows(done, "operator", "active_from", "active_to") == [
        ("2026-02-01T00:00+01:00", "2028-01-01 00:00")
    ]
    assert rows(done, "operator_skill", "valid_from", "valid_to") == [
        ("2026-02-01T00:00+01:00", "2027-07-01 00:00")
    ]


def test_a_column_that_is_said_to_be_something_else_is_no_skill() -> None:
    text = "Id;Name;Skill;At once\n1;Ann;TURN;2\n2;Bob;TURN;1\n3;Cy;TURN;1\n1;Ann;MILL;2\n"
    given = {
        "rows": "operators", "operator": "Id", "skill_named": "Skill", "max_parallel": "At once",
        "new_operators": "new",
    }  # fmt: skip
    done, asked = read(text, given, PLANT)
    assert not [key for key in asked if key.startswith("mark.")]
    assert len(rows(done, "operator_skill")) == 4


def test_half_a_day_is_asked_about_also_where_another_absence_has_times() -> None:
    text = (
        "Who;Kind;From;To;Days\nAnn;Vacation;2026-12-02;2026-12-02;0,5\n"
        "Ann;Vacation;2026-12-03 08:00;2026-12-03 12:00;0,5\n"
    )
    _, asked = read(text, {"rows": "absences"}, PLANT)
    assert asked == {"unused"}
    _, asked = read(text.replace("2026-12-02;2026-12-02", "2026-12-02 08:00;2026-12-02 12:00"), {}, PLANT)
    assert asked == set()


def test_a_last_day_ends_a_skill_only_where_the_plan_has_it_if_that_is_said() -> None:
    text = "No;Skill;Until\n1;Turning;2026-11-30\n1;Milling;2026-11-30\n2;Turning;2026-11-30\n2;Milling;\n"
    given = {
        "rows": "operators", "operator": "No", "skill_named": "Skill", "skill_until": "Until",
        "new_operators": "new",
    }  # fmt: skip
    done, asked = read(text, given, PLANT)
    assert (asked, len(rows(done, "operator_skill"))) == (set(), 4)
    done, asked = read(text, given | {"ended_skills": "only_held"}, PLANT)
    assert asked == set()
    assert rows(done, "operator_skill", "operator_id", "skill_id", "valid_to") == [
        ("o1", "s1", "2026-12-01 00:00"), ("2", "Milling", ""),
    ]  # fmt: skip
    told = [str(notice) for notice in done.findings.notices]
    assert any("the plan has no Milling of that person to end" in text for text in told)


def test_rows_that_wait_for_a_calendar_are_not_told_as_rows_of_a_skill_that_is_not_held() -> None:
    two = replace(PLANT, calendars=(*PLANT.calendars, replace(PLANT.calendars[0], id="late", code="late")))
    text = "No;Skill;Shift\n7;Turning;2sk\n"
    given = {"rows": "operators", "operator": "No", "skill_named": "Skill", "calendar": "Shift"}
    done, asked = read(text, given, two)
    assert asked == {"calendar.2sk"}
    assert "is not held" not in str(done.findings.notices)
    assert list(done.unread.values()) == [(2,)]
