"""A turn in the terminal: the answer alone on one stream, the rest on the other."""

import io

import pytest
from rich.console import Console

from cli.terminal import err, show_error
from cli.turn_display import TurnDisplay
from leadhand.errors import NotFound
from leadhand.events import (
    CitedPassage,
    RunEvent,
    RunFailed,
    RunFinished,
    RunStopped,
    StatusChanged,
    StepReset,
    StepStarted,
    TextCited,
    TextDelta,
    ToolFailed,
    ToolInputReady,
    ToolInputRejected,
    ToolSucceeded,
    UsageReported,
)


class Shown:
    """What a display wrote for some events."""

    def __init__(self, *events: RunEvent) -> None:
        answer, notes = io.StringIO(), io.StringIO()
        display = TurnDisplay(answer, Console(file=notes, soft_wrap=True, highlight=False, markup=False))
        for event in events:
            display.show(event)
        display.close()
        self.answer, self.notes, self.fault = answer.getvalue(), notes.getvalue(), display.fault


def test_what_the_numbers_stand_for_is_told_beside_the_answer() -> None:
    passage = CitedPassage(
        "p", "d", "care/coolant.pdf", "Coolant", "pdf", ["Coolant", "Lathes"], 3, 1, "Weekly."
    )
    cited = [TextDelta("t", "Weekly [1]"), TextCited("t", "[1]", passage)]
    shown = Shown(StepStarted(), *cited, *cited, RunFinished())
    assert shown.answer == "Weekly [1]Weekly [1]\n"
    assert shown.notes.splitlines() == ["[1] Coolant › Lathes, page 3 (care/coolant.pdf)"]


def test_the_answer_is_the_text_as_it_streamed() -> None:
    shown = Shown(StepStarted(), TextDelta("1", "It is "), TextDelta("1", "free."), RunFinished())
    assert shown.answer == "It is free.\n"
    assert shown.notes == ""
    assert shown.fault is None


def test_two_parts_of_text_are_two_paragraphs() -> None:
    assert Shown(TextDelta("1", "Let me see."), TextDelta("2", "Done.")).answer == "Let me see.\n\nDone.\n"


def test_a_tool_is_shown_with_its_input_and_its_end() -> None:
    shown = Shown(
        StatusChanged("call_tools", "Checking capacity…"),
        ToolInputReady("c1", "check_capacity", {"hours": 50}),
        ToolSucceeded("c1", {"verdict": "yes"}),
    )
    lines = shown.notes.splitlines()
    assert lines[0] == "Checking capacity…"
    assert lines[1] == '→ check_capacity {"hours": 50}'
    assert lines[2].startswith("✓ check_capacity (")
    assert shown.answer == ""


def test_a_call_of_a_tool_stands_below_the_call_that_made_it() -> None:
    shown = Shown(
        ToolInputReady("c1", "outer", {}),
        ToolInputReady("c1.1", "inner", {}, parent_id="c1", depth=1),
        ToolFailed("c1.1", "not_found", "There is no such machine."),
    )
    assert shown.notes.splitlines()[1] == "  → inner {}"
    assert shown.notes.splitlines()[2].startswith("  ✗ inner (")
    assert shown.notes.splitlines()[2].endswith(": There is no such machine.")


def test_a_refused_call_is_shown() -> None:
    event = ToolInputRejected("c1", "check_capacity", {}, "invalid_tool_input", "hours: must be positive")
    assert Shown(event).notes == "✗ check_capacity: hours: must be positive\n"


def test_a_long_input_is_cut() -> None:
    shown = Shown(ToolInputReady("c1", "t", {"text": "x" * 500}))
    assert len(shown.notes) < 200
    assert shown.notes.endswith("…\n")


def test_markup_in_names_is_shown_as_it_is() -> None:
    assert "[bold]" in Shown(ToolInputReady("c1", "t", {"machine": "[bold]x[/bold]"})).notes


def test_a_redone_answer_is_said_to_be_void() -> None:
    shown = Shown(TextDelta("1", "It is bu"), StepReset(), TextDelta("1", "It is free."))
    assert "void" in shown.notes
    assert shown.answer.endswith("It is free.\n")


def test_a_failed_turn_leaves_its_coded_fault() -> None:
    fault = Shown(UsageReported("m", 1, 1), RunFailed("model_unavailable", "Away.")).fault
    assert fault is not None
    assert (fault.code, fault.message) == ("model_unavailable", "Away.")


def test_a_stopped_turn_is_a_fault_too() -> None:
    fault = Shown(RunStopped()).fault
    assert fault is not None
    assert fault.code == "stopped"


@pytest.mark.parametrize("variable", ["FORCE_COLOR", "CLICOLOR_FORCE", "TTY_COMPATIBLE"])
def test_no_colour_goes_into_a_pipe_even_if_forced(
    variable: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv(variable, "1")
    show_error(NotFound("There is no such shop."))
    err().print("a note", style="dim")
    assert capsys.readouterr().err == "error[not_found]: There is no such shop.\na note\n"
