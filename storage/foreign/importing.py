"""A file of another system into a shop: looked at, asked about, and then through the canonical import."""

import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from zoneinfo import ZoneInfo

from leadhand.context import TenantIdentity
from leadhand.errors import ForeignFileUnreadable, InvalidRequest, MappingUnconfirmed, NotFound
from storage.database import Database
from storage.exchange.import_log import Origin
from storage.exchange.importing import Progress, import_folder
from storage.exchange.problems import Notice, shown
from storage.foreign.areas import placed_tables
from storage.foreign.as_planned import keep_unsaid
from storage.foreign.calendar_events import Events
from storage.foreign.calendar_file import CALENDAR_HEADERS, is_calendar, read_calendar
from storage.foreign.calendar_left import read_bookings_of, told_left
from storage.foreign.calendar_reading import EVENTS, ROWS, events_of, whose
from storage.foreign.calendar_rows import take_calendar
from storage.foreign.calendar_table import grid_of, keep_columns, names_of_rows, tables_in
from storage.foreign.canonical import Canonical, placed
from storage.foreign.clocks import TIME_ZONE
from storage.foreign.decisions import Decisions, Question
from storage.foreign.delimited import read_text
from storage.foreign.encodings import ENCODING, decoded, is_proven, with_kept
from storage.foreign.forgetting import without_forgotten
from storage.foreign.grid import Grid, composed, words_of
from storage.foreign.legends import LEGEND, TAKE, proposed, with_legends
from storage.foreign.named_in_file import names_in
from storage.foreign.people_columns import remember_people
from storage.foreign.preview import Preview, Request
from storage.foreign.profile import (
    Profile,
    fingerprint,
    keep_profile,
    kept_encodings,
    profile_of,
    profiles_with_places,
    stored_profile,
)
from storage.foreign.public_holidays import take_holidays
from storage.foreign.shop_names import FileNames, ShopNames, read_names, read_people, read_zone
from storage.foreign.source_file import bytes_of
from storage.foreign.spreadsheet import is_workbook, read_workbook
from storage.foreign.table_keys import (
    less_only_table,
    refuse_first_kind,
    refuse_misplaced,
    refuse_without_table,
)
from storage.foreign.tables import Table, tables_of
from storage.foreign.transforming import Transformed, layouts_of, transform
from storage.transactions import Connection

HOLIDAYS = "holidays:"
# Answers of a legend may open further questions that it answers too.
MAX_LOOKS = 4


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
    typed = {composed(key): composed(value) for key, value in request.answers.items()}
    answers, forgotten = without_forgotten(typed)
    request = replace(request, answers=answers, forgotten=forgotten)
    request, preview, decisions = await _look_with_legend(database, who, request)
    request = replace(request, answers=less_only_table(request.answers, preview.tables))
    new = request.answers.keys() - decisions.made.keys()
    refuse_without_table(new, preview.tables)
    refuse_first_kind(new, preview.layouts)
    words, unread = words_of(preview.grid) if new else frozenset[str](), bool(preview.problems)
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


def _told_idle(keys: str, *, open_: bool, unread: bool) -> str:
    """What becomes of answers that nothing asks for: other answers or rows may still call for them."""
    if unread:
        return f"so far nothing asks for {keys}: rows that are errors may"
    return f"so far nothing asks for {keys}" if open_ else f"no row that is taken calls for {keys}"


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
    at_origin = preview.canonical.problem_at_origin
    preview.problems = preview.named(placed(map(at_origin, report.problems)))
    notices = preview.named(map(preview.canonical.notice_at_origin, report.notices))
    preview.notices = tuple(dict.fromkeys([*preview.notices, *notices]))


async def _look(database: Database, who: TenantIdentity, request: Request) -> tuple[Preview, Decisions]:
    if request.source.startswith(HOLIDAYS):
        return await _look_at_holidays(database, who, request)
    path = Path(request.source)
    raw, name = bytes_of(path), path.name
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
        refuse_misplaced(request.answers.keys() - decisions.made.keys(), read.grid)
        preview = Preview(name, grid=read.grid, tables=read.tables)
        remember_people(await read_people(connection), decisions)
        preview.layouts = layouts_of(preview.tables, decisions)
        shop = _there(await read_names(connection, names_in(preview.layouts, decisions)), who)
    done = transform(preview.layouts, decisions, shop, file=name, sheets=len(read.grid.sheets))
    _fill(preview, done, decisions, read.stored, request)
    return preview, decisions


