"""What `leadhand report run`, `list` and `show` do."""

import asyncio
import sys
from pathlib import Path
from uuid import UUID

from cli.report_caller import LINE_CHARS, NEVER, Caller, caller, caller_of, known_id
from cli.terminal import err, out, plain_table
from jobs.task import JobRow
from leadhand.errors import InvalidRequest, ReportNotReady
from leadhand.settings import Settings
from reports.form import Form
from reports.forms import render
from reports.options import ReportOptions
from reports.schedules.making import ReportMaker
from reports.schedules.service import absent_report
from reports.schedules.worker import report_parts
from runs.desk import open_desk

# What a terminal can show.
_TEXTS = {Form.MARKDOWN, Form.HTML, Form.JSON}
_LISTED = 50
_READER = "leadhand-report"


async def make_now(
    settings: Settings, *, shop: str, user: str, name: str, form: Form, output: Path | None
) -> None:
    """Make a report of `shop` in this process, as `user`, and print or keep it.

    Raises:
        NotFound: no such shop. InvalidRequest: the form is none for a terminal.
        ReportNotReady: it could not be made.
    """
    _require_place(form, output)
    async with open_desk(settings) as desk:
        who = await caller_of(settings, desk.database, shop=shop, user=user)
        asked = await who.desk.ask(who.tenant, name=name, options=ReportOptions())
        # A worker that is quicker makes it, and this finds it made.
        async with report_parts(desk) as parts:
            await ReportMaker(desk.database, parts).run(JobRow(shop, asked.id))
        await _print(who, asked.id, form, output)
    err().print(f"Kept as {asked.id}; `leadhand report show --shop {shop} {asked.id}` shows it again.")


async def show_reports(settings: Settings, *, shop: str) -> None:
    """Print the reports of `shop`; raises NotFound."""
    async with caller(settings, shop=shop, user=_READER) as who:
        found = await who.desk.newest(who.tenant, limit=_LISTED)
    if not found:
        err().print(f"The shop {shop} has no report; `leadhand report run --shop {shop}` makes one.")
        return
    table = plain_table("id", "status", "name", "period", "made", "owner", "code")
    for one in found:
        table.add_row(
            str(one.id),
            one.status,
            one.name,
            one.period or NEVER,
            who.minute(one.made_at),
            one.owner_id,
            one.code or NEVER,
        )
    console = out()
    console.width = LINE_CHARS
    console.print(table)


async def show_report(
    settings: Settings, *, shop: str, report_id: str, form: Form, output: Path | None
) -> None:
    """Print or keep a report; raises NotFound, ReportNotReady, InvalidRequest."""
    _require_place(form, output)
    async with caller(settings, shop=shop, user=_READER) as who:
        await _print(who, await _chosen(who, report_id), form, output)


async def _chosen(who: Caller, report_id: str) -> UUID:
    if report_id != "latest":
        return known_id(report_id, absent_report())
    found = await who.desk.newest(who.tenant, limit=_LISTED)
    ready = [one.id for one in found if one.status == "ready"]
    if not ready:
        raise ReportNotReady("The shop has no report that is ready yet.")
    return ready[0]


async def _print(who: Caller, report_id: UUID, form: Form, output: Path | None) -> None:
    file = await asyncio.to_thread(render, await who.desk.content(who.tenant, report_id), form)
    if output is None:
        sys.stdout.write(file.body.decode())
        return
    try:
        await asyncio.to_thread(output.write_bytes, file.body)
    except OSError as error:
        raise InvalidRequest(f"{output} cannot be written: {error.strerror}.") from None
    err().print(f"Written to {output}.")


def _require_place(form: Form, output: Path | None) -> None:
    if output is None and form not in _TEXTS:
        raise InvalidRequest(f"A terminal cannot show {form.value}; name a file with --output.")
