"""What the plan has already, under another number or system, and what a file says nothing of."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from leadhand.errors import InvalidRequest
from storage.foreign.areas import placed_tables
from storage.foreign.decisions import Decisions
from storage.foreign.delimited import read_text
from storage.foreign.fixed_width import fixed_width_rows
from storage.foreign.grid import Grid
from storage.foreign.shop_names import (
    Named,
    ShopNames,
    StoredBooking,
    StoredMaterial,
    StoredOperation,
    StoredOrder,
)
from storage.foreign.tables import tables_of
from tests.unit.foreign.given_files import SHOP, read, rows
from tests.unit.foreign.test_files import text_of


def _at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def _booking(code: str, seq: int, key: str, *more: str, who: tuple[str, ...] = ("p1",)) -> StoredBooking:
    source, number = more
    opens, closes = _at("2026-12-07 05:00"), _at("2026-12-07 06:00")
    return StoredBooking(
        code, seq, key, source, number or None, "m1", "M1", opens, closes, "planned", who
    )  # fmt: skip


PLAN: ShopNames = replace(
    SHOP,
    machines=(
        Named("m1", "M1", "One", "w", "day", "ERP", "1"), Named("m2", "M2", "Two", "w", "day", "ERP", "2"),
    ),
    orders={"A": StoredOrder("o1", "A", 5, "ERP", "700"), "700": StoredOrder("o1", "A", 5, "ERP", "700")},
    operations={
        ("A", 10): StoredOperation("A", 10, "a10", "ERP", "700-10", setup_min=5, run_s_per_piece=60),
        ("A", 20): StoredOperation("A", 20, "a20", "ERP", "700-20", subcontract_minutes=10080),
    },
    other_names={"700": "A"},
)  # fmt: skip
BOARD = "No;Job;Op;Machine;Start;End\n"
BOOKED = {"rows": "bookings", "booking_number": "No"}


def _with_bookings(*bookings: StoredBooking) -> ShopNames:
    return replace(PLAN, bookings={("A", 10): bookings})


def test_a_booking_is_known_by_its_number_whichever_system_it_came_from_and_keeps_who_works() -> None:
    plan = _with_bookings(_booking("A", 10, "k1", "plan", "B-1"))
    text = f"{BOARD}B-1;A;10;M2;2026-12-08 06:00;2026-12-08 07:00\n"
    done, asked = read(text, BOOKED | {"source": "MES"}, plan)
    assert (asked, rows(done, "booking", "id", "source", "external_id")) == (set(), [("k1", "plan", "B-1")])
    assert rows(done, "booking_segment", "booking_id", "operator_id") == [("k1", "p1")]
    new = f"{BOARD}B-2;A;10;M2;2026-12-08 06:00;2026-12-08 07:00\n"
    done, _ = read(new, BOOKED | {"source": "MES", "replace_bookings": "no"}, plan)
    assert rows(done, "booking", "id", "source", "external_id") == [("", "import", "B-2")]


def test_the_only_booking_of_an_operation_moves_and_one_of_several_people_is_told() -> None:
    text = f"{BOARD};A;10;M1;2026-12-08 06:00;2026-12-08 07:00\n"
    plan = _with_bookings(_booking("A", 10, "k1", "app", ""))
    assert read(text, BOOKED, plan)[1] == {"replace_bookings"}
    done, _ = read(text, BOOKED | {"replace_bookings": "yes"}, plan)
    assert (rows(done, "booking", "id"), done.canonical.replaced) == ([("k1",)], [])
    assert rows(done, "booking_segment", "operator_id") == [("p1",)]
    two = _with_bookings(_booking("A", 10, "k1", "app", "", who=("p1", "p2")))
    done, _ = read(text, BOOKED | {"replace_bookings": "yes"}, two)
    assert rows(done, "booking_segment", "operator_id") == [("",)]
    assert "1 bookings of the plan are done by several people in turn" in str(done.findings.notices)


def test_time_that_is_held_is_known_by_its_number_or_its_quote() -> None:
    held = replace(_booking("Q-1", 0, "k5", "app", "H-5"), status="held", operators=None)
    plan = replace(PLAN, held={"Q-1": (held,)})
    text = "No;Quote;Machine;From;To\nH-5;Q-1;M2;2026-12-09 06:00;2026-12-09 12:00\n"
    done, asked = read(text, {"rows": "held", "booking_number": "No", "source": "CRM"}, plan)
    assert (asked, rows(done, "booking", "id", "machine_id", "quote_id")) == (set(), [("k5", "m2", "Q-1")])
    given = {"rows": "held", "unused": "leave"}
    assert read(text, given, plan)[1] == {"replace_bookings"}
    done, _ = read(text, given | {"replace_bookings": "yes"}, plan)
    assert rows(done, "booking", "id") == [("k5",)]
    done, _ = read(text, given | {"replace_bookings": "no"}, plan)
    assert rows(done, "booking", "id", "external_id") == [("", "import:held Q-1/1")]


HELD_ROWS = """No;Quote;Machine;From;To;Firm;State
H-5;Q-1;M2;2026-12-09 06:00;2026-12-09 14:00;;open
H-5;Q-1;M2;2026-12-10 06:00;2026-12-10 08:30;yes;open
H-6;Q-1;M1;2026-12-09 06:00;2026-12-09 10:00;;cancelled
"""


def test_rows_of_one_number_are_one_time_that_is_held_which_may_stay_or_be_cancelled() -> None:
    plan = replace(
        PLAN, held={"Q-1": tuple(
            replace(_booking("Q-1", 0, key, "app", number), status="held", operators=None)
            for key, number in (("k5", "H-5"), ("k6", "H-6"))
        )},
    )  # fmt: skip
    given = {"rows": "held", "booking_number": "No", "locked": "Firm", "booking_status": "State"}
    done, asked = read(HELD_ROWS, given | {"booking.open": "planned", "booking.cancelled": "cancelled"}, plan)
    assert (asked, rows(done, "booking", "id", "status", "locked")) == (set(), [("k5", "held", "true")])
    assert rows(done, "booking_segment", "booking_id", "start") == [
        ("k5", "2026-12-09 06:00"), ("k5", "2026-12-10 06:00"),
    ]  # fmt: skip
    assert done.canonical.replaced == ["k6"]


def test_a_material_is_known_by_its_number_whichever_system_it_came_from() -> None:
    plan = replace(PLAN, materials={("A", 20): (StoredMaterial("A", 20, "r1", "Bar", "ERP", "R-1"),)})
    text = "No;Job;Op;Part;Qty;There\nR-1;A;10;Bar 41;5;2026-12-07 08:00\n"
    given = {
        "rows": "materials", "item": "Part", "needed": "Qty", "available": "There", "material_number": "No",
    }  # fmt: skip
    done, asked = read(text, given | {"source": "BUY"}, plan)
    assert asked == set()
    assert rows(done, "material_requirement", "id", "operation_id", "source", "external_id") == [
        ("r1", "a10", "ERP", "R-1")
    ]


def test_a_list_of_materials_may_leave_out_how_much_or_when_and_have_units_behind_its_numbers() -> None:
    plan = replace(PLAN, materials={("A", 10): (StoredMaterial("A", 10, "r1", "Bar", "ERP", "R-1", "7.5"),)})
    given = {"rows": "materials"}
    late = {"needed": "none", "available.day": "start"}
    done, asked = read("Job;Op;Item;ETA\nA;10;bar;2026-12-07\n", given | late, plan)
    assert (asked, rows(done, "material_requirement", "id", "qty", "available_at")) == (
        set(), [("r1", "7.5", "2026-12-07 00:00")],
    )  # fmt: skip
    done, _ = read("Job;Op;Item;ETA\nA;10;Rod;2026-12-07\n", given | late, plan)
    assert "is said nowhere, and the plan has no such material" in str(done.findings.problems)
    text = "Job;Op;Item;Qty\nA;10;Bar;1.100,5 kg\nA;20;Disc;40 adet\n"
    done, asked = read(text, given | {"available": "none"}, plan)
    assert (asked, rows(done, "material_requirement", "id", "qty")) == (
        set(), [("r1", "1100.5"), ("", "40")],
    )  # fmt: skip
    assert not any("available_at" in row.cells for row in done.canonical.of("material_requirement"))


def test_rows_of_one_number_are_one_booking_and_those_of_others_are_not_joined() -> None:
    text = (
        "No;Job;Op;Machine;Start;End\nB-1;A;10;M1;2026-12-08 06:00;2026-12-08 07:00\n"
        "B-1;A;10;M1;2026-12-08 08:00;2026-12-08 09:00\nB-2;A;10;M1;2026-12-08 10:00;2026-12-08 11:00\n"
    )
    for said in ({}, {"segments": "joined"}):
        done, asked = read(text, BOOKED | said, PLAN)
        assert (asked, rows(done, "booking", "external_id")) == (set(), [("B-1",), ("B-2",)])
        assert rows(done, "booking_segment", "booking_id") == [("B-1",), ("B-1",), ("B-2",)]


def test_operations_before_one_may_have_letters_before_their_numbers() -> None:
    text = "Order;Qty;Op;After;Machine;Run min/pc\nC;1;A10;;M1;1\nC;1;A20;;M1;1\nC;1;A30;A10,A20;M1;1\n"
    given = {"rows": "operations", "due": "none", "replace.Op": "A* -> *", "operation": "Op"}
    done, asked = read(text, given | {"predecessors": "After"}, PLAN)
    assert (asked, rows(done, "operation", "predecessor_ids")[2]) == (set(), ("C/10; C/20",))


def test_a_booking_that_is_cancelled_goes_from_the_plan_once_that_is_said() -> None:
    plan = _with_bookings(_booking("A", 10, "k1", "plan", "B-1"))
    text = (
        "No;Job;Op;Machine;Start;End;State\nB-1;A;10;M1;2026-12-09 06:00;2026-12-09 07:00;Cancelled\n"
        "B-2;A;10;M2;2026-12-08 06:00;2026-12-08 07:00;planned\nB-3;A;10;M2;;;Cancelled\n"
    )
    given = BOOKED | {"booking_status": "State", "leave_out": "Start="}
    assert "booking.Cancelled" in read(text, given, plan)[1]
    done, asked = read(text, given | {"booking.Cancelled": "cancelled"}, plan)
    assert (asked, rows(done, "booking", "external_id", "status")) == (set(), [("B-2", "planned")])
    assert done.canonical.replaced == ["k1"]
    assert "1 bookings are cancelled (row 2): 1 of the plan go" in str(done.findings.notices)


def test_the_day_of_the_material_of_an_order_is_that_of_the_only_one_that_the_plan_has_of_it() -> None:
    text = "Order;Qty;Due;Material date\nA;5;2026-12-11;2026-12-01 08:00\nB;5;2026-12-11;2026-12-01 08:00\n"
    plan = replace(PLAN, materials={("A", 20): (StoredMaterial("A", 20, "r1", "Bar", "ERP", "R-1", "7"),)})
    columns = ("id", "operation_id", "item", "qty", "available_at")
    given = {"rows": "orders", "material_due": "Material date"}
    done, asked = read(text, given, plan)
    assert (asked, rows(done, "material_requirement", *columns)) == (
        set(), [("r1", "a20", "Bar", "7", "2026-12-01 08:00")],
    )  # fmt: skip
    assert "the day of the material of B is not taken: it has no operation yet" in str(done.findings.notices)
    done, _ = read(text, given, PLAN)
    assert rows(done, "material_requirement", *columns) == [("", "a10", "Material", "1", "2026-12-01 08:00")]


def test_a_column_of_times_that_nobody_knows_may_be_the_setup_and_is_asked_about() -> None:
    text = "Order;Qty;Op;Machine;Xyz min;Run min/pc\nC;1;10;M1;20;1\nC;1;20;M1;;1\n"
    given = {"rows": "operations", "due": "none"}
    assert read(text, given, PLAN)[1] == {"setup"}
    done, asked = read(text, given | {"setup": "Xyz min"}, PLAN)
    assert (asked, rows(done, "operation", "setup_min")) == (set(), [("20",), ("0",)])
    assert read(text, given | {"setup": "none"}, PLAN)[1] == set()


def test_an_order_named_by_its_external_id_is_that_of_the_plan_and_told() -> None:
    done, asked = read("Order;Qty;Due\n700;6;2026-12-11\n", {"rows": "orders"}, PLAN)
    assert (asked, rows(done, "production_order", "id", "code", "quantity")) == (set(), [("o1", "A", "6")])
    assert "1 orders are named by their external ids in the plan: 700 is A" in str(done.findings.notices)


def test_without_a_column_of_the_status_orders_of_the_plan_keep_theirs_and_new_ones_are_released() -> None:
    text = "Order;Qty;Due\nA;6;2026-12-11\nB;6;2026-12-11\n"
    done, asked = read(text, {"rows": "orders"}, PLAN)
    assert asked == set()
    assert ["status" in row.cells for row in done.canonical.of("production_order")] == [False, True]
    assert rows(done, "production_order", "status") == [("",), ("released",)]
    done, _ = read(text, {"rows": "orders", "status": "=released"}, PLAN)
    assert rows(done, "production_order", "status") == [("released",)] * 2


def test_work_elsewhere_of_the_plan_stays_so_where_the_file_says_no_times() -> None:
    given = {"rows": "operations", "operation_name": "Name"}
    given |= dict.fromkeys(("quantity", "run", "due", "machine"), "none")
    done, asked = read("Order;Op;Name\nA;10;Saw\nA;20;Coat\n", given, PLAN)
    assert (asked, rows(done, "operation", "name", "subcontract_minutes")) == (
        set(), [("Saw", ""), ("Coat", "10080")],
    )  # fmt: skip


def test_work_elsewhere_of_the_plan_is_not_asked_about_and_rows_without_operations_make_their_order() -> None:
    text = (
        "Order;Qty;Op;Machine;Run min/pc;Start;End\nA;5;10;M1, M2;1;2026-12-08 06:00;2026-12-08 07:00\n"
        "A;5;20;;;;\nB;7;;;;;\n"
    )
    given = {"rows": "operations", "due": "none"}
    done, asked = read(text, given, PLAN)
    assert (asked, rows(done, "operation", "seq", "subcontract_minutes")) == (
        set(), [("10", ""), ("20", "10080")],
    )  # fmt: skip
    assert rows(done, "operation_alternative", "machine_id") == [("m1",), ("m2",)]
    assert rows(done, "production_order", "code", "quantity") == [("A", "5"), ("B", "7")]
    assert "rows that say nothing of an operation make only their order: 1 (4)" in str(done.findings.notices)
    done, _ = read(text, given | {"outside": "3d"}, PLAN)
    assert rows(done, "operation", "subcontract_minutes") == [("",), ("4320",)]


def test_a_line_of_dashes_says_where_columns_begin_that_no_gap_parts() -> None:
    text = (
        "OPEN JOBS, PLANT 2\nJOB  DESCRIPTION    QTY DUE\n---- ------------ ----- ----------\n"
        "WO-1 Shaft, long    120 2026-12-11\nWO-2 Bolt         12500 2026-12-11\n"
        "                  -----\n                  12620\n"
    )
    grid = read_text(text.encode(), "jobs.txt", decisions := Decisions({}))
    assert grid is not None
    assert decisions.made["delimiter"].value == "width"
    assert [[cell.text for cell in row] for row in grid.sheets[0].rows][:5] == [
        ["OPEN JOBS, PLANT 2"], ["JOB", "DESCRIPTION", "QTY", "DUE"], [""],
        ["WO-1", "Shaft, long", "120", "2026-12-11"], ["WO-2", "Bolt", "12500", "2026-12-11"],
    ]  # fmt: skip
    of_some = (
        "JOB   NAME     QTY    H\nWO-1  Shaft    120    5\nWO-2  Bolt     250    7\n               ---    -\n"
    )
    assert [[cell.text for cell in row] for row in fixed_width_rows(of_some)][1] == [
        "WO-1", "Shaft", "120", "5",
    ]  # fmt: skip


def test_lines_of_text_do_not_hide_columns_of_a_printed_list_and_are_not_cut() -> None:
    text = (
        "PRODUCTION ORDERS OPEN              PAGE 1\nJOB      QTY    DUE         CUSTOMER\n"
        "WO-1     5      2026-12-11  Acme\nWO-2     50     2026-12-11  Bolt\n"
    )
    assert [[cell.text for cell in row] for row in fixed_width_rows(text)][1:3] == [
        ["JOB", "QTY", "DUE", "CUSTOMER"], ["WO-1", "5", "2026-12-11", "Acme"],
    ]  # fmt: skip
    text = (
        "MACHINE: S-1\n  WO-1  10  06:00  ANN\n  WO-2  10  07:00  BOB\nMACHINE: S-2\n  WO-3  10  06:00  ANN\n"
    )
    assert [[cell.text for cell in row] for row in fixed_width_rows(text)][:2] == [
        ["MACHINE: S-1"], ["WO-1", "10", "06:00", "ANN"],
    ]  # fmt: skip


def test_heads_may_have_two_levels_and_be_lines_of_text() -> None:
    text = "Firm Acme;;\nJob A;;\n10;M1;5\nJob B;;\n10;M2;5\nFirm Bolt;;\nJob C;;\n20;M1;5\n20;M2;5\n"
    given = {
        "header_rows": "none", "parent": "A=Firm * | A=Job *", "rows": "operations", "operation": "A",
        "split.(above) A": "Job {job}", "split.(above 2) A": "Firm {firm}", "order": "job",
        "customer": "firm", "machine": "B", "run": "C", "run.unit": "min_per_piece", "quantity": "=1",
        "due": "none", "repeated_operation": "alternatives", "new_machines": "new", "calendar": "day",
    }  # fmt: skip
    grid = Grid("text", text_of(text).sheets)
    done, asked = read(tables_of(placed_tables(grid, Decisions(given))), given, PLAN)
    assert (asked, rows(done, "production_order", "code", "customer")) == (
        set(), [("A", "Acme"), ("B", "Acme"), ("C", "Bolt")],
    )  # fmt: skip
    assert [found[0] for found in rows(done, "operation", "seq")] == ["10", "10", "20"]


def test_each_of_several_areas_has_the_header_rows_that_lie_in_it() -> None:
    text = "Jobs;\nOrder;Qty\nA;1\n;\nHeld;\nx;y\nQuote;Machine\nQ;M1\n"
    grid = Grid("text", text_of(text).sheets)
    for said in ({"header_rows": "2; 7"}, {"header_rows": "2", "file (2)!header_rows": "7"}):
        name = grid.sheets[0].name
        given = {key.replace("file", name): value for key, value in said.items()}
        found = tables_of(placed_tables(grid, Decisions({"area": "A2:B3; A6:B", **given})))
        assert [(table.headers, len(table.rows)) for table in found] == [
            (("Order", "Qty"), 1), (("Quote", "Machine"), 1),
        ]  # fmt: skip
    with pytest.raises(InvalidRequest, match="rows 4 lie in no area"):
        placed_tables(grid, Decisions({"area": "A2:B3; A6:B", "header_rows": "2; 4"}))


def test_wrong_places_of_a_header_are_told_with_what_would_be_right() -> None:
    grid = Grid("text", text_of("Order;Qty;Due\nA;1;2026-12-11\n").sheets)
    with pytest.raises(InvalidRequest, match=r"but 1 to 2; right would be: 1 \(Order, Qty, Due\)"):
        placed_tables(grid, Decisions({"header_rows": "9"}))
    with pytest.raises(InvalidRequest, match=r"right would be: header.B=Pieces"):
        read("Order;Qty;Due\nA;1;2026-12-11\n", {"header.Qty": "Pieces"})
    with pytest.raises(InvalidRequest, match=r"header.A \(Order\), header.B \(Qty\)"):
        read("Order;Qty;Due\nA;1;2026-12-11\n", {"header.7": "Pieces"})
