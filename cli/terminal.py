"""What commands print: results on standard output, the rest on standard error, colour only on a terminal."""

import sys
from io import TextIOWrapper

from rich.console import Console
from rich.table import Table

from leadhand.errors import LeadhandError


def _console(*, stderr: bool) -> Console:
    """Made at each use, so that it writes to whatever the stream is now."""
    stream = sys.stderr if stderr else sys.stdout
    plain = not stream.isatty()
    return Console(
        stderr=stderr,
        no_color=plain or None,
        force_terminal=False if plain else None,
        highlight=False,
        markup=False,
        emoji=False,
        soft_wrap=True,
    )


def out() -> Console:
    """Results: what a pipe wants."""
    return _console(stderr=False)


def err() -> Console:
    """Progress, notes and errors: what a person wants."""
    return _console(stderr=True)


def show_error(error: LeadhandError) -> None:
    """One line, `error[code]: message`, with near misses or choices behind it if there are any."""
    names: list[str] = []
    for key in ("suggestions", "choices"):
        found = error.details.get(key)
        if isinstance(found, list):
            names += [str(name) for name in found]
    show_error_line(error.code, error.message + (f" ({', '.join(names)})" if names else ""))


def show_error_line(code: str, message: str) -> None:
    err().print(f"error[{code}]: {' '.join(message.split())}", style="red")


def plain_table(*headings: str) -> Table:
    """A table without lines that reads well on a terminal and in a pipe."""
    table = Table(box=None, pad_edge=False, show_header=bool(headings), padding=(0, 3, 0, 0))
    for heading in headings:
        table.add_column(heading, overflow="fold")
    return table


def tolerate_narrow_encodings() -> None:
    """A terminal that cannot show a character gets a question mark, not an exception."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="replace")
