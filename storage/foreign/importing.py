"""A file of another system into a shop: looked at, asked about, and then through the canonical import."""

import re
import stat
import tempfile
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from zoneinfo import ZoneInfo

from leadhand.context import TenantIdentity
from leadhand.errors import ForeignFileUnreadable, InvalidRequest, MappingUnconfirmed, NotFound
from storage.database import Database
from storage.exchange.import_log import Origin
from storage.exchange.importing import ImportReport, Progress, import_folder
from storage.exchange.problems import Notice, Problem, shown
from storage.foreign.areas import OF_SHEETS, placed_tables
from storage.foreign.as_planned import keep_unsaid
from storage.foreign.calendar_events import EventTold
from storage.foreign.calendar_file import CALENDAR_HEADERS, is_calendar, read_calendar
from storage.foreign.calendar_rows import take_calendar
from storage.foreign.canonical import Canonical, placed
from storage.foreign.clocks import TIME_ZONE
from storage.foreign.decisions import KEPT, Decision, Decisions, Question
from storage.foreign.delimited import read_text
from storage.foreign.encodings import ENCODING, candidates, decoded, is_proven
from storage.foreign.forgetting import Forgotten, without_forgotten
from storage.foreign.grid import MAX_FILE_BYTES, Grid, composed
from storage.foreign.layout import Layout
from storage.foreign.legends import LEGEND, TAKE, proposed, with_legends
from storage.foreign.named_in_file import names_in
from storage.foreign.people_columns import remember_people
from storage.foreign.profile import (
    Profile,
    fingerprint,
    keep_profile,
    profile_of,
    profiles_with_places,
    stored_profile,
)
from storage.foreign.public_holidays import take_holidays
from storage.foreign.shop_names import FileNames, ShopNames, read_names, read_people, read_zone
from storage.foreign.spreadsheet import is_workbook, read_workbook
from storage.foreign.table_keys import less_only_table, refuse_first_kind, refuse_without_table
from storage.foreign.tables import Table, tables_of
from storage.foreign.transforming import Transformed, layouts_of, transform
from storage.transactions import Connection

HOLIDAYS = "holidays:"
# Answers of a legend may open further questions that it answers too.
MAX_LOOKS = 4
_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class Request:
    """What is to be imported, and what a person says about it.

    `source`: a path, or `holidays:US-IL`. `answers` come before `mapping`, that before what the
    shop has confirmed. `forgotten`: what of both is taken back.
    """

    source: str
    answers: Mapping[str, str] = field(default_factory=dict[str, str])
    mapping: Profile | None = None
    confirm: bool = False
    dry_run: bool = False
    forgotten: Forgotten = field(default_factory=Forgotten)


@dataclass(slots=True)
class Preview:
    """How a file is read, before anything is kept. `known`: the shop has confirmed this mapping before.
    `unread`: by table, the rows that give nothing as yet, and of which nothing is told."""

    name: str
    grid: Grid | None = None
    tables: tuple[Table, ...] = ()
    layouts: list[Layout] = field(default_factory=list[Layout])
    events: tuple[EventTold, ...] = ()
    canonical: Canonical = field(default_factory=Canonical)
    decisions: Sequence[Decision] = ()
    questions: Sequence[Question] = ()
    problems: Sequence[Problem] = ()
    notices: Sequence[Notice] = ()
    profile: Profile | None = None
    unread: Mapping[str, tuple[int, ...]] = field(default_factory=dict[str, tuple[int, ...]])
    known: bool = False
    report: ImportReport | None = None

    @property
    def kept(self) -> list[str]:
        """The keys of what an earlier import said, as far as it counts here."""
        return [made.key for made in self.decisions if made.why == KEPT and made.value != "none"]