def _fill(
    preview: Preview,
    done: Transformed,
    decisions: Decisions,
    stored: Profile | None,
    request: Request,
    *,
    headers: Mapping[str, Sequence[str]] | None = None,
) -> None:
    """`headers`: of what files are known again, where it is not the columns of their tables."""
    preview.canonical = done.canonical
    preview.problems = preview.named(placed(done.findings.problems))
    of_mapping = request.mapping.decisions if request.mapping is not None else {}
    kept = {**(stored.decisions if stored is not None else {}), **of_mapping}
    told = [f"nothing is kept of {shown(key)}" for key in request.forgotten.unknown(kept)]
    notices = preview.named(done.findings.notices)
    preview.notices = (*notices, *(Notice(preview.name, None, text) for text in told))
    preview.unread = done.unread
    preview.profile = profile_of(
        stored.name if stored else preview.name,
        headers or {table.label: table.headers for table in preview.tables},
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
    kept = await kept_encodings(connection) if unproven else []
    for encoding in with_kept(raw, kept) if unproven else (None,):
        tried = Decisions({**given, **({"encoding": encoding} if encoding else {})})
        grid = read_workbook(raw, name) if is_workbook(raw) else read_text(raw, name, tried)
        if grid is None:
            continue
        sheets = placed_tables(grid, tried)
        tables = tables_of(sheets, mapping.tables if mapping is not None else None)
        stored = await stored_profile(connection, [table.headers for table in tables]) if tables else None
        stored = stored or await _known_by_places(connection, grid, given)
        stored = None if request.forgotten.everything else stored
        if not tables and stored is None and encoding is not None:
            continue
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
    seen = read_calendar(raw, name)
    headers = (*CALENDAR_HEADERS, seen.product)
    called = {one.calendar for one in (*seen.series, *seen.tasks) if one.calendar}
    named = (*headers, *sorted(f"calendar {name}" for name in called))
    async with database.transaction(who, snapshot=True) as connection:
        use = _given(request).get(EVENTS, None if seen.series else ROWS)  # tasks are rows or nothing
        stored = await _stored_of_calendar(connection, (named, headers), use)
        shop = _there(await read_names(connection, FileNames()), who)
    stored = None if request.forgotten.everything else stored
    kept = request.forgotten.less(stored.decisions) if stored else {}
    if is_proven(raw) or kept.get(ENCODING) not in with_kept(raw, [kept.get(ENCODING, "")]):
        kept.pop(ENCODING, None)
    given = _given(request)
    decisions = Decisions({**kept, **given}, frozenset(kept.keys() - given.keys()))
    text = decoded(raw, decisions)
    if text is None:
        return Preview(name), decisions
    calendar = read_calendar(text.encode(), name, zone_said=TIME_ZONE in decisions.given)
    preview = Preview(name, grid=Grid("iCalendar", ()), tables=(Table("events", (), headers, 1, ()),))
    done = Transformed()
    if decisions.given.get(EVENTS) == ROWS:
        events = events_of(calendar, decisions, shop, Canonical(), done.findings, place=name)
        remember_people(shop.operators, decisions)
        done = await _look_at_events(database, who, events, preview)
        headers = named  # one program may have a calendar of bookings and one of absences
    else:
        preview.events = take_calendar(calendar, decisions, shop, done.canonical, done.findings, place=name)
    # The mapping is of the calendar, whatever columns its events make.
    _fill(preview, done, decisions, stored, request, headers={"events": headers})
    return preview, decisions


async def _stored_of_calendar(
    connection: Connection, headers: Sequence[Sequence[str]], said: str | None
) -> Profile | None:
    """What was confirmed for calendars such as this one: answers about rows say nothing of other events, nor
    those of them."""
    for of_one in headers:
        stored = await stored_profile(connection, [of_one])
        before = stored.decisions.get(EVENTS) if stored is not None else None
        if stored is not None and (said in (None, before) or ROWS not in (said, before)):
            return stored
    return None


async def _look_at_events(
    database: Database, who: TenantIdentity, events: Events, preview: Preview
) -> Transformed:
    """A calendar whose events are rows of a table, as that is read."""
    whose(events)
    decisions, told = events.decisions, events.findings
    preview.grid = grid_of(events)
    preview.events = tuple(events.told)
    preview.tables = tables_in(preview.grid, decisions)
    preview.names = names_of_rows(preview.tables)
    preview.layouts = layouts_of(preview.tables, decisions)
    keep_columns(preview.tables, decisions)
    async with database.transaction(who, snapshot=True) as connection:
        shop = _there(await read_names(connection, names_in(preview.layouts, decisions)), who)
        known = await read_bookings_of(connection, events)
    done = transform(preview.layouts, decisions, shop, file=preview.name, sheets=1)
    if not decisions.questions and not done.findings.problems:
        left = told_left(events, done.canonical, shop, known)
        told.notices += [Notice(preview.name, None, text) for text in left]
    done.findings.notices[:0] = told.notices
    done.findings.problems[:0] = told.problems
    return done


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
    return {**of_mapping, **request.answers}
