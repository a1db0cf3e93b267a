"""What `leadhand report run` does."""

import asyncio
import time
from pathlib import Path
from typing import Final
from uuid import UUID

from cli.report_caller import Caller, caller_of, fit_name
from cli.report_work import print_report, require_place
from cli.terminal import err
from jobs.task import JobRow
from leadhand.settings import Settings
from reports.form import Form
from reports.opening import open_desk
from reports.options import ReportOptions
from reports.schedules.making import ReportMaker
from reports.schedules.worker import report_parts

# A report takes no longer than a tool may and its budget; then somebody else's attempt has died.
WAIT_S: Final = 300.0
LOOK_EVERY_S: Final = 0.25


async def make_now(
    settings: Settings, *, shop: str, user: str, name: str, form: Form, output: Path | None
) -> None:
    """Make a report of `shop` in this process, as `user`, and print or keep it.

    Raises:
        NotFound: no such shop. InvalidRequest: the form is none for a terminal, or the name none.
        ReportNotReady: it could not be made.
    """
    require_place(form, output)
    called = fit_name(name)
    async with open_desk(settings) as desk:
        who = await caller_of(settings, desk.database, shop=shop, user=user)
        asked = await who.desk.ask(who.tenant, name=called, options=ReportOptions())
        # A worker that is quicker makes it, and this finds it made.
        async with report_parts(desk) as parts:
            await ReportMaker(desk.database, parts).run(JobRow(shop, asked.id))
        await until_over(who, asked.id)
        await print_report(who, asked.id, form, output)
    err().print(f"Kept as {asked.id}; `leadhand report show --shop {shop} {asked.id}` shows it again.")


async def until_over(who: Caller, report_id: UUID) -> None:
    """A worker that took it up after this process did is the one that keeps what it makes."""
    until_s = time.monotonic() + WAIT_S
    while (await who.desk.get(who.tenant, report_id)).report.status in {"queued", "making"}:
        if time.monotonic() > until_s:
            return
        await asyncio.sleep(LOOK_EVERY_S)