async def import_foreign(
    database: Database,
    who: TenantIdentity,
    request: Request,
    *,
    progress: Progress = lambda file, done, total: None,
) -> Preview:
    """Look at a file, and import it when nothing is open, nothing is wrong and its mapping is confirmed.

    With questions or problems, or as a dry run, nothing is kept: `questions` and `problems` say why. The file
    is read in the caller's thread: this is for a command, not for a server.

    Raises:
        ForeignFileUnreadable: the file is broken, locked, empty or too large.
        InvalidRequest: there is no such file, or an answer that it does not ask for or cannot take.
        MappingUnconfirmed: nothing is open, and nobody has confirmed the mapping.
        NotFound: there is no such shop.
        DatabaseUnavailable: the database is away.
    """
    answers, forgotten = without_forgotten(request.answers)
    request = replace(request, answers=answers, forgotten=forgotten)
    request, preview, decisions = await _look_with_legend(database, who, request)
    request = replace(request, answers=less_only_table(request.answers, preview.tables))
    new = request.answers.keys() - decisions.made.keys()
    refuse_without_table(new, preview.tables)
    refuse_first_kind(new, preview.layouts)
    words, unread = _words_of(preview.grid) if new else frozenset[str](), bool(preview.problems)
    idle = decisions.refuse_unknown(request.answers, words, unread=unread)
    if idle:
        text = _told_idle(shown(", ".join(idle)), open_=bool(decisions.questions), unread=unread)
        preview.notices = (*preview.notices, Notice(preview.name, None, text))
    preview.decisions = tuple(decisions.made.values())
    preview.questions = _told(preview, decisions)
    if preview.questions or preview.problems:
        return preview
    if not any(preview.canonical.rows.values()):
        raise ForeignFileUnreadable(f"{preview.name} has no row that can be taken.")
    if not request.dry_run and not request.confirm and not preview.known:
        raise MappingUnconfirmed(
            "Nobody has confirmed how this file is read: look at it with --dry-run, then add --confirm.",
            details={"questions": []},
        )
    await _import(database, who, request, preview, progress)
    if preview.report is not None and not preview.problems and not request.dry_run and preview.profile:
        async with database.transaction(who) as connection:
            await keep_profile(connection, preview.profile, confirmed_by=who.user_id)
    return preview


async def _look_with_legend(
    database: Database, who: TenantIdentity, request: Request
) -> tuple[Request, Preview, Decisions]:
    """The file as it is read; with `legend=take`, words that it explains itself are answered so."""
    said = request.answers.get(LEGEND)
    if said not in (None, TAKE):
        raise InvalidRequest(f"{LEGEND}={shown(said)} is no answer; right would be: {TAKE}.")
    request = replace(request, answers={k: v for k, v in request.answers.items() if k != LEGEND})
    preview, decisions = await _look(database, who, request)
    for _ in range(MAX_LOOKS if said is not None else 0):
        more = proposed(_told(preview, decisions))
        if not more:
            break
        request = replace(request, answers={**request.answers, **more})
        preview, decisions = await _look(database, who, request)
    return request, preview, decisions


def _told(preview: Preview, decisions: Decisions) -> list[Question]:
    """The open questions, with what the file says of the words that they ask about."""
    questions = list(decisions.questions.values())
    return with_legends(questions, preview.grid) if preview.grid is not None else questions


def _refuse_misplaced(unused: Collection[str], grid: Grid | None) -> None:
    """Where a table is, is of a sheet: no later question asks for it without one."""
    sheets = [] if grid is None else [sheet.name for sheet in grid.sheets]
    for key in OF_SHEETS:
        if key in unused and sheets:
            raise InvalidRequest(f"{key} is of a sheet; right would be: {sheets[0]}!{key}.")


def _told_idle(keys: str, *, open_: bool, unread: bool) -> str:
    """What becomes of answers that nothing asks for: other answers or rows may still call for them."""
    if unread:
        return f"so far nothing asks for {keys}: rows that are errors may"
    return f"so far nothing asks for {keys}" if open_ else f"no row that is taken calls for {keys}"


def _words_of(grid: Grid | None) -> set[str]:
    """The cells of a file, and their words, folded."""
    texts = {
        cell.text.casefold()
        for sheet in (grid.sheets if grid is not None else ())
        for row in sheet.rows
        for cell in row
        if isinstance(cell.value, str)
    }
    return texts | {word for text in texts for word in _WORD.findall(text)}


async def _import(
    database: Database, who: TenantIdentity, request: Request, preview: Preview, progress: Progress
) -> None:
    with tempfile.TemporaryDirectory(prefix="leadhand-import-") as folder:
        async with database.transaction(who, snapshot=True) as connection:
            await keep_unsaid(connection, preview.canonical, ZoneInfo(await read_zone(connection) or "UTC"))
        preview.canonical.write(Path(folder))
        report = await import_folder(
            database,
            who,
            Path(folder),
            dry_run=request.dry_run,
            progress=progress,
            origin=Origin("file", preview.name),
            replaced=preview.canonical.replaced,
        )
    report.files = tuple(
        replace(counts, differing=tuple(map(preview.canonical.change_at_origin, counts.differing)))
        for counts in report.files
    )
    preview.report = report
    preview.problems = placed(preview.canonical.problem_at_origin(problem) for problem in report.problems)
    preview.notices = tuple(
        dict.fromkeys(
            [*preview.notices, *(preview.canonical.notice_at_origin(notice) for notice in report.notices)]
        )
    )


