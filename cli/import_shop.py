"""`leadhand import`: a folder of CSV files into a shop."""

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from cli.options import Shop
from leadhand.settings import load_settings


def import_shop(
    path: Annotated[
        Path, typer.Argument(metavar="PATH", help="The folder of CSV files.", show_default=False)
    ],
    shop: Shop,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Check and count everything, and keep nothing.")
    ] = False,
) -> None:
    """Import a folder of CSV files into a shop: all of it or nothing.

    docs/import.md has every file and column. What is stored already stays untouched; what the folder no
    longer has is reported, not deleted. With an error in any row nothing is changed.
    """
    from cli.exchange import import_into  # noqa: PLC0415 - the database libraries load only when used

    asyncio.run(import_into(load_settings(), shop=shop, folder=path, dry_run=dry_run))
