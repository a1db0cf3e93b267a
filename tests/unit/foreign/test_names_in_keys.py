"""Keys of answers with and without the name of a sheet or table, where a file has one that is taken."""

import pytest

from storage.foreign.areas import placed_tables
from storage.foreign.decisions import Decisions
from storage.foreign.grid import Grid, Sheet, cell_of
from storage.foreign.table_keys import less_only_table
from storage.foreign.tables import tables_of
from storage.foreign.transforming import layouts_of


def _sheet(name: str, *lines: str) -> Sheet:
    return Sheet(name, [tuple(map(cell_of, line.split(";"))) for line in lines], first_row=1)


PLAN = _sheet("Plan", "Week 50", "Machine;Group", "M1;A", "M2;A")
BOOK = Grid("workbook", (PLAN, _sheet("Notes", "Text;More", "a;b")))


@pytest.mark.parametrize("prefix", ["", "Plan!"])
@pytest.mark.parametrize("place", ["", "Plan!"])
def test_of_the_only_sheet_that_is_taken_keys_are_right_with_and_without_its_name(
    prefix: str, place: str
) -> None:
    given = {"sheets": "Plan", f"{place}header_rows": "2", f"{prefix}rows": "machines"}
    decisions = Decisions(given)
    tables = tables_of(placed_tables(BOOK, decisions))
    (layout,) = layouts_of(tables, decisions)
    assert (layout.kind, layout.table.headers) == ("machines", ("Machine", "Group"))
    assert not less_only_table(given, tables).keys() - decisions.made.keys()


def test_a_key_that_is_said_both_ways_otherwise_stays_as_it_is() -> None:
    tables = tables_of(Grid("workbook", (_sheet("Plan", "Machine;Group", "M1;A"),)))
    assert less_only_table({"Plan!rows": "machines", "rows": "ignore"}, tables) == {
        "Plan!rows": "machines", "rows": "ignore",
    }  # fmt: skip
    assert less_only_table({"Plan!rows": "machines"}, tables) == {"rows": "machines"}
