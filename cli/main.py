"""The command `leadhand`: a file a command, registered here."""

import logging
from contextlib import suppress
from typing import Annotated

import typer

from cli import collector
from cli.alert import alert
from cli.apikey import apikey
from cli.border import coded_errors, debugging
from cli.chat import chat
from cli.demo import demo
from cli.doctor import doctor
from cli.evaluation import evaluation
from cli.export_shop import export_shop
from cli.import_shop import import_shop
from cli.migrate import migrate
from cli.report import report
from cli.serve import serve
from cli.terminal import tolerate_narrow_encodings
from cli.token import token
from cli.worker import worker
from leadhand import __version__
from leadhand.errors import InvalidSetting

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command()(coded_errors(serve))
app.command()(coded_errors(worker))
app.command()(coded_errors(migrate))
app.command()(coded_errors(doctor))
app.command()(coded_errors(demo))
app.command("import")(coded_errors(import_shop))
app.command("export")(coded_errors(export_shop))
app.command()(coded_errors(token))
app.command()(coded_errors(chat))
app.add_typer(apikey, name="apikey")
app.add_typer(report, name="report")
app.add_typer(alert, name="alert")
app.add_typer(evaluation, name="eval")


def _show_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"leadhand {__version__}")
        raise typer.Exit


@app.callback()
def leadhand(
    *,
    debug: Annotated[
        bool, typer.Option("--debug", help="Show logs, and where an unexpected error came from.")
    ] = False,
    version: Annotated[
        bool,
        typer.Option("--version", help="Show the version and exit.", callback=_show_version, is_eager=True),
    ] = False,
) -> None:
    """Leadhand, the production planning assistant for machine shops.

    Settings come from the environment; `leadhand doctor` says which are in force.
    """
    del version
    debugging.set(debug)
    # The server sets up its own log; elsewhere a log line would only double the error line.
    if debug:
        _log_to_the_terminal()
    else:
        logging.basicConfig(handlers=[logging.NullHandler()])


def _log_to_the_terminal() -> None:
    from leadhand.log_setup import configure_logging  # noqa: PLC0415 - only when asked for
    from leadhand.settings import load_settings  # noqa: PLC0415

    with suppress(InvalidSetting):  # the command will say so
        configure_logging(load_settings(), debug=True)


def run() -> None:
    """The entry point of the distribution."""
    collector.look_seldom()
    tolerate_narrow_encodings()
    app(prog_name="leadhand")
