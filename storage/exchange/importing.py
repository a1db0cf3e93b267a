"""Imports a folder into a shop: all of it or nothing, and nothing that is there already."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TypeAlias
from zoneinfo import ZoneInfo

from leadhand.context import TenantIdentity
from leadhand.errors import InvalidRequest, NotFound
from storage.database import Database
from storage.exchange.cells import Header, ReadRow, header_of, read_row
from storage.exchange.cross_checks import check_across_rows, check_append_only
from storage.exchange.csv_file import CsvFile, Unreadable, open_csv
from storage.exchange.entities import ENTITIES, FILES, Entity
from storage.exchange.folder import files_of, given_columns
from storage.exchange.import_log import Origin, log_import
from storage.exchange.kinds import Place
from storage.exchange.laying_out import ROWS_A_CHUNK, LayingOut
from storage.exchange.problems import Findings, Notice, Problem, TooManyProblems
from storage.exchange.writing import FileCounts, write_all
from storage.named_queries import named_queries
from storage.rows import execute, fetch_value
from storage.shop_writer import count_rows
from storage.transactions import Connection

STATEMENT_TIMEOUT_MS = 30 * 60_000
# Fewer are read quickly whatever Postgres expects.
MANY_ROWS = 1_000

_SQL = named_queries("exchange")

# Called with the file's name, the bytes read and to be read of all files.
Progress: TypeAlias = Callable[[str, int, int], None]


@dataclass(slots=True)
class ImportReport:
    """What an import did, or would do, or why it did nothing (`problems`).

    `created`: the shop was made. `was_demo`: it was a demo shop and is none any more.
    `data_version` is the one after the import; None where there is no shop.
    """

    created: bool = False
    was_demo: bool = False
    data_version: int | None = None
    files: tuple[FileCounts, ...] = ()
    problems: tuple[Problem, ...] = ()
    notices: tuple[Notice, ...] = ()
    more_notices: dict[str, int] = field(default_factory=dict[str, int])
    given_up: frozenset[str] = frozenset()

    @property
    def changes(self) -> bool:
        return any(counts.changes for counts in self.files)


async def import_folder(
    database: Database,
    who: TenantIdentity,
    folder: Path,
    *,
    dry_run: bool = False,
    progress: Progress = lambda file, done, total: None,
    origin: Origin | None = None,
    replaced: Sequence[str] = (),
) -> ImportReport:
    """Make the shop of `who` say what the folder says. With problems, or as a dry run, nothing is kept.

    A dry run does all that an import does and takes it back at the end. `origin` is what the folder was made
    from, for the log of imports; None: the folder itself. `replaced`: ids of bookings that go, since those of
    the folder take their place. Files are read here, in the caller's thread: this
    is for a command, not for a server.

    Raises:
        InvalidRequest: the folder cannot be used, or another process is filling the shop.
        NotFound: there is no such shop, and the folder makes none.
        DatabaseUnavailable: the database is away; nothing is kept.
    """
    report = ImportReport()
    findings = Findings()
    paths = files_of(folder, findings)
    with suppress(_NotKept):
        async with database.transaction(who) as connection:
            done = _Import(
                connection, who.tenant_id, paths, findings, progress, report, replaced, with_changes=dry_run
            )
            await done.run()
            if not report.problems:
                await log_import(connection, origin or Origin.of_folder(folder), done.headers, report.files)
            await done.clear()
            if report.problems or dry_run:
                raise _NotKept
    return report


class _NotKept(Exception):
    """Ends a transaction whose report is all that is wanted of it."""


@dataclass(slots=True)
class _Import:
    connection: Connection
    tenant_id: str
    paths: dict[str, Path]
    findings: Findings
    progress: Progress
    report: ImportReport
    replaced: Sequence[str] = ()
    with_changes: bool = False
    headers: dict[str, Header] = field(default_factory=dict[str, Header])

    async def run(self) -> None:
        await self._begin()
        params = {"tenant_id": self.tenant_id}
        zone = await fetch_value(self.connection, _SQL["read_zone"], params, str)
        self.report.created = zone is None
        if zone is None and "tenant_settings" not in self.paths:
            raise NotFound(
                f"There is no shop {self.tenant_id}, and the folder has no tenant_settings.csv "
                "that would make it."
            )
        # First of all: what comes in their place may be on the same machine at the same time.
        gone = await fetch_value(
            self.connection, _SQL["take_away_bookings"], {"ids": list(self.replaced)}, int
        )
        zone_told = await self._lay_out_all(ZoneInfo(zone or "UTC"))
        await check_across_rows(self.connection, frozenset(self.headers), self.findings)
        for header in self.headers.values():
            if header.entity.append_only:
                await check_append_only(self.connection, header, self.findings)
        self._conclude()
        if not self.report.problems:
            await self._write(Place(zone_told))
            self.report.files = tuple(
                replace(counts, removed=counts.removed + (gone or 0))
                if counts.file == "booking.csv"
                else counts
                for counts in self.report.files
            )

    async def clear(self) -> None:
        await execute(self.connection, _SQL["clear"], {})

    async def _begin(self) -> None:
        if not await fetch_value(self.connection, _SQL["try_lock"], {"tenant_id": self.tenant_id}, bool):
            raise InvalidRequest(f"The shop {self.tenant_id} is being filled by another process right now.")
        timeout = {"timeout_ms": str(STATEMENT_TIMEOUT_MS)}
        await execute(self.connection, _SQL["allow_long_statements"], timeout)
        await execute(self.connection, _SQL["expect_many_rows"], {})

    async def _lay_out_all(self, zone: ZoneInfo) -> ZoneInfo:
        """Lay out all files; the shop's zone as they say it."""
        laying_out = LayingOut(self.connection, self.tenant_id, self.findings)
        total = sum(path.stat().st_size for path in self.paths.values() if path.is_file())
        done = 0
        for entity in ENTITIES:
            if entity.name not in self.paths:
                continue
            path = self.paths[entity.name]

            def report(read: int, file: str = entity.file, before: int = done) -> None:
                self.progress(file, min(before + read, total), total)

            try:
                zone = await self._lay_out(entity, path, laying_out, zone, report)
            except Unreadable as fault:
                self._tell_unreadable(entity, fault)
            except TooManyProblems:
                self.findings.give_up(entity.file)
            done += path.stat().st_size if path.is_file() else 0
        return zone

    async def _lay_out(
        self,
        entity: Entity,
        path: Path,
        laying_out: LayingOut,
        zone: ZoneInfo,
        report: Callable[[int], None],
    ) -> ZoneInfo:
        """Lay out one file; the zone in which the next files are read."""
        with open_csv(path) as file:
            report(0)
            names = given_columns(entity, file.header, self.findings)
            if names is None:
                self.findings.give_up(entity.file)
                return zone
            header = header_of(entity, names)
            self.headers[entity.name] = header
            for chunk in _chunks(file, header, zone, self.findings):
                await laying_out.lay_out(header, chunk)
                report(file.position())
                if entity.name == "tenant_settings":
                    zone = await self._zone_of(chunk, zone)
        if entity.name == "tenant_settings" and not self.findings.wrong(entity.file):
            await self._require_row()
        return zone

    async def _zone_of(self, chunk: list[ReadRow], zone: ZoneInfo) -> ZoneInfo:
        """The zone that the shop's row says; one that the database does not know would fail later."""
        for row in chunk:
            if row.bad:
                continue
            name = str(row.record["timezone"])
            if await fetch_value(self.connection, _SQL["knows_zone"], {"name": name}, bool):
                return ZoneInfo(name)
            self.findings.problem(
                "tenant_settings.csv", row.number, "the database does not know this time zone",
                "an older name of the same zone", column="timezone", value=name,
            )  # fmt: skip
        return zone

    async def _require_row(self) -> None:
        if not await fetch_value(self.connection, _SQL["has_rows"], {"entity": "tenant_settings"}, bool):
            self.findings.problem("tenant_settings.csv", None, "has no row", "the shop's one row")

    def _tell_unreadable(self, entity: Entity, fault: Unreadable) -> None:
        self.findings.give_up(entity.file)
        with suppress(TooManyProblems):
            self.findings.problem(entity.file, fault.row, fault.reason, fault.right, value=fault.value)

    def _conclude(self) -> None:
        self.report.problems = tuple(sorted(self.findings.problems, key=_place))
        self.report.notices = tuple(sorted(self.findings.notices, key=_place))
        self.report.more_notices = self.findings.more_notices()
        self.report.given_up = frozenset(self.findings.given_up)

    async def _write(self, place: Place) -> None:
        params = {"tenant_id": self.tenant_id}
        was_demo = await fetch_value(self.connection, _SQL["is_demo"], params, bool)
        self.report.files = await write_all(
            self.connection, self.headers, self.progress, place, with_changes=self.with_changes
        )
        if sum(counts.new + counts.changed for counts in self.report.files) >= MANY_ROWS:
            await count_rows(self.connection)
        if was_demo and self.report.changes:
            await execute(self.connection, _SQL["forget_demo"], params)
            self.report.was_demo = True
        self.report.data_version = await fetch_value(self.connection, _SQL["read_version"], params, int)


def _place(told: Problem | Notice) -> tuple[int, str, int]:
    """File by file as they are read, row by row."""
    files = list(FILES)
    return (files.index(told.file) if told.file in files else -1, told.file, told.row or 0)


def _chunks(file: CsvFile, header: Header, zone: ZoneInfo, findings: Findings) -> Iterator[list[ReadRow]]:
    chunk: list[ReadRow] = []
    for row in file.rows:
        chunk.append(read_row(header, row, zone, findings))
        if len(chunk) == ROWS_A_CHUNK:
            yield chunk
            chunk = []
    if chunk:
        yield chunk
