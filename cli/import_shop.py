"""`leadhand import`: a folder of CSV files, or a file of another system, into a shop."""

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from cli.options import Shop
from leadhand.errors import InvalidRequest
from leadhand.settings import load_settings


def import_shop(  # noqa: PLR0917 - each is an option of the command
    path: Annotated[
        str,
        typer.Argument(
            metavar="PATH",
            help="The folder of CSV files; or a file of another system (CSV, text, Excel, ODS, iCalendar); "
            "or holidays:US-IL for public holidays.",
            show_default=False,
        ),
    ],
    shop: Shop,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Check and count everything, and keep nothing.")
    ] = False,
    answer: Annotated[
        list[str] | None,
        typer.Option(
            "--answer", metavar="KEY=VALUE", help="Answer a question about a file; repeat for more."
        ),
    ] = None,
    mapping: Annotated[
        Path | None, typer.Option("--mapping", metavar="FILE", help="Read a file by this mapping.")
    ] = None,
    save_mapping: Annotated[
        Path | None,
        typer.Option("--save-mapping", metavar="FILE", help="Save how the file is read, to edit it."),
    ] = None,
    confirm: Annotated[
        bool, typer.Option("--confirm", help="Import by the mapping that --dry-run showed, and keep it.")
    ] = False,
    rows: Annotated[
        int | None,
        typer.Option(
            "--rows",
            metavar="N",
            min=1,
            max=2_000,
            help="Show so many rows of each kind, with all their columns, as they would be stored.",
        ),
    ] = None,
) -> None:
    """Import a folder of CSV files, or a file of another system, into a shop: all of it or nothing.

    docs/import.md has every file and column of a folder; docs/foreign-files.md says how other files are read.
    What is stored already stays untouched; what is no longer there is reported, not deleted. With an error in
    any row, or an open question about a file, nothing is changed.
    """
    # Of the two, only what is needed is loaded: what reads strangers' files takes as long as all the rest.
    if _is_foreign(path):
        from cli.foreign import ForeignOptions, import_file  # noqa: PLC0415

        options = ForeignOptions(tuple(answer or ()), mapping, save_mapping, confirm, rows)
        asyncio.run(import_file(load_settings(), shop=shop, source=path, dry_run=dry_run, options=options))
        return
    if answer or mapping or save_mapping or confirm or rows:
        raise InvalidRequest(f"{path} is a folder: it needs no mapping, answers or confirmation.")
    from cli.exchange import import_into  # noqa: PLC0415

    asyncio.run(import_into(load_settings(), shop=shop, folder=Path(path), dry_run=dry_run))


def _is_foreign(path: str) -> bool:
    """Whether it is no folder of ours; one file of such a folder is told that the folder is meant."""
    from storage.exchange.entities import FILES  # noqa: PLC0415

    if path.startswith("holidays:"):
        return True
    named = Path(path)
    return named.name not in FILES and (named.is_file() or (not named.exists() and bool(named.suffix)))
