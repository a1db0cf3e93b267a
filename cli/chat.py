"""`leadhand chat`: one turn in the terminal."""

import asyncio
from typing import Annotated

import typer

from cli.border import FAULT_EXIT
from cli.options import Shop, User
from cli.terminal import show_error_line
from leadhand.settings import load_settings


def chat(
    question: Annotated[str, typer.Argument(help="What to ask, in quotes.", show_default=False)],
    shop: Shop,
    user: User = "me",
    thread: Annotated[
        str | None,
        typer.Option("--thread", metavar="ID", help="Continue this conversation.", show_default="a new one"),
    ] = None,
) -> None:
    """Ask a question and watch the answer being made.

    The answer goes to standard output; the tools it used and the conversation's id to standard error. A
    server need not be running. Exit status 1 when the turn failed.
    """
    from cli.turn import ask  # noqa: PLC0415 - graph and model libraries load only when used

    fault = asyncio.run(ask(load_settings(), question=question, shop=shop, user=user, chat_id=thread))
    if fault is not None:
        show_error_line(fault.code, fault.message)
        raise typer.Exit(FAULT_EXIT)