async def _look(database: Database, who: TenantIdentity, request: Request) -> tuple[Preview, Decisions]:
    if request.source.startswith(HOLIDAYS):
        return await _look_at_holidays(database, who, request)
    path = Path(request.source)
    raw, name = _bytes_of(path), path.name
    given = _given(request)
    if is_calendar(raw):
        return await _look_at_calendar(database, who, request, raw, name)
    async with database.transaction(who, snapshot=True) as connection:
        read = await _read(connection, raw, name, request)
        if read is None:
            decisions = Decisions(given)
            read_text(raw, name, decisions)
            return Preview(name), decisions
        decisions = read.decisions
        _refuse_misplaced(request.answers.keys() - decisions.made.keys(), read.grid)
        preview = Preview(name, grid=read.grid, tables=read.tables)
        remember_people(await read_people(connection), decisions)
        preview.layouts = layouts_of(preview.tables, decisions)
        shop = _there(await read_names(connection, names_in(preview.layouts, decisions)), who)
    done = transform(preview.layouts, decisions, shop, file=name, sheets=len(read.grid.sheets))
    _fill(preview, done, decisions, read.stored, request)
    return preview, decisions


def _fill(
    preview: Preview, done: Transformed, decisions: Decisions, stored: Profile | None, request: Request
) -> None:
    preview.canonical = done.canonical
    preview.problems = placed(done.findings.problems)
    of_mapping = request.mapping.decisions if request.mapping is not None else {}
    kept = {**(stored.decisions if stored is not None else {}), **of_mapping}
    told = [f"nothing is kept of {shown(key)}" for key in request.forgotten.unknown(kept)]
    preview.notices = (*done.findings.notices, *(Notice(preview.name, None, text) for text in told))
    preview.unread = done.unread
    preview.profile = profile_of(
        stored.name if stored else preview.name,
        {table.label: table.headers for table in preview.tables},
        decisions,
    )
    changed = bool(request.forgotten.keys)
    preview.known = stored is not None and not changed and _says_the_same(stored, preview.profile)


def _says_the_same(stored: Profile, now: Profile) -> bool:
    """Whether nothing that was confirmed is decided otherwise now; new words of cells are proven or
    answered."""
    return all(now.decisions.get(key, value) == value for key, value in stored.decisions.items())


@dataclass(frozen=True, slots=True)
class _Read:
    """A file in cells, with what the shop has confirmed for files with its headers."""

    grid: Grid
    tables: tuple[Table, ...]
    stored: Profile | None
    decisions: Decisions


async def _read(connection: Connection, raw: bytes, name: str, request: Request) -> _Read | None:
    """The file's tables; None while its encoding or delimiter must be asked.

    An encoding that the bytes do not prove is the one under which the headers are of a confirmed mapping that
    says this encoding. What the bytes do prove comes before what an earlier file was.
    """
    given, mapping = _given(request), request.mapping
    unproven = not is_workbook(raw) and "encoding" not in given and not is_proven(raw)
    for encoding in candidates(raw) if unproven else (None,):
        tried = Decisions({**given, **({"encoding": encoding} if encoding else {})})
        grid = read_workbook(raw, name) if is_workbook(raw) else read_text(raw, name, tried)
        if grid is None:
            continue
        sheets = placed_tables(grid, tried)
        tables = tables_of(sheets, mapping.tables if mapping is not None else None)
        stored = await stored_profile(connection, [table.headers for table in tables]) if tables else None
        stored = stored or await _known_by_places(connection, grid, given)
        stored = None if request.forgotten.everything else stored
        if not tables and stored is None:
            width = tried.made.get("delimiter")
            cuts = ", or cuts=1, 9, 29 where its columns begin" if width and width.value == "width" else ""
            raise ForeignFileUnreadable(
                f"No row of {name} looks like a header; a row with the names of the columns above the rows "
                f"would be right, or the answer header_rows=none{cuts}."
            )
        if encoding is not None and (stored is None or stored.decisions.get("encoding") != encoding):
            continue
        if stored is None:
            return _Read(sheets, tables, None, tried)
        of_text = {key: made.value for key, made in tried.made.items()}
        said = request.forgotten.less(stored.decisions)
        kept = frozenset(said.keys() - of_text.keys() - given.keys())
        decisions = Decisions({**said, **of_text, **given}, kept)
        for made in tried.made.values():
            decisions.note(made.key, made.value, made.why)
        sheets = placed_tables(grid, decisions)
        return _Read(sheets, tables_of(sheets, stored.tables), stored, decisions)
    return None


