"""Asks the person at the terminal whether a change may be made."""

import asyncio
import sys
from uuid import UUID

from cli.terminal import err
from cli.turn_display import TurnDisplay
from leadhand.errors import JsonValue
from leadhand.events import ToolApprovalRequested
from runs.answers import Answer

MAX_ROWS = 20


async def ask_about(display: TurnDisplay) -> list[Answer]:
    """An answer to each change that waits. Where nobody sits at the terminal it goes on waiting."""
    answers: list[Answer] = []
    for asked in display.take_asked():
        for line in change_lines(asked):
            err().print(line)
        if not sys.stdin.isatty():
            err().print(f"It waits for an approval: POST /api/approvals/{asked.approval_id}", style="dim")
            continue
        yes = await _yes_or_no("Make this change? [y/n] ")
        if yes is not None:
            answers.append(Answer(UUID(asked.approval_id), approved=yes))
    return answers


async def _yes_or_no(question: str) -> bool | None:
    """What is typed; None at the end of the input."""
    while True:
        err().print(question, end="", markup=False)
        line = await _typed_line()
        match line.strip().casefold():
            case "y" | "yes":
                return True
            case "n" | "no":
                return False
            case "" if not line:
                return None
            case _:
                pass


async def _typed_line() -> str:
    """A line of the terminal, waited for on the loop: a thread that reads would outlive a Ctrl-C."""
    loop, typed = asyncio.get_running_loop(), asyncio.Event()
    loop.add_reader(sys.stdin, typed.set)
    try:
        await typed.wait()
    finally:
        loop.remove_reader(sys.stdin)
    return sys.stdin.readline()


def change_lines(asked: ToolApprovalRequested) -> list[str]:
    """The change as a person is shown it: what it is, its rows before and after, and what it makes late."""
    proposal = _field(asked.descriptor, "proposal")
    rows = _items(proposal, "rows")
    lines = [asked.summary]
    for row in rows[:MAX_ROWS]:
        before, after = (_text(_field(row, side), "text") or "nothing" for side in ("before", "after"))
        lines.append(f"  {_text(row, 'what')}: {before} → {after}")
    if len(rows) > MAX_ROWS:
        lines.append(f"  … {len(rows) - MAX_ROWS} more")
    late = [_text(_field(row, "order"), "code") for row in _items(proposal, "newly_late")]
    if late:
        lines.append(f"  Late then: {', '.join(late)}")
    return lines


def _field(value: JsonValue, name: str) -> JsonValue:
    return value.get(name) if isinstance(value, dict) else None


def _items(value: JsonValue, name: str) -> list[JsonValue]:
    found = _field(value, name)
    return found if isinstance(found, list) else []


def _text(value: JsonValue, name: str) -> str:
    found = _field(value, name)
    return found if isinstance(found, str) else ""
