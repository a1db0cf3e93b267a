"""`leadhand serve`: the HTTP server."""

from typing import Annotated

import typer

from leadhand.settings import load_settings

MAX_PORT = 65_535


def _one_worker(value: int) -> int:
    if value > 1:
        raise typer.BadParameter(
            "one process serves one port; start several servers, each with a port of its own, behind a proxy"
        )
    return value


def serve(
    host: Annotated[str, typer.Option(help="The address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="The port; 0 takes a free one.", min=0, max=MAX_PORT)] = 8000,
    workers: Annotated[int, typer.Option(help="Server processes.", min=1, callback=_one_worker)] = 1,
    *,
    no_worker: Annotated[
        bool, typer.Option("--no-worker", help="Run no jobs here; `leadhand worker` does elsewhere.")
    ] = False,
) -> None:
    """Serve the HTTP API, and run its jobs.

    With no LEADHAND_DATABASE_URL it starts the embedded Postgres and brings it up to date first. A database
    that is away does not keep the server from starting: /readyz says so, and it heals by itself. Stops on
    Ctrl-C and SIGTERM, after running answers had a moment to finish.
    """
    from cli.http_server import run_server  # noqa: PLC0415 - the server's libraries load only when used

    del workers
    run_server(load_settings(), host=host, port=port, worker=not no_worker)
