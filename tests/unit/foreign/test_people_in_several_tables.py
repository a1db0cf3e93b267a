"""People of whom one sheet says when they work, and another what they can do."""

from dataclasses import replace

from storage.foreign.grid import Grid
from storage.foreign.shop_names import Named
from storage.foreign.tables import tables_of
from tests.unit.foreign.given_files import SHOP, read, rows
from tests.unit.foreign.test_shaping import sheet_of

TWO_SHIFTS = replace(
    SHOP, calendars=(*SHOP.calendars, Named("late", "late", "Late", None, "late", "import", None))
)
SKILLS = sheet_of("Number;What;Level", "117;TURN;2", "172;MILL;1", name="Skills")
STAFF = sheet_of("Number;Name;Shift;At once", "117;Ana;1;2", "172;Bor;2;", "180;Eva;1;3", name="Staff")
GIVEN = {
    "Skills!rows": "operators", "Staff!rows": "operators", "Skills!join.Code": "0{Number}",
    "Staff!join.Code": "0{Number}", "Skills!operator": "Code", "Staff!operator": "Code",
    "Staff!operator_name": "Name", "Staff!calendar": "Shift", "Skills!skill_named": "What",
    "Skills!skill_level": "Level", "Staff!join.One": "1", "Staff!join.Machines": "{At once|One}",
    "Staff!max_parallel": "Machines", "new_operators": "new", "calendar.1": "day", "calendar.2": "day",
    "level.1": "yes", "level.2": "yes", "unused": "leave", "new_machines": "new", "skill.TURN": "new",
    "skill.MILL": "new",
}  # fmt: skip


def test_numbers_of_which_columns_are_made_are_no_marks_and_a_shift_of_another_sheet_is_not_asked() -> None:
    done, asked = read(tables_of(Grid("workbook", (SKILLS, STAFF))), GIVEN, TWO_SHIFTS)
    assert (asked, done.findings.problems) == (set(), [])
    people = rows(done, "operator", "code", "name", "calendar_id", "max_parallel")
    assert people == [("0117", "Ana", "day", "2"), ("0172", "Bor", "day", "1"), ("0180", "Eva", "day", "3")]
    assert len(rows(done, "operator_skill")) == 2


def test_of_whom_no_sheet_says_the_shift_is_named_in_the_question() -> None:
    sheets = (sheet_of("Number;What;Level", "117;TURN;2", "201;MILL;1", name="Skills"), STAFF)
    done, asked = read(tables_of(Grid("workbook", sheets)), GIVEN, TWO_SHIFTS)
    assert asked == {"no_shift"}
    question = done.layouts[0].scope.decisions.questions["no_shift"]
    assert "such as 0201 in row 3" in question.text
