"""`leadhand serve`: the HTTP server."""

import asyncio
import sys
from typing import Annotated

import typer

from cli.border import FAULT_EXIT, debugging
from cli.terminal import out
from leadhand.errors import InvalidSetting
from leadhand.settings import Settings, load_settings

MAX_PORT = 65_535
MAX_PROCESSES = 64
# The embedded Postgres takes 100 connections, of which some are for itself and for other commands.
EMBEDDED_CONNECTIONS = 90


def serve(
    host: Annotated[str, typer.Option(help="The address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="The port; 0 takes a free one.", min=0, max=MAX_PORT)] = 8000,
    workers: Annotated[
        int, typer.Option(help="Server processes of this port.", min=1, max=MAX_PROCESSES)
    ] = 1,
    *,
    no_worker: Annotated[
        bool, typer.Option("--no-worker", help="Run no jobs here; `leadhand worker` does elsewhere.")
    ] = False,
) -> None:
    """Serve the HTTP API, and run its jobs.

    With no LEADHAND_DATABASE_URL it starts the embedded Postgres and brings it up to date first. A database
    that is away does not keep the server from starting: /readyz says so, and it heals by itself. Stops on
    Ctrl-C and SIGTERM, after running answers had a moment to finish. With --workers above 1 a supervisor
    keeps so many processes, starts those again that die, and ends all of them together.
    """
    from cli.early_checks import check_settings  # noqa: PLC0415 - only when used

    settings = load_settings()
    check_settings(settings)
    if workers > 1:
        _serve_with_many(settings, host, port, workers, worker=not no_worker)
        return
    from cli.listening import listening_socket  # noqa: PLC0415 - only when used

    with listening_socket(host, port) as listener:
        # The server's libraries take seconds to load; that the port is in use is said before.
        from cli.http_server import run_server  # noqa: PLC0415

        run_server(listener, settings, worker=not no_worker)


def _serve_with_many(settings: Settings, host: str, port: int, count: int, *, worker: bool) -> None:
    _check_that_many_can_be(settings, count)
    from cli.banner import banner  # noqa: PLC0415 - only when used
    from cli.listening import reserved_address  # noqa: PLC0415
    from cli.supervisor import RefusedToStartError, supervise  # noqa: PLC0415
    from leadhand.log_setup import configure_logging  # noqa: PLC0415

    configure_logging(settings, debug=debugging.get())
    with reserved_address(host, port) as address:
        found: int = address.getsockname()[1]
        options = ["--host", host, "--port", str(found)]
        options += ["--worker"] if worker else []
        options += ["--debug"] if debugging.get() else []

        def announce() -> None:
            shown: str = address.getsockname()[0]
            out().print(banner(settings, shown, found, worker=worker, processes=count))

        try:
            asyncio.run(supervise(settings, options=options, count=count, announce=announce))
        except RefusedToStartError:
            raise typer.Exit(FAULT_EXIT) from None


def _check_that_many_can_be(settings: Settings, count: int) -> None:
    """Raises InvalidSetting where they cannot."""
    if sys.platform == "win32":
        raise InvalidSetting("--workers: more than one needs Linux or macOS")
    wanted = count * settings.database_pool_max
    if settings.embedded and wanted > EMBEDDED_CONNECTIONS:
        raise InvalidSetting(
            f"--workers {count}: with LEADHAND_DATABASE_POOL_MAX={settings.database_pool_max} they may open "
            f"{wanted} connections, and the embedded Postgres has {EMBEDDED_CONNECTIONS}; "
            f"{EMBEDDED_CONNECTIONS // count} each fit"
        )
