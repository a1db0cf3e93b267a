"""A change at the terminal: what it is, row by row, before somebody says yes or no."""

import asyncio
import io

import pytest
from rich.console import Console

from cli.approving import MAX_ROWS, ask_about, change_lines
from cli.turn_display import TurnDisplay
from leadhand.errors import JsonValue
from leadhand.events import ToolApprovalRequested

APPROVAL = "0199d0a0-0000-7000-8000-000000000001"


def asked(rows: list[JsonValue], late: list[JsonValue] | None = None) -> ToolApprovalRequested:
    descriptor: JsonValue = {"proposal": {"rows": rows, "newly_late": late or []}}
    return ToolApprovalRequested("call-1", APPROVAL, "WO-1 moves to Monday.", descriptor)


def row(what: str, before: str | None, after: str | None) -> JsonValue:
    states: dict[str, JsonValue] = {
        side: None if text is None else {"text": text}
        for side, text in (("before", before), ("after", after))
    }
    return {"what": what, **states}


def test_a_change_is_shown_row_by_row_with_what_it_makes_late() -> None:
    rows = [row("WO-1 operation 10", "Puma, Friday", "Puma, Monday"), row("WO-2 operation 20", None, "Haas")]
    assert change_lines(asked(rows, [{"order": {"code": "WO-7"}}])) == [
        "WO-1 moves to Monday.",
        "  WO-1 operation 10: Puma, Friday → Puma, Monday",
        "  WO-2 operation 20: nothing → Haas",
        "  Late then: WO-7",
    ]


def test_of_a_large_change_the_first_rows_are_shown_and_the_rest_counted() -> None:
    lines = change_lines(asked([row(f"row {number}", "a", "b") for number in range(MAX_ROWS + 3)]))
    assert (len(lines), lines[-1]) == (MAX_ROWS + 2, "  … 3 more")


def test_where_nobody_sits_at_the_terminal_a_change_goes_on_waiting(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("y\n"))
    display = TurnDisplay(io.StringIO(), Console(file=io.StringIO()))
    display.show(asked([]))
    assert asyncio.run(ask_about(display)) == []
    assert f"/api/approvals/{APPROVAL}" in capsys.readouterr().err
