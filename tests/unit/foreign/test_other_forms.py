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


def test_objects_of_json_are_rows_and_a_list_in_them_repeats_what_is_around_it() -> None:
    (table,) = read(
        '{"orders": [{"no": "A", "customer": {"name": "X"}, "qty": 2.50, "ops": [{"op": 10}, {"op": 20}]},'
        ' {"no": "B", "tags": ["x", "y"], "ops": []}]}'
    )
    assert table.headers == ("no", "customer.name", "qty", "ops.op", "tags", "ops")
    assert rows(table) == [
        ["A", "X", "2.50", "10", "", ""], ["A", "X", "2.50", "20", "", ""], ["B", "", "", "", "x; y", ""],
    ]  # fmt: skip


def test_records_of_xml_are_rows_with_their_attributes_and_without_their_namespaces() -> None:
    (table,) = read(
        '<?xml version="1.0"?><x:list xmlns:x="urn:y"><x:order no="A"><x:qty unit="pc">2</x:qty>'
        "<x:op><x:nr>10</x:nr></x:op><x:op><x:nr>20</x:nr></x:op></x:order>"
        '<x:order no="B"><x:op><x:nr>10</x:nr></x:op></x:order></x:list>'
    )
    assert table.headers == ("no", "qty.unit", "qty.text", "op.nr")
    assert rows(table) == [["A", "pc", "2", "10"], ["A", "pc", "2", "20"], ["B", "", "", "10"]]


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
