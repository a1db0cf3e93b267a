"""How a command ends when something is wrong."""

from collections.abc import Callable

import pytest
import typer
from typer.testing import CliRunner

from cli.border import coded_errors, debugging
from leadhand import __version__
from leadhand.errors import DatabaseUnavailable, NotFound
from tests.unit.cli.conftest import Run


def ended(command: Callable[[], None]) -> tuple[int, str, str]:
    """Exit status, standard output and standard error of a program with this one command."""
    app = typer.Typer(pretty_exceptions_enable=False, rich_markup_mode=None)
    app.command()(coded_errors(command))
    done = CliRunner().invoke(app, [])
    return done.exit_code, done.stdout, done.stderr


def test_a_coded_error_is_one_line_on_standard_error() -> None:
    def command() -> None:
        raise DatabaseUnavailable("The database cannot be reached right now.\nTry again.")

    line = "error[database_unavailable]: The database cannot be reached right now. Try again.\n"
    assert ended(command) == (1, "", line)


def test_near_misses_are_shown_with_the_error() -> None:
    def command() -> None:
        raise NotFound("There is no machine Pumma.", details={"suggestions": ["Puma 3100"]})

    assert ended(command)[2] == "error[not_found]: There is no machine Pumma. (Puma 3100)\n"


def test_an_unexpected_error_shows_neither_its_text_nor_a_traceback() -> None:
    def command() -> None:
        raise ValueError("a row of somebody's data")

    status, printed, noted = ended(command)
    assert (status, printed) == (1, "")
    assert noted.startswith("error[internal_error]: Leadhand failed (ValueError)")
    assert noted.count("\n") == 1
    assert "somebody" not in noted


def test_debugging_keeps_the_traceback_of_an_unexpected_error() -> None:
    def command() -> None:
        raise ValueError("where")

    token = debugging.set(True)
    try:
        with pytest.raises(ValueError, match="where"):
            coded_errors(command)()
    finally:
        debugging.reset(token)


def test_ctrl_c_ends_with_130_and_says_nothing() -> None:
    def command() -> None:
        raise KeyboardInterrupt

    assert ended(command) == (130, "", "")


def test_a_wanted_exit_status_is_kept() -> None:
    def command() -> None:
        raise typer.Exit(3)

    assert ended(command)[0] == 3


@pytest.mark.parametrize("command", ["serve", "migrate", "doctor", "demo", "token", "chat"])
def test_every_command_explains_itself(run: Run, command: str) -> None:
    done = run(command, "--help")
    assert done.exit_code == 0
    assert f"{command} [OPTIONS]" in done.stdout
    assert "\x1b" not in done.stdout
    assert command in run("--help").stdout


def test_a_wrong_setting_is_named_in_one_line(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LEADHAND_MAX_STEPS", "many")
    done = run("migrate")
    assert done.exit_code == 1
    assert done.stderr.startswith("error[invalid_setting]: LEADHAND_MAX_STEPS")
    assert done.stderr.count("\n") == 1


def test_the_version_is_shown(run: Run) -> None:
    assert run("--version").stdout == f"leadhand {__version__}\n"
