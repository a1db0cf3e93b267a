"""Options that several commands share."""

import re
from typing import Annotated

import typer

SHOP_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,62}")
MAX_USER_CHARS = 200


def _shop(value: str) -> str:
    if SHOP_NAME.fullmatch(value) is None:
        raise typer.BadParameter(
            "a shop's name is lower case letters, digits, - and _, up to 63 of them, and starts with a "
            "letter or digit"
        )
    return value


def _user(value: str) -> str:
    if not 0 < len(value) <= MAX_USER_CHARS or not value.isprintable() or value != value.strip():
        raise typer.BadParameter(f"a user is 1 to {MAX_USER_CHARS} printable characters")
    return value


Shop = Annotated[str, typer.Option("--shop", metavar="NAME", help="The shop's short name.", callback=_shop)]
User = Annotated[str, typer.Option("--user", metavar="NAME", help="Who is asking.", callback=_user)]
