"""Tables that are neither text nor a workbook: web pages, XML, JSON."""

import pytest

from leadhand.errors import ForeignFileUnreadable
from storage.foreign.decisions import Decisions
from storage.foreign.delimited import read_text
from storage.foreign.tables import Table, tables_of

THIRD = ' ss:Index="3"'


def read(text: str) -> tuple[Table, ...]:
    grid = read_text(text.encode(), "orders.xls", Decisions({}))
    assert grid is not None
    return tables_of(grid)


def rows(table: Table) -> list[list[str]]:
    return [[cell.text for cell in row.cells] for row in table.rows]


def test_a_web_page_with_a_workbooks_name_is_read_with_its_merged_cells() -> None:
    (table,) = read(
        "<html><head><style>td{}</style></head><body><table><tr><td colspan=3>Open orders</td></tr>"
        "<tr><th>Job</th><th>Customer</th><th>Op</th></tr><tr><td rowspan=2>A-1</td>"
        "<td rowspan=2>X &amp; Y</td><td>10</td></tr><tr><td>20</td></tr></table>"
        "<table><tr><td>one</td></tr></table></body></html>"
    )
    assert table.headers == ("Job", "Customer", "Op")
    assert rows(table) == [["A-1", "X & Y", "10"], ["A-1", "X & Y", "20"]]


def test_a_web_page_need_not_close_its_cells_and_rows() -> None:
    (table,) = read("<table><tr><th>Order<th>Qty<tr><td>A<td>5<tr><td>B<td>6</table>")
    assert (table.headers, rows(table)) == (("Order", "Qty"), [["A", "5"], ["B", "6"]])


def test_an_xml_workbook_is_read_by_its_sheets_with_its_types_and_gaps() -> None:
    def cell(kind: str, text: str, index: str = "") -> str:
        return f'<Cell{index}><Data ss:Type="{kind}">{text}</Data></Cell>'

    header = "".join(cell("String", name) for name in ("Job", "Qty", "Due"))
    sheet = (
        f'<Worksheet ss:Name="%s"><Table><Row>{header}</Row><Row ss:Index="3">{cell("String", "A-1")}'
        f"{cell('DateTime', '2026-12-07T00:00:00.000', THIRD)}</Row></Table></Worksheet>"
    )
    (jobs,) = read(f'<?xml version="1.0"?><Workbook>{sheet % "Jobs"}{sheet % "More"}</Workbook>')
    assert (jobs.sheets, rows(jobs)[0][:3]) == (("Jobs", "More"), ["A-1", "", "2026-12-07"])
    assert [row.number for row in jobs.rows] == [3, 3]


def test_lines_that_are_an_object_each_are_rows_and_one_that_is_none_is_named() -> None:
    (table,) = read('{"job": "A-1", "n": {"ok": 5}}\n\n{"job": "A-2", "n": {"ok": 6}}\n')
    assert (table.headers, rows(table)) == (("job", "n.ok"), [["A-1", "5"], ["A-2", "6"]])
    with pytest.raises(ForeignFileUnreadable, match=r"^line 2 of orders\.xls is no JSON"):
        read('{"job": "A-1"}\n{"job": \n')
    with pytest.raises(ForeignFileUnreadable, match=r"^line 2 of orders\.xls is no object"):
        read('{"job": "A-1"}\n7\n')


def test_no_object_of_json_is_a_total_or_a_title() -> None:
    (table,) = read('[{"type": "COUNT", "n": 5}, {"type": "COUNT", "n": 6}, {"type": "Total"}, {"n": 11}]')
    assert rows(table) == [["COUNT", "5"], ["COUNT", "6"], ["Total", ""], ["", "11"]]


