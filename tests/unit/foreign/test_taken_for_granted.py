"""What a file does not say of its status, its people and its machines is asked about or told, never taken
silently."""

from dataclasses import replace

from storage.foreign.decisions import Decisions
from storage.foreign.names_of_people import given_first
from storage.foreign.shop_names import Named
from storage.foreign.tables import tables_of
from storage.foreign.transforming import Transformed, layouts_of, transform
from tests.unit.foreign.given_files import SHOP, read, rows
from tests.unit.foreign.test_files import text_of

OPERATIONS = "Job;Qty;Op;Machine;Run min/pc;Status\nA;1;10;M;1;done\nA;1;20;M;1;{}\nB;1;10;M;1;done\n"
NEW = {"new_machines": "new", "group": "own"}
HANNES = Named("P1", "P1", "Hannes Maier", None, "day", "import", "P1")


def _with_hannes(text: str, given: dict[str, str]) -> tuple[Transformed, Decisions]:
    decisions = Decisions(given)
    layouts = layouts_of(tables_of(text_of(text)), decisions)
    shop = replace(SHOP, operators=(HANNES,))
    return transform(layouts, decisions, shop, file="file", sheets=1), decisions


def test_a_status_that_differs_within_an_order_is_asked_about() -> None:
    assert read(OPERATIONS.format("done"), NEW)[1] == set()
    assert read(OPERATIONS.format("open"), NEW)[1] == {"status", "status.open"}
    given = NEW | {"status": "=released", "done": "Status", "done_at": "2026-12-07 06:00", "mark.done": "yes"}
    done, asked = read(OPERATIONS.format("open"), given | {"mark.open": "no"})
    assert asked == set()
    assert rows(done, "production_order", "status") == [("released",)] * 2
    assert rows(done, "progress", "operation_id") == [("A/10",), ("B/10",)]


def test_a_status_that_is_used_of_operations_or_called_so_is_asked_about() -> None:
    both = NEW | {"done": "Status", "done_at": "2026-12-07 06:00", "mark.done": "yes"}
    done, asked = read(OPERATIONS.format("done"), both)
    assert asked == {"status"} or rows(done, "production_order", "status") == [("released",)] * 2
    assert read(OPERATIONS.format("done").replace("Status", "Op status"), NEW)[1] == {"status"}
    assert read(OPERATIONS.format("done").replace("Status", "Order status"), NEW)[1] == set()
    one = "Job;Qty;Op;Machine;Run min/pc;Status\nA;1;10;M;1;done\nB;1;10;M;1;released\n"
    done, asked = read(one, NEW)
    assert (asked, "taken for the status of the orders" in str(done.findings.notices)) == (set(), True)


def test_a_person_of_the_shop_is_known_whichever_name_comes_first() -> None:
    text = "Employee;From;To;Reason\n{};2026-12-07;2026-12-08;Sick\n"
    for name in ("Maier, Hannes", "MAIER Hannes", "Hannes Maier"):
        done, decisions = _with_hannes(text.format(name), {})
        assert (decisions.questions, rows(done, "absence", "operator_id")) == ({}, [("P1",)])
    assert decisions.made.keys() & {"operator.Hannes Maier"} == set()
    _, decisions = _with_hannes(text.format("Maier, Hannes"), {})
    assert decisions.made["operator.Maier, Hannes"].value == "P1"
    _, decisions = _with_hannes(text.format("Maier, Hans"), {})
    assert set(decisions.questions) == {"new_operators"}
    done, _ = _with_hannes(text.format("Maier, Hannes"), {"operator.Maier, Hannes": "new"})
    assert rows(done, "operator", "id", "name") == [("", "Maier, Hannes")]


