"""One of the processes of `leadhand serve --workers`; its supervisor runs `python -m cli.server_child`.

It shares the address with the others. `link` is a socket to the supervisor: a byte there says that this
process serves, and its end says that the supervisor is gone, which ends this process, too.
"""

import argparse
import asyncio
import os
import signal
import socket
import sys

import typer

from cli import collector
from cli.border import coded_errors, debugging
from cli.listening import shared_address
from cli.server_process import SERVING
from cli.terminal import tolerate_narrow_encodings
from leadhand.settings import load_settings


class _Asked(argparse.Namespace):
    host: str
    port: int
    link: int
    worker: bool
    debug: bool


def main() -> int:
    """The exit status; what went wrong is one coded line, as of any command."""
    parser = argparse.ArgumentParser(prog="cli.server_child")
    parser.add_argument("--host", required=True)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--link", type=int, required=True, help="file number of the supervisor's socket")
    parser.add_argument("--worker", action="store_true", help="run jobs, too")
    parser.add_argument("--debug", action="store_true")
    asked = parser.parse_args(namespace=_Asked())
    collector.look_seldom()
    tolerate_narrow_encodings()
    debugging.set(asked.debug)
    try:
        coded_errors(lambda: _serve(asked))()
    except typer.Exit as end:
        return end.exit_code
    return 0


def _serve(asked: _Asked) -> None:
    from cli.http_server import serve_on  # noqa: PLC0415 - the collector is told before most is loaded

    # What this process starts must not keep the link open after it.
    os.set_inheritable(asked.link, False)
    with (
        socket.socket(fileno=asked.link) as link,
        shared_address(asked.host, asked.port) as address,
    ):
        serve_on(address, load_settings(), worker=asked.worker, announce=lambda: _tell(link))


def _tell(link: socket.socket) -> None:
    link.setblocking(False)
    asyncio.get_running_loop().add_reader(link, _supervisor_gone, link)
    try:
        link.send(SERVING)
    except OSError:  # the supervisor is gone; the reader sees it, too
        return


def _supervisor_gone(link: socket.socket) -> None:
    asyncio.get_running_loop().remove_reader(link)
    os.kill(os.getpid(), signal.SIGTERM)


if __name__ == "__main__":
    sys.exit(main())
