"""`leadhand apikey`: keys for programs that call a shop, made, listed and revoked."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Annotated

import typer

from cli.border import coded_errors
from cli.options import Shop, User
from cli.rights import Everything, Permissions, wanted_rights
from leadhand.settings import load_settings

MAX_DAYS = 3_660
MAX_NAME_CHARS = 200

apikey = typer.Typer(no_args_is_help=True, help="Make, list and revoke API keys of a shop.")


def _name(value: str) -> str:
    if not 0 < len(value) <= MAX_NAME_CHARS or not value.isprintable() or value != value.strip():
        raise typer.BadParameter(f"a key's name is 1 to {MAX_NAME_CHARS} printable characters")
    return value


@apikey.command()
@coded_errors
def create(
    shop: Shop,
    user: User,
    name: Annotated[str, typer.Option("--name", metavar="TEXT", help="What the key is for.", callback=_name)],
    permission: Permissions = None,
    *,
    everything: Everything = False,
    days: Annotated[int, typer.Option("--days", help="How long it holds.", min=1, max=MAX_DAYS)] = 365,
) -> None:
    """Make a key and print it, alone on standard output. It is shown this once.

    Whoever sends it as `Authorization: Bearer lh_…` acts as the user, with these permissions and no others.
    """
    from cli.api_keys import make_key  # noqa: PLC0415 - the database libraries load only when used

    wanted = wanted_rights(permission, everything=everything)
    expires = datetime.now(UTC) + timedelta(days=days)
    asyncio.run(
        make_key(load_settings(), shop=shop, user=user, name=name, permissions=wanted, expires=expires)
    )


@apikey.command("list")
@coded_errors
def list_(shop: Shop) -> None:
    """List the shop's keys, newest first, without their secrets. Times are UTC."""
    from cli.api_keys import show_keys  # noqa: PLC0415 - the database libraries load only when used

    asyncio.run(show_keys(load_settings(), shop=shop))


@apikey.command()
@coded_errors
def revoke(
    key_id: Annotated[
        str, typer.Argument(metavar="ID", help="The key's id: what follows lh_ up to the next _.")
    ],
    shop: Shop,
) -> None:
    """Revoke a key for good. Running servers refuse it within ten seconds."""
    from cli.api_keys import end_key  # noqa: PLC0415 - the database libraries load only when used

    asyncio.run(end_key(load_settings(), shop=shop, key_id=key_id))