def test_a_person_of_the_shop_keeps_the_order_of_the_name() -> None:
    text = "No;Name;Turning\nP1;Maier, Hannes;x\nP2;Huber, Anna;x\n"
    given = {"rows": "operators", "operator": "No", "operator_name": "Name", "no_shift": "day"}
    done, _ = _with_hannes(text, given)
    assert rows(done, "operator", "code", "name") == [("P1", "Hannes Maier"), ("P2", "Huber, Anna")]
    assert 'names=turned calls them such as "Anna Huber"' in str(done.findings.notices)
    done, _ = _with_hannes(text, given | {"names": "turned"})
    assert rows(done, "operator", "name") == [("Hannes Maier",), ("Anna Huber",)]


def test_names_below_a_header_that_says_their_order_are_turned_so() -> None:
    assert given_first("Kowalski Jan", "Nazwisko i imię") == "Jan Kowalski"
    assert given_first("Jan Kowalski", "Imię i nazwisko") == "Jan Kowalski"
    assert given_first("Novák, Jan") == "Jan Novák"
    assert given_first("Lathe 3, big") == "Lathe 3, big"


def test_the_group_of_new_machines_is_told_and_can_be_said() -> None:
    text = "Job;Qty;Op;Machine;Run min/pc\nA;1;10;M1;1\nA;1;20;M2;1\n"
    done, _ = read(text, {"new_machines": "new"})
    assert "each is a work center of its own (M1, M2): group=CODE" in str(done.findings.notices)
    assert rows(done, "machine", "code", "work_center_id") == [("M1", "M1"), ("M2", "M2")]
    done, _ = read(text, {"new_machines": "new", "group": "Mills", "group.M2": "own"})
    assert rows(done, "machine", "work_center_id") == [("Mills",), ("M2",)]
    assert rows(done, "work_center", "code") == [("Mills",), ("M2",)]
    assert "of its own" not in str(done.findings.notices)


def test_machines_of_an_operation_may_be_equally_good() -> None:
    text = "Job;Qty;Op;Machine;Alternative machine;Run min/pc\nA;1;10;M1;M2;1\nB;1;10;M1;;1\n"
    done, _ = read(text, NEW)
    assert rows(done, "operation_alternative", "preference") == [("0",), ("1",), ("0",)]
    done, asked = read(text, NEW | {"preference": "equal"})
    assert (asked, rows(done, "operation_alternative", "preference")) == (set(), [("0",)] * 3)


def test_a_booking_has_its_own_number_where_the_file_says_it() -> None:
    text = (
        "Job;Qty;Op;Machine;Start;End;Booking no\nA;1;10;M;2026-12-07 06:00;2026-12-07 07:00;B-7\n"
        "A;1;20;M;2026-12-07 07:00;2026-12-07 08:00;\n"
    )
    done, asked = read(text, NEW | {"rows": "operations", "run": "booked", "source": "board"})
    assert asked == set()
    assert rows(done, "booking", "source", "external_id") == [("import", "B-7"), ("import", "board:A/20/1")]
    assert rows(done, "booking_segment", "booking_id") == [("B-7",), ("board:A/20/1",)]


def test_a_header_that_speaks_of_something_that_a_field_has_is_not_the_field() -> None:
    text = "Order type;Number;Order value;Qty;Due\nS;A-1;500;1;2026-12-07\nS;A-2;700;1;2026-12-07\n"
    assert "order" in read(text, {"rows": "orders"})[1]
    text = "Job;Qty;Op;Machine;Setup cost;Run min/pc\nA;1;10;M;50;1\n"
    done, asked = read(text, NEW)
    assert (asked, rows(done, "operation", "setup_min")) == (set(), [("0",)])


def test_letters_in_a_column_of_a_short_order_book_are_asked_about() -> None:
    text = "Order;Qty;Due;S\nA;1;2026-12-07;F\nB;1;2026-12-07;L\nC;1;2026-12-07;X\nD;1;2026-12-08;F\n"
    assert read(text, {"rows": "orders"})[1] == {"unused"}
    assert read(text.replace(";S\n", ";Price\n"), {"rows": "orders"})[1] == set()
