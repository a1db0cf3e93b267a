"""Closed days and overtime of one machine or person, by their numbers in the system that they come from."""

from tests.unit.foreign.given_files import read, rows

TEXT = (
    "No;Type;From;To;Place;Person\n"
    "495;extra;2026-12-05 06:00;2026-12-05 12:00;M1;\n"
    "503;closed;2026-12-07;2026-12-07;;Ann\n"
    "508;closed;2026-12-09 12:00;2026-12-09 14:00;M1;\n"
    "508;closed;2026-12-09 12:00;2026-12-09 14:00;M2;\n"
)
GIVEN = {
    "rows": "closures", "closure_number": "No", "start": "From", "end": "To", "overtime": "Type",
    "mark.extra": "yes", "mark.closed": "no", "machine": "Place", "operator": "Person",
    "title": "none", "source": "clock",
}  # fmt: skip


def test_a_closed_day_or_overtime_may_be_of_one_machine_or_person_and_has_its_number() -> None:
    done, asked = read(TEXT, GIVEN)
    assert asked <= {"new_machines", "new_operators"}
    done, asked = read(TEXT, GIVEN | dict.fromkeys(sorted(asked), "new"))
    numbers = [number for (number,) in rows(done, "calendar_exception", "external_id")]
    assert numbers[:2] == ["495", "503"]
    assert [number.split()[0] for number in numbers[2:]] == ["508", "508"]
    assert len(set(numbers)) == len(numbers)
    assert "name" not in done.canonical.columns("calendar_exception")  # the plan's own stay
    told = rows(done, "calendar_exception", "kind", "machine_id", "operator_id", "calendar_id")
    assert [(kind, bool(machine), bool(person), calendar) for kind, machine, person, calendar in told] == [
        ("overtime", True, False, ""), ("closure", False, True, ""), ("closure", True, False, ""),
        ("closure", True, False, ""),
    ]  # fmt: skip


def test_a_row_of_somebody_who_is_nobody_of_the_shop_is_left_out_and_told() -> None:
    done, _ = read(TEXT, GIVEN | {"new_operators": "nobody", "new_machines": "new"})
    told = [notice.text for notice in done.findings.notices if notice.row == 3]
    assert told == ["Ann is nobody of the shop; it is left out"]
    assert len(rows(done, "calendar_exception")) == 3


def test_a_downtime_keeps_the_note_of_the_plan_where_the_file_has_none() -> None:
    text = "Machine;From;To;Why\nM1;2026-12-05 06:00;2026-12-05 12:00;Inspection\n"
    given = {
        "rows": "downtimes", "machine": "Machine", "start": "From", "end": "To", "downtime": "maintenance",
        "title": "none", "unused": "leave", "new_machines": "new",
    }  # fmt: skip
    done, asked = read(text, given)
    assert (asked, len(rows(done, "downtime")), "note" in done.canonical.columns("downtime")) == (
        set(),
        1,
        False,
    )
    done, asked = read(text, given | {"title": "Why", "downtime.Inspection": "maintenance"})
    assert (asked, rows(done, "downtime", "note")) == (set(), [("Inspection",)])
