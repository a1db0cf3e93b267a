"""Reports of pieces from the floor, as clocks and terminals write them."""

from dataclasses import replace
from datetime import UTC, datetime

from storage.foreign.decisions import Decisions
from storage.foreign.shop_names import ShopNames, StoredOperation, StoredOrder, StoredReport
from storage.foreign.tables import tables_of
from storage.foreign.transforming import Transformed, layouts_of, transform
from tests.unit.foreign.given_files import SHOP, rows
from tests.unit.foreign.test_files import text_of

OPERATIONS = {("A", 10): "a10", ("A", 20): "a20", ("B", 10): "b10"}
ALL = ("operation_id", "at", "good", "scrap")


def shop(*told: tuple[str, int, datetime, int, int]) -> ShopNames:
    """A shop with orders A and B of 100 pieces, and what its plan was told of them."""
    reports: dict[tuple[str, int], list[StoredReport]] = {}
    for code, seq, at, good, scrap in told:
        reports.setdefault((code, seq), []).append(StoredReport(code, seq, at, good, scrap))
    return replace(
        SHOP,
        operations={
            (code, seq): StoredOperation(code, seq, name, "import", None)
            for (code, seq), name in OPERATIONS.items()
        },
        orders={code: StoredOrder(code, code, 100, "import", None) for code in "AB"},
        reports=reports,
    )


def read(
    text: str, answers: dict[str, str] | None = None, whose: ShopNames | None = None
) -> tuple[Transformed, Decisions]:
    decisions = Decisions(answers or {})
    layouts = layouts_of(tables_of(text_of(text)), decisions)
    done = transform(layouts, decisions, whose or shop(), file="file", sheets=1)
    return done, decisions


def test_a_list_of_reports_is_known_by_its_headers_and_asks_whether_pieces_are_totals() -> None:
    text = (
        "Auftrag;AG;Buchungszeit;Gutmenge;Ausschuss\n"
        "A;10;12.11.2026 11:30:17;12;1\nA;10;12.11.2026 22:45:59;14;\nA;20;13.11.2026 06:00;5;-\n"
    )
    done, decisions = read(text)
    assert set(decisions.questions) == {"pieces"}
    done, decisions = read(text, {"pieces": "line"})
    assert (set(decisions.questions), done.findings.problems) == (set[str](), [])
    assert decisions.made["rows"].value == "reports"
    assert rows(done, "progress", *ALL) == [
        ("a10", "2026-11-12 11:30", "12", "1"), ("a10", "2026-11-12 22:45", "14", "0"),
        ("a20", "2026-11-13 06:00", "5", "0"),
    ]  # fmt: skip
    assert "seconds of times are left away" in str(done.findings.notices)


def test_of_totals_what_is_new_beside_the_plan_is_reported() -> None:
    at = datetime(2026, 11, 12, 10, 30, tzinfo=UTC)  # 11:30 in Berlin
    text = "Job;Op;Reported;Good;Scrap\nA;10;2026-11-12 11:30;12;1\nA;10;2026-11-12 22:45;26;1\n"
    told = shop(("A", 10, at, 12, 1))
    done, _ = read(text + "A;10;2026-11-13 06:00;26;4\n", {"pieces": "total"}, told)
    assert rows(done, "progress", *ALL) == [
        ("a10", "2026-11-12 11:30", "12", "1"), ("a10", "2026-11-12 22:45", "14", "0"),
        ("a10", "2026-11-13 06:00", "0", "3"),
    ]  # fmt: skip
    done, _ = read(text + "A;10;2026-11-13 06:00;20;4\n", {"pieces": "total"}, told)
    assert "is less than the 26 that were reported of A/10 before" in str(done.findings.problems[0])
    early = text.replace("11:30;12;1", "11:00;5;1")
    done, _ = read(early, {"pieces": "total"}, told)
    assert "is before what the plan was told of A/10 later" in str(done.findings.problems[0])


def test_what_speaks_for_a_total_is_told_with_the_question() -> None:
    head = "Job;Op;Reported;Good;Scrap\nA;10;2026-11-12 11:30;60;1\n"
    for row, suggested in (("80", "total"), ("30", "line"), ("61", "total")):
        _, decisions = read(f"{head}A;10;2026-11-12 12:30;{row};1\n")
        assert decisions.questions["pieces"].suggested == suggested
    _, decisions = read("OF;Phase;Date;Heure;Cumul bonnes\nA;10;13/11/2026;11:30:10;60\n")
    assert decisions.made["rows"].value == "reports"
    assert decisions.questions["pieces"].suggested == "total"
    done, _ = read(f"{head}A;10;2026-11-12 12:30;80;1\n", {"pieces": "line"})
    assert "the reports of A/10 come to 140 good pieces, and its order is of 100" in str(
        done.findings.notices
    )


def test_lines_without_pieces_are_no_reports_and_day_and_time_may_be_apart() -> None:
    text = (
        "Date,Clock In,Clock Out,Job,Oper,Hrs,Good,Scrap,Type\n"
        "11/12/26,6:00a,11:30a,A,10,5.50,12,1,R\n11/12/26,11:30a,2:30p,,,3.00,,,I\n"
        "11/13/26,6:00a,7:05a,A,10,1.08,0,0,S\n11/13/26,10:05p,2:10a,A,10,4.08,,3,R\n"
    )
    answers = {"rows": "reports", "pieces": "line", "unused": "leave"}
    done, decisions = read(text, answers)
    assert (set(decisions.questions), done.findings.problems) == (set[str](), [])
    assert rows(done, "progress", *ALL) == [
        ("a10", "2026-11-12 11:30", "12", "1"), ("a10", "2026-11-14 02:10", "0", "3"),
    ]  # fmt: skip
    assert "rows that say no pieces are no reports: 2 (3, 4)" in str(done.findings.notices)


