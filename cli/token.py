"""`leadhand token`: a signed bearer token."""

from datetime import UTC, datetime, timedelta
from typing import Annotated

import typer

from cli.options import Shop, User
from leadhand.context import Permission
from leadhand.settings import load_settings

MAX_HOURS = 24 * 366


def token(
    shop: Shop,
    user: User,
    permission: Annotated[
        list[Permission] | None,
        typer.Option(
            "--permission", metavar="P", help="What it allows; repeat for more. Default: planning:read."
        ),
    ] = None,
    hours: Annotated[
        float, typer.Option("--hours", help="How long it holds.", min=0.01, max=MAX_HOURS)
    ] = 24.0,
) -> None:
    """Print a signed bearer token, alone on standard output.

    Signed with LEADHAND_JWT_SECRET, or in development with a secret that is kept in the data directory.
    Permissions: planning:read, planning:write, approve, knowledge:read, knowledge:write, reports:read,
    reports:write, studio, admin.
    """
    from cli.bearer import sign  # noqa: PLC0415 - cryptography loads only when used

    wanted = permission or [Permission.PLANNING_READ]
    expires = datetime.now(UTC) + timedelta(hours=hours)
    typer.echo(sign(load_settings(), shop=shop, user=user, permissions=wanted, expires=expires))