async def _known_by_places(connection: Connection, grid: Grid, given: Mapping[str, str]) -> Profile | None:
    """What the shop has confirmed for files whose tables are where it says, if this one is such a file."""
    for profile in await profiles_with_places(connection):
        try:
            sheets = placed_tables(grid, Decisions({**profile.decisions, **given}))
        except InvalidRequest:
            continue
        if fingerprint([table.headers for table in tables_of(sheets)]) == profile.fingerprint:
            return profile
    return None


def _there(shop: ShopNames | None, who: TenantIdentity) -> ShopNames:
    if shop is None:
        raise NotFound(
            f"There is no shop {who.tenant_id}; a folder with a tenant_settings.csv makes one, see "
            "docs/import.md."
        )
    return shop


async def _look_at_calendar(
    database: Database, who: TenantIdentity, request: Request, raw: bytes, name: str
) -> tuple[Preview, Decisions]:
    headers = (*CALENDAR_HEADERS, read_calendar(raw, name).product)
    async with database.transaction(who, snapshot=True) as connection:
        stored = await stored_profile(connection, [headers])
        shop = _there(await read_names(connection, FileNames()), who)
    stored = None if request.forgotten.everything else stored
    kept = request.forgotten.less(stored.decisions) if stored else {}
    if is_proven(raw) or kept.get(ENCODING) not in candidates(raw):
        kept.pop(ENCODING, None)
    given = _given(request)
    decisions = Decisions({**kept, **given}, frozenset(kept.keys() - given.keys()))
    text = decoded(raw, decisions)
    if text is None:
        return Preview(name), decisions
    calendar = read_calendar(text.encode(), name, zone_said=TIME_ZONE in decisions.given)
    preview = Preview(name, grid=Grid("iCalendar", ()), tables=(Table("events", (), headers, 1, ()),))
    done = Transformed()
    preview.events = take_calendar(calendar, decisions, shop, done.canonical, done.findings, place=name)
    _fill(preview, done, decisions, stored, request)
    return preview, decisions


async def _look_at_holidays(
    database: Database, who: TenantIdentity, request: Request
) -> tuple[Preview, Decisions]:
    region = request.source.removeprefix(HOLIDAYS)
    headers = ("public holidays", region)
    async with database.transaction(who, snapshot=True) as connection:
        shop = _there(await read_names(connection, FileNames()), who)
    decisions = Decisions(_given(request))
    preview = Preview(
        request.source, grid=Grid("public holidays", ()), tables=(Table("days", (), headers, 1, ()),)
    )
    done = Transformed()
    take_holidays(region, decisions, shop, done.canonical)
    _fill(preview, done, decisions, None, request)
    # Which days a shop closes on is ticked anew each time.
    preview.profile = None
    return preview, decisions


def _given(request: Request) -> dict[str, str]:
    of_mapping = request.forgotten.less(request.mapping.decisions) if request.mapping else {}
    return {composed(key): composed(value) for key, value in {**of_mapping, **request.answers}.items()}


def _bytes_of(path: Path) -> bytes:
    try:
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):
            raise InvalidRequest(f"{path} is neither a file nor a folder.")
        if status.st_size > MAX_FILE_BYTES:
            raise ForeignFileUnreadable(
                f"{path.name} has {status.st_size:,} bytes; at most {MAX_FILE_BYTES:,} can be read."
            )
        raw = path.read_bytes()
    except FileNotFoundError:
        raise InvalidRequest(f"There is no file {path}.") from None
    except OSError as error:
        raise InvalidRequest(f"{path} cannot be read ({error.strerror}).") from None
    if not raw.strip():
        raise ForeignFileUnreadable(f"{path.name} is empty; a file with a header and rows would be right.")
    return raw
