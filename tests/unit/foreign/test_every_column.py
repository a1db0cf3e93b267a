"""What the product's own format can hold, a foreign file can say; what it cannot is named with its reason."""

from dataclasses import replace

from storage.exchange.entities import ENTITIES
from storage.foreign.fields import ROWS
from storage.foreign.shop_names import Named, StoredUse
from tests.unit.foreign.given_files import SHOP, read, rows
from tests.unit.foreign.test_reports import read as read_into

# Kind of rows and field, by file and column of the product's own format.
SAID = {
    "calendar": {"name": "operators.calendar"},
    "calendar_shift": {
        "calendar_id": "shifts.calendar", "weekday": "shifts.weekday", "start_local": "shifts.start",
        "end_local": "shifts.end", "ends_next_day": "shifts.end", "breaks": "shifts.break_time",
    },
    "skill": {"code": "operators.skill", "name": "operators.skill_named"},
    "work_center": {
        "code": "machines.work_center", "name": "machines.work_center_name",
        "skill_id": "machines.work_center_skill",
    },
    "machine": {
        "code": "machines.machine", "name": "machines.machine_name", "work_center_id": "machines.work_center",
        "calendar_id": "machines.calendar", "active_from": "machines.active_from",
        "active_to": "machines.active_to",
    },
    "operator": {
        "code": "operators.operator", "name": "operators.operator_name", "calendar_id": "operators.calendar",
        "max_parallel": "operators.max_parallel", "active_from": "operators.active_from",
        "active_to": "operators.active_to",
    },
    "operator_skill": {
        "operator_id": "operators.operator", "skill_id": "operators.skill",
        "valid_from": "operators.skill_from", "valid_to": "operators.skill_until",
    },
    "absence": {
        "operator_id": "absences.operator", "start": "absences.start", "end": "absences.end",
        "start_date": "absences.day", "end_date": "absences.back", "kind": "absences.absence_kind",
        "external_id": "absences.absence_number",
    },
    "downtime": {
        "machine_id": "downtimes.machine", "start": "downtimes.start", "end": "downtimes.end",
        "kind": "downtimes.downtime_kind", "note": "downtimes.title", "external_id": "downtimes.number",
    },
    "calendar_exception": {
        "kind": "closures.overtime", "name": "closures.title", "calendar_id": "closures.calendar",
        "machine_id": "closures.machine", "operator_id": "closures.operator",
        "production_date": "closures.day", "start": "closures.start", "end": "closures.end",
        "external_id": "closures.closure_number",
    },
    "production_order": {
        "code": "orders.order", "external_id": "orders.order", "customer": "orders.customer",
        "quantity": "orders.quantity", "due_date": "orders.due", "due_at": "orders.due",
        "release_at": "orders.release", "priority": "orders.priority", "status": "orders.status",
        "quote_expires_at": "orders.quote_expires",
    },
    "operation": {
        "order_id": "operations.order", "seq": "operations.operation", "name": "operations.operation_name",
        "predecessor_ids": "operations.predecessors", "setup_min": "operations.setup",
        "run_s_per_piece": "operations.run", "attendance": "operations.attendance",
        "splittable": "operations.splittable", "min_wait_after_min": "operations.wait_after",
        "subcontract_minutes": "operations.elsewhere_time",
    },
    "operation_alternative": {
        "operation_id": "operations.operation", "machine_id": "operations.alternative_machine",
        "setup_min": "operations.alternative_setup", "run_s_per_piece": "operations.alternative_run",
    },
    "material_requirement": {
        "operation_id": "materials.operation", "item": "materials.item", "qty": "materials.needed",
        "available_at": "materials.available", "external_id": "materials.material_number",
    },
    "progress": {
        "operation_id": "reports.operation", "at": "reports.reported", "good": "reports.good",
        "scrap": "reports.scrap",
    },
    "booking": {
        "operation_id": "bookings.operation", "quote_id": "held.quote", "machine_id": "bookings.machine",
        "envelope_start": "bookings.start", "envelope_end": "bookings.end",
        "status": "bookings.booking_status", "locked": "bookings.locked",
        "external_id": "bookings.booking_number",
    },
    "booking_segment": {
        "booking_id": "bookings.booking_number", "start": "bookings.start", "end": "bookings.end",
        "operator_id": "bookings.operator",
    },
}  # fmt: skip
_BY_NAME = "known by its name or code, of which its key is made"
NOT_SAID = {
    "tenant_settings": {"*": "the shop itself: a foreign file comes into a shop that is there"},
    "operation": {
        "milestone": "what takes no time becomes one",
        "external_id": "known by its order and number",
    },
    "operation_alternative": {"preference": "as the row names them, or the answer `preference`"},
    "booking": {"waived_conflict": "follows from what lies over one another on a board"},
    **{
        name: {"external_id": _BY_NAME}
        for name in ("calendar", "skill", "work_center", "machine", "operator")
    },
    "*": {
        "id": "the plan's own; the file's keys are external",
        "source": "the answer `source`: the file is of one system",
    },
}


