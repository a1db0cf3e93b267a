"""What `leadhand alert` does."""

import shlex
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager

from pydantic import ValidationError

from cli.report_caller import LINE_CHARS, NEVER, Caller, caller, fit_name, known_id
from cli.terminal import err, out, plain_table
from leadhand.errors import InvalidRequest, JsonValue
from leadhand.settings import Settings
from reports.alerts.conditions import CONDITION, Condition
from reports.alerts.service import MAX_ALERTS, AlertDesk, AlertWish, absent_alert
from reports.delivery.recipients import RecipientAsked
from reports.form import Form
from storage.shops import ShopReader

_READER = "leadhand-report"
# Values that are lists: `types=late,people`.
_LISTS = frozenset({"types"})


async def add_alert(
    settings: Settings,
    *,
    shop: str,
    user: str,
    name: str,
    condition: str,
    emails: Sequence[str],
    folder: Sequence[Form],
) -> None:
    """Keep an alert of `shop` and print its id; raises NotFound, InvalidRequest."""
    recipients = [
        *(RecipientAsked(kind="email", target=address) for address in emails),
        *(RecipientAsked(kind="folder", target=form.value) for form in folder),
    ]
    wish = AlertWish(name=fit_name(name), condition=_read(condition), recipients=recipients)
    async with _desk(settings, shop=shop, user=user) as (who, desk):
        made = await desk.add(who.tenant, wish)
    err().print(f"{made.name} is looked at as soon as a server or worker runs.")
    out().print(str(made.id))


async def show_alerts(settings: Settings, *, shop: str) -> None:
    """Print the alerts of `shop`; raises NotFound."""
    async with _desk(settings, shop=shop, user=_READER) as (who, desk):
        found = await desk.listed(who.tenant, limit=MAX_ALERTS)
    if not found:
        err().print(f"The shop {shop} has no alert; `leadhand alert add` makes one.")
        return
    table = plain_table("id", "name", "condition", "raised", "looked at", "owner", "recipients", "code")
    for one in found:
        table.add_row(
            str(one.id),
            one.name,
            _said(one.condition),
            str(one.raised) if one.active else "rests",
            who.minute(one.looked_at),
            one.owner_id,
            ", ".join(f"{to.kind} {to.target}" for to in one.recipients) or NEVER,
            one.code or NEVER,
        )
    console = out()
    console.width = LINE_CHARS
    console.print(table)


async def show_alert(settings: Settings, *, shop: str, alert_id: str) -> None:
    """Raises NotFound."""
    async with _desk(settings, shop=shop, user=_READER) as (who, desk):
        found = await desk.get(who.tenant, known_id(alert_id, absent_alert()))
    err().print(f"{found.alert.name}: {_said(found.alert.condition)}")
    table = plain_table("for", "raised", "cleared", "notice")
    for one in found.episodes:
        table.add_row(
            one.label, who.minute(one.raised_at), who.minute(one.cleared_at), str(one.report_id or NEVER)
        )
    console = out()
    console.width = LINE_CHARS
    console.print(table)


async def remove_alert(settings: Settings, *, shop: str, alert_id: str) -> None:
    """Raises NotFound."""
    async with _desk(settings, shop=shop, user=_READER) as (who, desk):
        await desk.delete(who.tenant, known_id(alert_id, absent_alert()))
    out().print("The alert is removed.")


@asynccontextmanager
async def _desk(settings: Settings, *, shop: str, user: str) -> AsyncGenerator[tuple[Caller, AlertDesk]]:
    """Raises NotFound: there is no such shop."""
    async with caller(settings, shop=shop, user=user) as who:
        yield who, AlertDesk(who.desk.database, who.desk.bounds, ShopReader(who.desk.database))


def _read(text: str) -> Condition:
    """`kind name=value …`; raises InvalidRequest."""
    try:
        kind, *rest = shlex.split(text)
        values: dict[str, JsonValue] = {"kind": kind}
        for part in rest:
            key, is_there, value = part.partition("=")
            if not is_there:
                raise _wrong(f"`{part[:60]}` is not like hours=8")
            items: list[JsonValue] = list(value.split(","))
            values[key] = items if key in _LISTS else value
        return CONDITION.validate_python(values)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        place = ".".join(str(part) for part in first["loc"][1:]) or "its kind"
        raise _wrong(f"{place}: {first['msg']}") from None
    except ValueError:
        raise _wrong("write its kind and what it needs, such as `order_late hours=8`") from None


def _said(condition: dict[str, JsonValue]) -> str:
    """As `_read` reads it."""
    values = {key: value for key, value in condition.items() if value not in (None, []) and key != "kind"}
    return shlex.join(
        [str(condition.get("kind")), *(f"{key}={_text(value)}" for key, value in values.items())]
    )


def _text(value: JsonValue) -> str:
    if isinstance(value, list):
        return ",".join(_text(one) for one in value)
    return f"{value:g}" if isinstance(value, float) else str(value)


def _wrong(problem: str) -> InvalidRequest:
    return InvalidRequest(
        f"The condition cannot be read: {problem}.",
        details={"fields": [{"field": "condition", "problem": problem}]},
    )
