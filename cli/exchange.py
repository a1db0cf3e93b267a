"""What `leadhand import` and `leadhand export` do and say."""

from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

from rich.text import Text

from cli.progress import by_file
from cli.terminal import err, out, plain_table
from leadhand.context import Permission, Principal
from leadhand.errors import ImportRejected
from leadhand.settings import Settings
from storage.database import Database
from storage.exchange.exporting import export_folder
from storage.exchange.importing import ImportReport, import_folder
from storage.exchange.problems import MAX_PROBLEMS_A_FILE, Problem, shown
from storage.exchange.writing import FileCounts

# Changed rows of a file that a dry run tells.
DIFFERING_ROWS = 20


async def import_into(settings: Settings, *, shop: str, folder: Path, dry_run: bool) -> None:
    """Import, or say row by row why not.

    Raises:
        ImportRejected: rows are wrong; they have been told.
        InvalidRequest, NotFound, DatabaseUnavailable, …: as `import_folder`.
    """
    who = Principal(shop, "leadhand-import", frozenset({Permission.ADMIN}))
    async with Database.open(settings) as database:
        with by_file(f"Checking {folder}" if dry_run else f"Importing {folder}") as progress:
            report = await import_folder(database, who, folder, dry_run=dry_run, progress=progress)
    for notice in report.notices:
        err().print(f"note: {notice}", style="yellow")
    for file, more in report.more_notices.items():
        err().print(f"note: {file}: {more:,} more like these", style="yellow")
    if report.problems:
        tell_problems(report.problems, report.given_up)
    tell_counts(report, shop, dry_run=dry_run)


async def export_from(settings: Settings, *, shop: str, folder: Path) -> None:
    """Export, and say how many rows each file has.

    Raises:
        InvalidRequest, NotFound, DatabaseUnavailable, …: as `export_folder`.
    """
    who = Principal(shop, "leadhand-export", frozenset({Permission.ADMIN}))
    async with Database.open(settings) as database:
        with by_file(f"Exporting {shop}") as progress:
            written = await export_folder(
                database, who, folder, progress=lambda file, rows: progress(f"{file} {rows:,}", 0, 1)
            )
    out().print(f"Exported the shop {shop} to {folder}.")
    table = plain_table()
    for file in written:
        table.add_row(f"{file.rows:>9,}", file.file)
    out().print(table)


def tell_problems(problems: Sequence[Problem], given_up: frozenset[str]) -> NoReturn:
    """Each wrong row, then the error that ends the command.

    Raises:
        ImportRejected: always.
    """
    for problem in problems:
        err().print(Text(str(problem)))
    for file in sorted(given_up):
        err().print(f"{file} was not read to its end, and what refers to its rows was not checked.")
    files = len({problem.file for problem in problems})
    count = len(problems)
    said = f"{count:,} error{'s' if count > 1 else ''} in {files} file{'s' if files > 1 else ''}"
    most = f", at most {MAX_PROBLEMS_A_FILE} told of one" if given_up else ""
    raise ImportRejected(
        f"{said}{most}; nothing was changed.",
        details={"errors": count},
    )


def tell_counts(report: ImportReport, shop: str, *, dry_run: bool, rows: int | None = None) -> None:
    """What an import changed, or would change, file by file. `rows`: how many changed rows of each are
    told."""
    would = "would " if dry_run else ""
    if report.created:
        said = f"The shop {shop} {'would be' if dry_run else 'was'} made."
    elif not report.changes:
        said = f"The shop {shop} says all of it already; nothing {would}change{'' if dry_run else 'd'}."
    else:
        said = f"The shop {shop} {'would change' if dry_run else 'was changed'}."
    out().print(f"{said}{' This was a dry run: nothing is kept.' if dry_run else ''}")
    table = plain_table("file", "new", "changed", "unchanged", "missing", "removed")
    for counts in report.files:
        numbers = (counts.new, counts.changed, counts.unchanged, counts.missing, counts.removed)
        table.add_row(counts.file, *(f"{number:,}" for number in numbers))
    out().print(table)
    for counts in report.files:
        _tell_differing(counts, rows or DIFFERING_ROWS)
    for counts in report.files:
        if counts.missing:
            out().print(Text(_missing(counts)))
    if report.was_demo:
        no_more = "would no longer be" if dry_run else "is no longer"
        out().print(f"{shop} {no_more} a demo shop: `leadhand demo --replace` leaves it alone.")
        out().print(
            "The demo's handbook stays, and questions are answered from it:"
            f" `leadhand demo --shop {shop} --remove-handbook` takes it out."
        )


def _tell_differing(counts: FileCounts, most: int) -> None:
    """Which fields of rows that are there already change: from what, to what."""
    if not counts.differing:
        return
    out().print(Text(f"would change in {counts.file}:"))
    for change in counts.differing[:most]:
        said = "; ".join(f"{name} {_or_empty(old)} -> {_or_empty(new)}" for name, old, new in change.columns)
        row = f"row {change.row}, " if change.row else ""
        out().print(Text(f"  {row}{shown(change.name)}: {said}"))
    if counts.changed > len(counts.differing[:most]):
        out().print(f"  and {counts.changed - len(counts.differing[:most]):,} more")


def _or_empty(text: str) -> str:
    return shown(text) if text else "(empty)"


def _missing(counts: FileCounts) -> str:
    keys = ", ".join(counts.missing_keys)
    more = (
        f" and {counts.missing - len(counts.missing_keys):,} more"
        if counts.missing > len(counts.missing_keys)
        else ""
    )
    return f"missing in {counts.file}, kept as they are: {keys}{more}"
