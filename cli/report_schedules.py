"""What `leadhand report schedule` does."""

from collections.abc import Sequence
from uuid import UUID

from cli.report_caller import LINE_CHARS, NEVER, caller, fit_name, known_id
from cli.terminal import err, out, plain_table
from leadhand.settings import Settings
from reports.delivery.recipients import RecipientAsked
from reports.form import Form
from reports.schedules.service import ScheduleWish, absent_schedule
from storage.report_schedules import MAX_SCHEDULES

_READER = "leadhand-report"


async def add_schedule(
    settings: Settings,
    *,
    shop: str,
    user: str,
    name: str,
    when: str,
    timezone: str,
    emails: Sequence[str],
    folder: Sequence[Form],
) -> None:
    """Keep a schedule of `shop` and print its id; raises NotFound, InvalidRequest."""
    recipients = [
        *(RecipientAsked(kind="email", target=address) for address in emails),
        *(RecipientAsked(kind="folder", target=form.value) for form in folder),
    ]
    wish = ScheduleWish(name=fit_name(name), when=when, timezone=timezone, recipients=recipients)
    async with caller(settings, shop=shop, user=user) as who:
        made = await who.desk.add_schedule(who.tenant, wish)
        err().print(f"The first report of {made.name} is due on {who.minute(made.next_at)}.")
    out().print(str(made.id))


async def show_schedules(settings: Settings, *, shop: str) -> None:
    """Print the schedules of `shop`; raises NotFound."""
    async with caller(settings, shop=shop, user=_READER) as who:
        found = await who.desk.schedules(who.tenant, limit=MAX_SCHEDULES)
    if not found:
        err().print(f"The shop {shop} has no schedule; `leadhand report schedule add` makes one.")
        return
    table = plain_table("id", "name", "when", "time zone", "next", "owner", "recipients")
    for one in found:
        table.add_row(
            str(one.id),
            one.name,
            one.due,
            one.timezone or who.tenant.timezone,
            who.minute(one.next_at) if one.active else "rests",
            one.owner_id,
            ", ".join(f"{to.kind} {to.target}" for to in one.recipients) or NEVER,
        )
    console = out()
    console.width = LINE_CHARS
    console.print(table)


async def set_active(settings: Settings, *, shop: str, user: str, schedule_id: str, active: bool) -> None:
    """Raises NotFound."""
    async with caller(settings, shop=shop, user=user) as who:
        there = _id(schedule_id)
        changed = await who.desk.change_schedule(who.tenant, there, ScheduleWish(active=active))
        state = f"goes on: {who.minute(changed.next_at)}" if active else "rests"
    out().print(f"The schedule {changed.name} {state}.")


async def end_schedule(settings: Settings, *, shop: str, schedule_id: str) -> None:
    """Raises NotFound."""
    async with caller(settings, shop=shop, user=_READER) as who:
        await who.desk.delete_schedule(who.tenant, _id(schedule_id))
    out().print("The schedule is deleted; its reports stay.")


def _id(text: str) -> UUID:
    return known_id(text, absent_schedule())
