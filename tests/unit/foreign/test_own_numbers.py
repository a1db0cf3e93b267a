"""Machines and people of a list that have a code and a number of another system."""

from dataclasses import replace

import pytest

from storage.exchange.problems import Problem
from storage.foreign.canonical import Canonical, Origin
from storage.foreign.shop_names import Named
from tests.unit.foreign.given_files import SHOP, read, rows

PLANT = replace(
    SHOP,
    machines=(
        Named("m1", "TC-01", "Lathe 1", "g", "day", "import", "10601"),
        Named("m2", "TC-02", "Lathe 2", "g", "day", "erp", "77"),
    ),
    work_centers=(Named("g", "TC", "Lathes", None, None, "import", "TC"),),
    operators=(Named("o1", "AS", "Ann Smith", None, "day", "import", "AS"),),
)
MACHINES = "Machine;Asset number;Group\n"
GIVEN = {"rows": "machines", "work_center": "Group"}


def test_a_new_machine_is_known_by_its_number_and_called_by_its_code() -> None:
    done, asked = read(MACHINES + "TC-01;10601;TC\nTC-02;10602;TC\nTC-04;10611;TC\n", GIVEN, PLANT)
    assert asked == set()
    assert done.layouts[0].header("machine_number") == "Asset number"
    assert rows(done, "machine", "id", "code", "source", "external_id") == [
        ("m1", "TC-01", "import", "10601"), ("m2", "TC-02", "erp", "77"), ("", "TC-04", "import", "10611"),
    ]  # fmt: skip


def test_a_machine_that_is_called_otherwise_is_that_of_its_number_and_shown() -> None:
    done, asked = read(MACHINES + "LATHE-A;10601;TC\n", GIVEN, PLANT)
    assert asked == set()
    assert rows(done, "machine", "id", "code", "external_id") == [("m1", "TC-01", "10601")]
    assert done.layouts[0].scope.decisions.made["machine.LATHE-A"].value == "TC-01"
    done, _ = read(MACHINES + "LATHE-A;10601;TC\n", GIVEN | {"machine.LATHE-A": "TC-02"}, PLANT)
    assert rows(done, "machine", "id") == [("m2",)]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("TC-02;10601;TC\n", "is TC-01 in the plan, and TC-02 is TC-02"),
        ("TC-01;10699;TC\n", "is not the number of TC-01 in the plan, which is 10601"),
        ("X1;5;TC\nX2;5;TC\n", "is the number of X2, and of X1 in another row"),
        ("X1;5;TC\nX1;6;TC\n", "is the number of X1, which has 5 in another row"),
    ],
)
def test_a_code_and_a_number_that_are_not_of_one_machine_are_an_error(text: str, reason: str) -> None:
    done, _ = read(MACHINES + text, GIVEN, PLANT)
    assert reason in [problem.reason for problem in done.findings.problems]


def test_a_new_person_has_a_code_and_a_number_and_a_skill_beside_them() -> None:
    text = "Sign;Personnel no;Name;Skill\nAS;137;Ann Smith;Turning\nIB;138;Ida Berg;Turning\n"
    given = {"rows": "operators", "operator": "Sign", "operator_name": "Name", "skill_named": "Skill"}
    done, asked = read(text, given, PLANT)
    assert asked == set()
    assert rows(done, "operator", "id", "code", "external_id") == [("o1", "AS", "AS"), ("", "IB", "138")]
    assert rows(done, "operator_skill", "operator_id") == [("o1",), ("138",)]


def test_a_number_is_not_taken_for_one_beside_a_code_unless_another_column_is_the_code() -> None:
    done, _ = read("Personnel no;Name\n138;Ida Berg\n", {"rows": "operators"}, PLANT)
    assert rows(done, "operator", "code", "external_id") == [("138", "138")]


def test_two_rows_of_one_identity_are_told_by_the_rows_of_the_file() -> None:
    canonical = Canonical()
    for number, place in ((10, "jobs.csv"), (14, "jobs.csv"), (3, "jobs.csv [B]")):
        canonical.add("downtime", {"external_id": "7"}, Origin(place, number))
    problem = Problem("downtime.csv", 3, "external_id", "7", "the same source, external_id as row 2", "")
    assert canonical.problem_at_origin(problem) == Problem(
        "jobs.csv", 14, "external_id", "7", "the same source, external_id as row 10", ""
    )
    told = canonical.problem_at_origin(replace(problem, row=4)).reason
    assert told == "the same source, external_id as row 10 of jobs.csv"
