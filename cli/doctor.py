"""`leadhand doctor`: what works, one line each."""

import asyncio

import typer

from cli.border import FAULT_EXIT
from cli.terminal import out


def doctor() -> None:
    """Check settings, database, schema, model and embeddings.

    One line each, `ok` or `fault`; exit status 1 when there is a fault. Starts the embedded Postgres if that
    is the database. With a model endpoint, one short request is sent to it.
    """
    from cli.checks import examine  # noqa: PLC0415 - database and model libraries load only when used

    findings = asyncio.run(examine())
    for finding in findings:
        mark = "ok" if finding.ok else "fault"
        out().print(f"{mark:<6} {finding.subject:<10} {finding.text}", style=None if finding.ok else "red")
    if not all(finding.ok for finding in findings):
        raise typer.Exit(FAULT_EXIT)
