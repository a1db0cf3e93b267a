"""Where a command's errors become one line and an exit status."""

import sys
from collections.abc import Callable
from contextvars import ContextVar
from functools import wraps
from typing import ParamSpec

import typer
from typer.exceptions import TyperException

from cli.terminal import err, show_error
from leadhand.errors import InternalFault, LeadhandError

FAULT_EXIT = 1
INTERRUPTED_EXIT = 130

# Set by `leadhand --debug`: an unexpected error then keeps its traceback.
debugging: ContextVar[bool] = ContextVar("debugging", default=False)

P = ParamSpec("P")


def coded_errors(command: Callable[P, None]) -> Callable[P, None]:
    """The command, ending with its result or with one coded line, never with a traceback."""

    @wraps(command)
    def run(*args: P.args, **kwargs: P.kwargs) -> None:
        try:
            return command(*args, **kwargs)
        except LeadhandError as error:
            show_error(error)
        except (TyperException, typer.Exit, typer.Abort, BrokenPipeError):
            raise  # wrong usage and wanted exits: Typer words and counts them
        except KeyboardInterrupt:
            if sys.stderr.isatty():
                err().print()
            raise typer.Exit(INTERRUPTED_EXIT) from None
        except Exception as error:
            if debugging.get():
                raise
            kind = type(error).__name__
            show_error(InternalFault(f"Leadhand failed ({kind}); `leadhand --debug …` shows where."))
        raise typer.Exit(FAULT_EXIT)

    return run
