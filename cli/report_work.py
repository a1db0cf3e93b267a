"""What `leadhand report list`, `show` and `resend` do; nothing here loads what makes reports."""

import asyncio
import sys
from pathlib import Path
from uuid import UUID

from cli.report_caller import LINE_CHARS, NEVER, Caller, caller, known_id
from cli.terminal import err, out, plain_table
from leadhand.errors import DeliveryNotFailed, InvalidRequest, ReportNotReady
from leadhand.settings import Settings
from reports.form import Form
from reports.forms import render
from reports.schedules.service import absent_report

# What a terminal can show.
_TEXTS = {Form.MARKDOWN, Form.HTML, Form.JSON}
_LISTED = 50
_READER = "leadhand-report"


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
    require_place(form, output)
    async with caller(settings, shop=shop, user=_READER) as who:
        await print_report(who, await _chosen(who, report_id), form, output)


async def send_again(settings: Settings, *, shop: str, user: str, report_id: str) -> None:
    """Raises NotFound, DeliveryNotFailed: it has reached all, or still tries to."""
    async with caller(settings, shop=shop, user=user) as who:
        report = known_id(report_id, absent_report())
        deliveries = (await who.desk.get(who.tenant, report)).deliveries
        failed = [one for one in deliveries if one.status == "failed"]
        if not failed:
            raise DeliveryNotFailed("No delivery of the report has failed.")
        for one in failed:
            await who.desk.send_again(who.tenant, report, one.id)
            out().print(f"{one.kind} {one.target}", markup=False)


async def _chosen(who: Caller, report_id: str) -> UUID:
    if report_id != "latest":
        return known_id(report_id, absent_report())
    found = await who.desk.newest(who.tenant, limit=_LISTED)
    ready = [one.id for one in found if one.status == "ready"]
    if not ready:
        raise ReportNotReady("The shop has no report that is ready yet.")
    return ready[0]


async def print_report(who: Caller, report_id: UUID, form: Form, output: Path | None) -> None:
    """Raises NotFound, ReportNotReady, InvalidRequest: the file cannot be written."""
    file = await asyncio.to_thread(render, await who.desk.content(who.tenant, report_id), form)
    if output is None:
        sys.stdout.write(file.body.decode())
        return
    try:
        await asyncio.to_thread(output.write_bytes, file.body)
    except OSError as error:
        raise InvalidRequest(f"{output} cannot be written: {error.strerror}.") from None
    err().print(f"Written to {output}.")


def require_place(form: Form, output: Path | None) -> None:
    """Raises InvalidRequest: the form is none for a terminal."""
    if output is None and form not in _TEXTS:
        raise InvalidRequest(f"A terminal cannot show {form.value}; name a file with --output.")
