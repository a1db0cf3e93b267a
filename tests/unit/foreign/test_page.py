"""docs/foreign-files.md says what bounds a file has and which rows and units there are."""

from pathlib import Path

from storage.foreign import calendar_file, calendar_occurrences, calendar_times, grid, spreadsheet
from storage.foreign.fields import ROWS

PAGE = Path(__file__).parents[3] / "docs" / "foreign-files.md"
TEXT = " ".join(PAGE.read_text(encoding="utf-8").split())


def test_the_bounds_on_the_page_are_the_bounds_in_the_code() -> None:
    for said in (
        f"up to {grid.MAX_FILE_BYTES // 1024**2} MiB, {grid.MAX_SHEETS} sheets, {grid.MAX_ROWS:,} rows",
        f"{grid.MAX_COLUMNS} columns a sheet, {grid.MAX_CELLS:,} cells",
        f"{grid.MAX_CELL_CHARS:,} characters a cell",
        f"at most {spreadsheet.MAX_UNPACKED_BYTES // 1024**2} MiB",
        f"up to {calendar_file.MAX_EVENTS:,} events of {calendar_occurrences.MAX_OCCURRENCES:,} times",
        f"a window of {calendar_times.DEFAULT_DAYS} days",
        f"up to {calendar_times.MAX_DAYS:,} days",
    ):
        assert said in TEXT


def test_every_kind_of_rows_is_on_the_page() -> None:
    assert [kind for kind in (*ROWS, "ignore") if f"`{kind}`" not in TEXT] == []
