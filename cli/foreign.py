"""What `leadhand import FILE` does and says: how a stranger's file is read, and what is asked about it."""

from dataclasses import dataclass
from pathlib import Path

from rich.text import Text

from cli.exchange import tell_counts, tell_problems
from cli.progress import by_file
from cli.terminal import err, out, plain_table
from leadhand.context import Permission, Principal
from leadhand.errors import InvalidRequest, MappingUnconfirmed
from leadhand.settings import Settings
from storage.database import Database
from storage.exchange.problems import shown
from storage.foreign.canonical import Canonical
from storage.foreign.decisions import Question
from storage.foreign.fields import ABOUT_ROWS
from storage.foreign.importing import Preview, Request, import_foreign
from storage.foreign.layout import Layout
from storage.foreign.profile import read_profile
from storage.foreign.spoken import silent_heads
from storage.foreign.tables import Table, told_skipped

SAMPLE_ROWS = 3
SAMPLE_COLUMNS = 9
MAX_EVENTS_SHOWN = 200
# Rows, and errors, that are named while questions are open: enough to see what they have in common.
UNREAD_ROWS = 12
UNREAD_PROBLEMS = 5


@dataclass(frozen=True, slots=True)
class ForeignOptions:
    """What the command line says about a file of another system. `rows`: how many rows of each kind are
    shown; None: the first few."""

    answers: tuple[str, ...] = ()
    mapping: Path | None = None
    save_mapping: Path | None = None
    confirm: bool = False
    rows: int | None = None


async def import_file(
    settings: Settings, *, shop: str, source: str, dry_run: bool, options: ForeignOptions
) -> None:
    """Show how a file is read; import it when it is confirmed and nothing is open or wrong.

    Raises:
        MappingUnconfirmed: questions are open (they have been shown), or nobody has confirmed.
        ImportRejected: rows are wrong; they have been told.
        InvalidRequest, ForeignFileUnreadable, NotFound, …: as `import_foreign`.
    """
    request = Request(
        source,
        parsed_answers(options.answers),
        read_profile(options.mapping) if options.mapping is not None else None,
        confirm=options.confirm,
        dry_run=dry_run,
    )
    who = Principal(shop, "leadhand-import", frozenset({Permission.ADMIN}))
    async with Database.open(settings) as database:
        with by_file(f"Looking at {source}" if dry_run else f"Importing {source}") as progress:
            preview = await import_foreign(database, who, request, progress=progress)
    if dry_run or preview.questions:
        _tell_reading(preview, options.rows)
    if options.save_mapping is not None:
        _save(preview, options.save_mapping)
    for notice in preview.notices:
        err().print(f"note: {notice}", style="yellow")
    _tell_questions(preview)
    if preview.problems:
        tell_problems(preview.problems, frozenset())
    if preview.report is not None:
        tell_counts(preview.report, shop, dry_run=dry_run, rows=options.rows)
        if not dry_run and preview.profile is not None and not preview.known:
            out().print("The mapping is kept: later files with these headers are read the same way.")
        if dry_run and not preview.known:
            out().print(
                "Nobody has confirmed this mapping: --confirm in place of --dry-run imports, and keeps it."
            )


def parsed_answers(answers: tuple[str, ...]) -> dict[str, str]:
    """`key=value` each; a later one takes the place of an earlier one.

    Raises:
        InvalidRequest: one has no key or no value.
    """
    found: dict[str, str] = {}
    for answer in answers:
        key, sign, value = answer.partition("=")
        if not sign or not key.strip() or not value.strip():
            raise InvalidRequest(f"--answer {shown(answer)}: must be KEY=VALUE, such as date_order=dmy.")
        key, value = key.strip(), value.strip()
        if found.get(key, value) != value:
            err().print(
                Text(
                    f"note: {shown(key)} is answered twice, and only {shown(value)} counts; several things "
                    "of one key are one answer, such as A=1; A=2"
                ),
                style="yellow",
            )
        found[key] = value
    return found


def _tell_reading(preview: Preview, rows: int | None) -> None:
    if preview.grid is not None:
        out().print(Text(f"{shown(preview.name)}: {preview.grid.kind}"))
        for remark in preview.grid.remarks:
            out().print(Text(f"note: {remark}"))
    for table in preview.tables:
        # A table may be several kinds of rows at once.
        layouts = [layout for layout in preview.layouts if layout.table.label == table.label]
        for layout in layouts or [None]:
            if table.rows:
                _tell_table(layout.table if layout is not None else table, layout)
    _tell_events(preview)
    _tell_decisions(preview)
    _tell_samples(preview.canonical, rows)
    _tell_unread(preview)