def test_a_report_that_the_plan_has_otherwise_is_asked_about_and_never_changed() -> None:
    at = datetime(2026, 11, 12, 10, 30, tzinfo=UTC)
    text = "Job;Op;Reported;Good;Scrap\nA;10;2026-11-12 11:30;12;1\nA;10;2026-11-12 12:30;1;0\n"
    told = shop(("A", 10, at, 10, 1))
    _, decisions = read(text, {}, told)
    assert set(decisions.questions) == {"pieces"}
    done, decisions = read(text, {"pieces": "line"}, told)
    assert set(decisions.questions) == {"reports_differ"}
    asked = decisions.questions["reports_differ"].text
    assert "row 2: A/10 at 2026-11-12 11:30 is 12 good and 1 scrap, and the plan says 10 and 1" in asked
    done, _ = read(text, {"pieces": "line", "reports_differ": "keep"}, told)
    assert rows(done, "progress", *ALL) == [("a10", "2026-11-12 12:30", "1", "0")]
    assert "the plan's stays" in str(done.findings.notices)
    done, decisions = read(text, {"pieces": "line"}, shop(("A", 10, at, 12, 1)))
    assert not decisions.questions
    assert len(rows(done, "progress", *ALL)) == 2


def test_rows_of_one_minute_are_added_or_count_once_as_their_numbers_or_a_person_say() -> None:
    head = "Job;Op;Reported;Good;Scrap;Report no\n"
    text = head + "A;10;2026-11-12 11:30;12;1;\nA;10;2026-11-12 11:30;12;1;\n"
    _, decisions = read(text, {"pieces": "line"})
    assert "A/10 at 2026-11-12 11:30 in rows 2 and 3" in decisions.questions["same_time"].text
    for answer, pieces in (("add", ("24", "2")), ("once", ("12", "1"))):
        done, _ = read(text, {"pieces": "line", "same_time": answer})
        assert rows(done, "progress", "good", "scrap") == [pieces]
    numbered = (
        head + "A;10;2026-11-12 11:30;12;1;7\nA;10;2026-11-12 11:30;3;0;8\nA;10;2026-11-12 11:30;3;0;8\n"
    )
    done, decisions = read(numbered, {"pieces": "line"})
    assert (set(decisions.questions), rows(done, "progress", "good", "scrap")) == (set[str](), [("15", "1")])
    assert "report 8 is in row 3 already, and counts once" in str(done.findings.notices)
    done, _ = read(numbered.replace("3;0;8\n", "4;0;8\n", 1), {"pieces": "line"})
    assert "is in row 3 too, which says something else" in str(done.findings.problems)


def test_reports_of_operations_that_nobody_has_are_left_out_only_when_it_is_said() -> None:
    text = "Job;Op;Reported;Good\nA;10;2026-11-12;12\nZ;10;2026-11-12;1\n"
    _, decisions = read(text, {"pieces": "line", "reported.day": "end"})
    assert "Z/10 (row 3)" in decisions.questions["unknown_operations"].text
    answers = {"pieces": "line", "reported.day": "end", "unknown_operations": "leave_out"}
    done, decisions = read(text, answers)
    assert not decisions.questions
    assert rows(done, "progress", *ALL) == [("a10", "2026-11-13 00:00", "12", "0")]
    assert "its report is left out" in str(done.findings.notices)


def test_an_order_book_with_what_is_done_is_no_list_of_reports() -> None:
    text = "Job;Op;Machine;Run min/pc;Qty;Due;Good qty;Scrap\nA;10;M1;2;100;2026-12-11;12;0\n"
    _, decisions = read(text)
    assert decisions.made["rows"].value == "operations"
    assert "good" not in decisions.made


def test_only_of_several_columns_keeps_the_rows_that_fit_each_of_them() -> None:
    text = (
        "Job;Op;Reported;Good;Type;Posted\nA;10;2026-11-12 11:30;12;R;Y\nA;10;2026-11-12 12:30;6;R;N\n"
        "A;10;2026-11-12 13:30;4;W;Y\nA;10;2026-11-12 14:30;5;X;Y\n"
    )
    done, _ = read(text, {"pieces": "line", "only": "Type=R; Type=X; Posted=Y"})
    assert rows(done, "progress", "good") == [("12",), ("5",)]


def test_scrap_of_several_columns_is_added_up() -> None:
    text = (
        "Order;Op;Reported;Good;Scrap material;Scrap process\n"
        "A;10;2026-11-12 11:30;12;1;2\nA;10;2026-11-12 12:30;0;;3\nA;10;2026-11-12 13:30;5;;\n"
        "A;10;2026-11-12 14:30;5;x;1\n"
    )
    given = {"rows": "reports", "pieces": "line", "good": "Good", "scrap": "Scrap material; Scrap process"}
    done, decisions = read(text, given)
    assert set(decisions.questions) == set()
    assert [row[2:] for row in rows(done, "progress", *ALL)] == [("12", "3"), ("0", "3"), ("5", "0")]
    assert [(problem.row, problem.value) for problem in done.findings.problems] == [(5, "x")]
