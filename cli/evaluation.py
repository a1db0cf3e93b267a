"""`leadhand eval`: how good Leadhand is, by questions that a checkout of the repository brings."""

import asyncio
import sys
from pathlib import Path
from typing import Annotated, Final

import typer

from cli.border import FAULT_EXIT, coded_errors
from cli.terminal import err, out
from leadhand.errors import NotFound

CHECKOUT: Final = Path(__file__).parents[1]
# Of each held-out set; below what docs/evaluation.md tells, above what would be a fault.
LEAST_MRR: Final = 0.6
LEAST_PRECISION: Final = 0.82
LEAST_REFUSED: Final = 0.18
LEAST_ELSEWHERE: Final = 0.65

evaluation = typer.Typer(no_args_is_help=True, help="Measure how good Leadhand is.")


@evaluation.callback()
def _evaluation() -> None:
    """Keeps `retrieval` a command of its own, though it is the only one."""


@evaluation.command()
@coded_errors
def retrieval(
    fail_under: Annotated[
        float,
        typer.Option(
            "--fail-under", metavar="MRR", min=0, max=1, help="Of fused search on each held-out set."
        ),
    ] = LEAST_MRR,
    fail_under_precision: Annotated[
        float,
        typer.Option(
            "--fail-under-precision", metavar="P", min=0, max=1, help="Of refusals on each held-out set."
        ),
    ] = LEAST_PRECISION,
    fail_under_refused: Annotated[
        float,
        typer.Option(
            "--fail-under-refused",
            metavar="R",
            min=0,
            max=1,
            help="How much must be refused of what no document says.",
        ),
    ] = LEAST_REFUSED,
    fail_under_elsewhere: Annotated[
        float,
        typer.Option(
            "--fail-under-elsewhere",
            metavar="E",
            min=0,
            max=1,
            help="How much must be refused of what is about something else altogether.",
        ),
    ] = LEAST_ELSEWHERE,
    database: Annotated[
        Path | None,
        typer.Option("--database", metavar="FOLDER", help="Keep the documents there for another time."),
    ] = None,
) -> None:
    """Ask the demo handbook questions, and count where the search has the answer.

    Prints hit@1, hit@5 and MRR by words, by meaning and fused, by kind of question, with 95 % intervals, and
    how many refusals are right. Ends with 1 when a held-out set is below a bound.
    """
    if not (CHECKOUT / "evals" / "retrieval").is_dir():
        raise NotFound(
            "The questions of the evaluation are not part of an installation; they are in the repository: "
            "`make eval-retrieval` there."
        )
    # The script of an editable installation knows the packages of the wheel alone.
    sys.path.append(str(CHECKOUT))
    from evals.retrieval.report import Gates, evaluate, missed, told  # noqa: PLC0415 - in a checkout alone

    asked = asyncio.run(evaluate(database))
    for line in told(asked):
        out().print(line)
    gates = Gates(fail_under, fail_under_precision, fail_under_refused, fail_under_elsewhere)
    below = list(missed(asked, gates))
    for line in below:
        err().print(line, style="red")
    if below:
        raise typer.Exit(FAULT_EXIT)
