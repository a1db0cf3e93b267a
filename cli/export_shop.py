"""`leadhand export`: a shop as a folder of CSV files."""

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from cli.options import Shop
from leadhand.settings import load_settings


def export_shop(
    path: Annotated[
        Path, typer.Argument(metavar="PATH", help="A new folder, or an empty one.", show_default=False)
    ],
    shop: Shop,
) -> None:
    """Export a shop as a folder of CSV files, which `leadhand import` reads.

    All files are of one moment. The folder is there whole or not at all.
    """
    from cli.exchange import export_from  # noqa: PLC0415 - the database libraries load only when used

    asyncio.run(export_from(load_settings(), shop=shop, folder=path))