def test_objects_of_json_are_rows_and_a_list_in_them_repeats_what_is_around_it() -> None:
    (table,) = read(
        '{"orders": [{"no": "A", "customer": {"name": "X"}, "qty": 2.50, "ops": [{"op": 10}, {"op": 20}]},'
        ' {"no": "B", "tags": ["x", "y"], "ops": []}]}'
    )
    assert table.headers == ("no", "customer.name", "qty", "ops.op", "tags")
    assert rows(table) == [
        ["A", "X", "2.50", "10", ""],
        ["A", "X", "2.50", "20", ""],
        ["B", "", "", "", "x; y"],
    ]


def test_a_list_within_a_part_of_a_record_loses_none_of_its_rows() -> None:
    (table,) = read(
        '[{"no": "A", "plan": {"by": "I", "ops": [{"op": 1}, {"op": 2}]}}, {"no": "B", "plan": {"by": "C"}}]'
    )
    assert table.headers == ("no", "plan.by", "plan.ops.op")
    assert rows(table) == [["A", "I", "1"], ["A", "I", "2"], ["B", "C", ""]]


def test_lists_beside_each_other_are_tables_of_their_own_and_the_first_has_all_records() -> None:
    jobs, parts = read(
        '<?xml version="1.0"?><list>'
        '<job no="A" pc="5"><plan><op nr="10"/><op nr="20"><alt>M2</alt></op></plan>'
        '<parts><p id="bar"/><p id="nut"/></parts></job><job no="B" pc="6"><plan><op nr="10"/></plan></job>'
        '<job no="C" pc="7"><parts><p id="rod"/></parts></job></list>'
    )
    assert (jobs.sheets, jobs.headers) == (("job op",), ("no", "pc", "plan.op.nr", "plan.op.alt"))
    assert rows(jobs) == [
        ["A", "5", "10", ""],
        ["A", "5", "20", "M2"],
        ["B", "6", "10", ""],
        ["C", "7", "", ""],
    ]
    assert (parts.sheets, parts.headers) == (("job p",), ("no", "pc", "parts.p.id"))
    assert rows(parts) == [["A", "5", "bar"], ["A", "5", "nut"], ["C", "7", "rod"]]


def test_what_an_element_says_is_in_one_column_whether_it_has_attributes_or_not() -> None:
    (table,) = read(
        '<?xml version="1.0"?><l><o><te>3</te><who nr="7">X</who></o><o><te per="100">85</te></o></l>'
    )
    assert table.headers == ("te", "who", "who.nr", "te.per")
    assert rows(table) == [["3", "X", "7", ""], ["85", "", "", "100"]]


def test_records_of_xml_are_rows_with_their_attributes_and_without_their_namespaces() -> None:
    (table,) = read(
        '<?xml version="1.0"?><x:list xmlns:x="urn:y"><x:order no="A"><x:qty unit="pc">2</x:qty>'
        "<x:op><x:nr>10</x:nr></x:op><x:op><x:nr>20</x:nr></x:op></x:order>"
        '<x:order no="B"><x:op><x:nr>10</x:nr></x:op></x:order></x:list>'
    )
    assert table.headers == ("no", "qty", "qty.unit", "op.nr")
    assert rows(table) == [["A", "2", "pc", "10"], ["A", "2", "pc", "20"], ["B", "", "", "10"]]


def test_xml_that_would_grow_without_end_is_refused() -> None:
    with pytest.raises(ForeignFileUnreadable, match="declares entities"):
        read(
            '<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "bb"><!ENTITY c "&b;&b;">]>'
            "<a><o>&c;</o><o>1</o></a>"
        )


@pytest.mark.parametrize("text", ['["a", "b"]', '{"a": 1}', '[{"a": 1}', "<html><body>none</body></html>"])
def test_what_holds_no_rows_is_refused(text: str) -> None:
    with pytest.raises(ForeignFileUnreadable):
        read(text)


@pytest.mark.parametrize("number", ["NaN", "Infinity", "1e99999999"])
def test_a_number_beyond_all_bounds_is_left_a_text(number: str) -> None:
    (table,) = read(f'[{{"job": "A", "due": {number}}}]')
    assert isinstance(table.rows[0].cells[1].value, str)
