"""`leadhand token`: a signed bearer token."""

from datetime import UTC, datetime, timedelta
from typing import Annotated

import typer

from cli.options import Shop, User
from cli.rights import Everything, Permissions, left_out, named, wanted_rights
from cli.terminal import err
from leadhand.settings import load_settings

MAX_HOURS = 24 * 366


def token(
    shop: Shop,
    user: User,
    permission: Permissions = None,
    *,
    everything: Everything = False,
    hours: Annotated[
        float, typer.Option("--hours", help="How long it holds.", min=0.01, max=MAX_HOURS)
    ] = 24.0,
) -> None:
    """Print a signed bearer token, alone on standard output; what it allows is told beside it.

    Signed with LEADHAND_JWT_SECRET, or in development with a secret that is kept in the data directory.
    Permissions: planning:read, planning:write, approve, knowledge:read, knowledge:write, reports:read,
    reports:write, studio, admin.
    """
    from cli.bearer import sign  # noqa: PLC0415 - cryptography loads only when used

    wanted = wanted_rights(permission, everything=everything)
    expires = datetime.now(UTC) + timedelta(hours=hours)
    signed = sign(load_settings(), shop=shop, user=user, permissions=wanted, expires=expires)
    err().print(f"{user} of {shop} may: {named(wanted)}. {left_out(wanted)}".rstrip())
    typer.echo(signed)