def _tell_table(table: Table, layout: Layout | None) -> None:
    kind = ABOUT_ROWS[layout.kind] if layout is not None else ABOUT_ROWS["ignore"]
    sheets = ", ".join(shown(sheet) for sheet in table.sheets)
    hidden = " (hidden)" if table.hidden else ""
    header = f"header in row {table.header_row}" if table.header_row else "no header row"
    out().print(Text(f"\n{sheets}{hidden}: {header}, {len(table.rows):,} rows: {kind}"))
    fields = _fields_by_header(layout) if layout is not None else {}
    view = plain_table("column", "is", "such as")
    silent = silent_heads(table.headers, layout.scope, fields) if layout is not None else frozenset[str]()
    for index, header in enumerate(table.headers):
        if header and header not in silent:
            samples = list(dict.fromkeys(cell.text for cell in table.filled(index)[:50]))[:3]
            view.add_row(shown(header), fields.get(header, "not used"), shown(" · ".join(samples)))
    out().print(view)
    if silent:
        out().print(
            Text(f"and {len(silent)} columns of heads that nothing speaks of, such as {shown(min(silent))}")
        )
    for text in told_skipped(table):
        out().print(Text(f"left out: {shown(text)}"))


def _fields_by_header(layout: Layout) -> dict[str, str]:
    made = layout.scope.decisions.made
    found: dict[str, str] = {}
    for name, columns in layout.columns.items():
        unit = made.get(layout.scope.key(f"{name}.unit"))
        for column in columns:
            found[column.header] = name + (f" ({unit.value})" if unit is not None else "")
    return found


def _tell_events(preview: Preview) -> None:
    if not preview.events:
        return
    out().print(Text("\nEvents, in the shop's time:"))
    view = plain_table("event", "is", "for", "when", "the calendar says")
    for event in preview.events[:MAX_EVENTS_SHOWN]:
        view.add_row(shown(event.summary), event.use, shown(event.whom), event.when, event.marks)
    out().print(view)
    if len(preview.events) > MAX_EVENTS_SHOWN:
        out().print(f"and {len(preview.events) - MAX_EVENTS_SHOWN:,} more")


def _tell_decisions(preview: Preview) -> None:
    told = [made for made in preview.decisions if made.value != "none"]
    if not told:
        return
    out().print("\nDecided:")
    view = plain_table()
    for made in told:
        view.add_row(f"  {shown(made.key)}", shown(made.value), shown(made.why))
    out().print(view)
    if preview.kept:
        count = len(preview.kept)
        out().print(
            f"{count} of these {'are' if count > 1 else 'is'} kept from an earlier import of a file with the "
            "same headers: kept=forget starts without them, KEY=forget takes one back."
        )


def _tell_samples(canonical: Canonical, count: int | None) -> None:
    """The rows as they would be stored, each with the row of the file that says it."""
    for entity, rows in canonical.rows.items():
        if not rows:
            continue
        told = rows[: count or SAMPLE_ROWS]
        columns = [name for name in canonical.columns(entity) if name not in {"id", "source"}]
        if count is not None:  # whoever looks at many rows looks at all that they say
            columns = [name for name in columns if any(row.cells.get(name) for row in told)]
        else:
            columns = columns[:SAMPLE_COLUMNS]
        which = "all" if len(told) == len(rows) else "the first"
        out().print(Text(f"\n{entity}.csv, {len(rows):,} rows, {which} as they are read:"))
        view = plain_table("row", *columns)
        for row in told:
            view.add_row(str(row.origin.row or ""), *(shown(row.cells.get(name, "")) for name in columns))
        out().print(view)


def _tell_unread(preview: Preview) -> None:
    """Rows of which nothing is shown yet, while questions are open, and the first that are wrong as it
    stands."""
    for label, rows in preview.unread.items() if preview.questions else ():
        numbers = ", ".join(map(str, rows[:UNREAD_ROWS])) + (" …" if len(rows) > UNREAD_ROWS else "")
        out().print(Text(f"\n{shown(label)}: nothing is made yet of rows {numbers} ({len(rows):,})"))
    for problem in preview.problems[:UNREAD_PROBLEMS] if preview.questions else ():
        out().print(Text(f"  as it stands: {problem}"))


def _tell_questions(preview: Preview) -> None:
    if not preview.questions:
        return
    out().print("\nOpen questions:")
    for question in preview.questions:
        _tell_question(question)
    count = len(preview.questions)
    raise MappingUnconfirmed(
        f"{count} question{'s are' if count > 1 else ' is'} open; answer with --answer KEY=VALUE. "
        "Nothing was changed.",
        details={"questions": [question.key for question in preview.questions]},
    )


def _tell_question(question: Question) -> None:
    out().print(Text(f"  {shown(question.key)}"))
    out().print(Text(f"      {' '.join(question.text.split())}"))
    if question.why:
        out().print(Text(f"      ({' '.join(question.why.split())})"))
    view = plain_table()
    for choice in question.choices:
        mark = "  <- likely" if choice.value == question.suggested else ""
        view.add_row(f"        {shown(choice.value)}", shown(choice.meaning) + mark)
    if question.choices:
        out().print(view)


def _save(preview: Preview, path: Path) -> None:
    if preview.profile is None:
        raise InvalidRequest("There is no mapping of this to save yet.")
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(preview.profile.document())
    except FileExistsError:
        raise InvalidRequest(f"{path} is there already; name a new file.") from None
    except OSError as error:
        raise InvalidRequest(f"{path} cannot be written ({error.strerror}).") from None
    out().print(f"The mapping is saved as {path}.")