def test_every_column_of_the_own_format_is_a_field_or_a_named_exception() -> None:
    forgotten, twice, unknown = list[str](), list[str](), list[str]()
    for entity in ENTITIES:
        said, not_said = SAID.get(entity.name, {}), NOT_SAID.get(entity.name, {}) | NOT_SAID["*"]
        unknown += [f"{entity.name}.{name}" for name in said if name not in entity.column_names]
        for column in entity.column_names:
            is_said, is_not = column in said, column in not_said or "*" in not_said
            forgotten += [f"{entity.name}.{column}"] if not is_said and not is_not else []
            twice += [f"{entity.name}.{column}"] if is_said and is_not else []
    assert (forgotten, twice, unknown) == ([], [], [])


def test_what_says_a_column_is_a_field_of_its_kind_of_rows() -> None:
    fields = {field for columns in SAID.values() for field in columns.values()}
    assert [found for found in fields if found.partition(".")[2] not in ROWS[found.partition(".")[0]]] == []


def test_people_say_how_many_machines_they_look_after_and_from_when_they_have_a_skill() -> None:
    text = (
        "No;Name;Shift;Machines at once;Skill;Since;Until\n"
        "1;Ann;day;2;Mill;2026-01-05;2027-03-31\n2;Bob;day;;Mill;;\n3;Cy;day;1;Mill;2026-02-01;\n"
    )
    shop = replace(
        SHOP,
        operators=(Named("o2", "2", "Bob", None, "day", "import", None),),
        in_use=(StoredUse("operator", "o2", max_parallel=3),),
    )
    answers = {
        "rows": "operators", "operator": "No", "calendar": "Shift", "skill_named": "Skill",
        "skill_from": "Since", "skill_until": "Until", "skill": "none",
        "new_operators": "new", "skill_until.(empty)": "held",
    }  # fmt: skip
    done, decisions = read_into(text, answers, shop)
    assert (set(decisions.questions), done.findings.problems) == (set[str](), [])
    assert decisions.made["max_parallel"].value == "Machines at once"
    assert rows(done, "operator", "code", "max_parallel") == [("1", "2"), ("2", "3"), ("3", "1")]
    assert rows(done, "operator_skill", "operator_id", "valid_from", "valid_to") == [
        ("1", "2026-01-05 00:00", "2027-04-01 00:00"), ("o2", "", ""), ("3", "2026-02-01 00:00", ""),
    ]  # fmt: skip


def test_operations_name_those_before_them() -> None:
    text = (
        "Job;Qty;Due;Op;Machine;Run min/pc;Predecessors\n"
        "A;10;2026-12-11;10;M1;2;0\nA;10;2026-12-11;20;M1;1;-\n"
        "A;10;2026-12-11;30;M1;1;OP 10, 20\nA;10;2026-12-11;40;M1;1;\nA;10;2026-12-11;50;M1;1;A-30\n"
    )
    done, asked = read(text, {"new_machines": "new", "calendar": "day", "unused": "leave"})
    assert (asked, done.findings.problems) == (set(), [])
    assert rows(done, "operation", "predecessor_ids") == [
        ("none",), ("none",), ("A/10; A/20",), ("",), ("A/30",),
    ]  # fmt: skip
    done, _ = read(text.replace("A-30", "saw"), {"new_machines": "new", "calendar": "day"})
    assert "names no operations of its order" in str(done.findings.problems)


def test_a_list_of_machines_says_what_skill_their_groups_need() -> None:
    text = "Machine;Group;Shift;Required skill\nM1;MILLS;day;Mill\nM2;MILLS;day;Mill\nM3;OLD;day;Lathe\n"
    shop = replace(SHOP, work_centers=(Named("w1", "OLD", "Old ones", None, None, "erp", "9"),))
    done, decisions = read_into(text, {"rows": "machines", "group": "own", "unused": "leave"}, shop)
    assert (set(decisions.questions), done.findings.problems) == (set[str](), [])
    assert rows(done, "work_center", "id", "code", "name", "skill_id") == [
        ("", "MILLS", "MILLS", "Mill"), ("w1", "OLD", "Old ones", "Lathe"),
    ]  # fmt: skip
    done, _ = read_into(text.replace("M2;MILLS;day;Mill", "M2;MILLS;day;Saw"), {"rows": "machines"}, shop)
    assert "row 2 says otherwise of the same work center" in str(done.findings.problems)


def test_an_absence_is_known_by_its_number() -> None:
    text = "Employee;From;To;Reason;Request no\n7;2026-12-07;2026-12-08;vacation;R-1\n"
    shop = replace(SHOP, operators=(Named("o7", "7", "Ann", None, "day", "import", None),))
    done, decisions = read_into(text, {"rows": "absences"}, shop)
    assert (set(decisions.questions), done.findings.problems) == (set[str](), [])
    assert rows(done, "absence", "external_id", "start_date") == [("R-1", "2026-12-07")]


def test_headers_without_latin_letters_are_known_words_too() -> None:
    text = "社員番号;氏名;持台数\n101;佐藤;2\n102;鈴木;1\n"
    answers = {"rows": "operators", "operator": "社員番号", "operator_name": "氏名", "no_shift": "day"}
    done, asked = read(text, answers | {"names": "as_written"})
    assert (asked, rows(done, "operator", "max_parallel")) == (set(), [("2",), ("1",)])
