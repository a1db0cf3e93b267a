"""Units and bases of times that columns say row by row."""

from dataclasses import replace

import pytest

from storage.foreign.shop_names import Named
from tests.unit.foreign.given_files import SHOP, read, rows

HEAD = "Job;Qty;Due;Op;Machine;Setup;Run;ZE"
FIRST = "A;10;2026-12-07;10;M1;30;6;MIN\n"
ANSWERS = {"new_machines": "new", "calendar": "day", "setup.unit": "{ZE}", "run.unit": "{ZE}"}


def times(text: str, answers: dict[str, str]) -> tuple[list[tuple[str, ...]], set[str], list[str]]:
    done, asked = read(text, {**ANSWERS, **answers})
    found = rows(done, "operation", "setup_min", "run_s_per_piece")
    return found, asked, [str(problem) for problem in done.findings.problems]


def test_a_column_of_units_is_proposed_and_read_row_by_row() -> None:
    text = f"{HEAD}\n{FIRST}B;10;2026-12-07;10;M1;1;2;STD\nC;10;2026-12-07;10;M1;90;45;S\n"
    done, asked = read(text, {"new_machines": "new", "calendar": "day"})
    assert asked == {"setup.unit", "run.unit"}
    question = done.layouts[0].scope.decisions.questions["run.unit"]
    assert question.suggested == "{ZE}"
    assert times(text, {})[1] == {"run.base"}
    assert times(text, {"run.base": "piece"})[0] == [("30", "360"), ("60", "7200"), ("2", "45")]
    assert times(text, {"run.base": "total"})[0] == [("30", "36"), ("60", "720"), ("2", "5")]


def test_a_column_of_the_base_is_asked_about_even_where_the_header_names_a_unit() -> None:
    head = "Job;Qty;Due;Op;Machine;Run min/pc;Basismenge"
    text = f"{head}\nA;10;2026-12-07;10;M1;6;1\nB;10;2026-12-07;10;M1;250;100\nC;10;2026-12-07;10;M1;30;Los\n"
    given = {"new_machines": "new", "calendar": "day"}
    assert read(text, given)[1] == {"run.base"}
    done, asked = read(text, {**given, "run.base": "{Basismenge}"})
    assert asked == set()
    assert rows(done, "operation", "run_s_per_piece") == [("360",), ("150",), ("180",)]


def test_numbers_that_a_run_time_says_of_itself_are_asked_about_as_its_base() -> None:
    head = "Job;Qty;Due;Op;Machine;Run min/pc;Run min/pc.Ref"
    text = f"{head}\nA;10;2026-12-07;10;M1;6;\nB;10;2026-12-07;10;M1;250;100\n"
    given = {"new_machines": "new", "calendar": "day", "run": "Run min/pc"} | {
        "replace.Run min/pc.Ref": " -> 1"
    }
    assert read(text, given)[1] == {"run.base"}
    done, asked = read(text, {**given, "run.base": "{Run min/pc.Ref}"})
    assert asked == set()
    assert rows(done, "operation", "run_s_per_piece") == [("360",), ("150",)]


def test_a_unit_that_is_not_known_is_asked_about_and_a_row_without_one_is_an_error() -> None:
    text = f"{HEAD}\n{FIRST}B;10;2026-12-07;10;M1;1;2;xh\nC;10;2026-12-07;10;M1;1;2;\n"
    found, asked, problems = times(text, {"run.base": "piece"})
    assert (asked, len(problems)) == ({"unit.xh"}, 2)
    assert found[0] == ("30", "360")
    assert times(text, {"run.base": "piece", "unit.xh": "h"})[0][1] == ("60", "7200")


@pytest.mark.parametrize(("unit", "minutes"), [("d", "7200"), ("wd", "10080")])
def test_working_days_of_work_outside_are_five_a_week(unit: str, minutes: str) -> None:
    text = "Job;Qty;Due;Op;Machine;Run min/pc;Ext;Days\nA;10;2026-12-07;10;;;x;5\nB;10;2026-12-07;10;M1;1;;\n"
    answers = {"new_machines": "new", "calendar": "day", "elsewhere": "Ext", "elsewhere_time": "Days"}
    done, asked = read(text, {**answers, "elsewhere_time.unit": unit, "mark.x": "yes"})
    assert asked == set()
    assert rows(done, "operation", "subcontract_minutes")[0] == (minutes,)


def test_days_in_a_column_of_units_are_asked_about_and_rows_that_wait_for_it_are_told() -> None:
    plant = replace(SHOP, machines=(Named("m1", "M1", "M1", None, "day", "import", "M1"),))
    text = (
        "Machine;From;For;Un;Kind\nM1;2026-12-07 06:00;2;d;breakdown\nM1;2026-12-10 06:00;90;min;breakdown\n"
    )
    given = {"rows": "downtimes", "downtime_kind": "Kind", "title": "none", "length": "For"}
    done, asked = read(text, given, plant)
    assert asked == {"length.unit"}
    assert done.layouts[0].scope.decisions.questions["length.unit"].suggested == "{Un}"
    done, asked = read(text, given | {"length.unit": "{Un}"}, plant)
    assert asked == {"unit.d"}
    assert done.layouts[0].scope.decisions.questions["unit.d"].suggested == "d"
    assert list(done.unread.values()) == [(2,)]
    done, asked = read(text, given | {"length.unit": "{Un}", "unit.d": "d"}, plant)
    assert rows(done, "downtime", "start", "end") == [
        ("2026-12-07 06:00", "2026-12-09 06:00"), ("2026-12-10 06:00", "2026-12-10 07:30"),
    ]  # fmt: skip


def test_numbers_without_a_unit_among_written_ones_are_asked_about_once() -> None:
    plant = replace(SHOP, machines=(Named("m1", "M1", "M1", None, "day", "import", "M1"),))
    text = "Machine;From;For\nM1;2026-12-07 06:00;2 d\nM1;2026-12-10 06:00;4\nM1;2026-12-11 06:00;90 min\n"
    given = {"rows": "downtimes", "downtime": "breakdown", "title": "none", "length": "For"}
    done, asked = read(text, given | {"length.unit": "written"}, plant)
    assert (asked, done.findings.problems, list(done.unread.values())) == ({"unit.(bare)"}, [], [(3,)])
    done, asked = read(text, given | {"length.unit": "written", "unit.(bare)": "h"}, plant)
    assert (asked, [end for (end,) in rows(done, "downtime", "end")]) == (
        set(), ["2026-12-09 06:00", "2026-12-10 10:00", "2026-12-11 07:30"],
    )  # fmt: skip
