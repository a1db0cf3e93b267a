"""Schedules of many shops that are due at the same minute, with one shop that has many of them."""

import asyncio
import subprocess
import time
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Final

from psycopg import sql

from bench.figures import Report, Table
from bench.many_shops import FIRST, copy_first, make_first
from bench.plan_store import postgres_of
from bench.process_cost import ProcessTree
from bench.sampler import REPOSITORY
from leadhand.errors import JsonValue
from leadhand.settings import Settings
from storage.embedded import embedded_server
from storage.migrate import migrate
from tests.acceptance.shop_database import ShopDatabase
from tests.acceptance.workspace import Workspace


@dataclass(frozen=True, slots=True)
class _Form:
    """`flood`: schedules of the first shop; the others have one each. `options`: of each report, as JSON."""

    name: str
    shops: int
    flood: int
    options: str

    @property
    def reports(self) -> int:
        return self.shops + self.flood - 1


WHOLE: Final = "{}"
BRIEF: Final = '{"sections": ["capacity"]}'
# As many whole reports would keep one core busy for ten minutes.
FORMS: Final = (_Form("one section", 500, 50, BRIEF), _Form("whole reports", 50, 10, WHOLE))
QUICK_FORMS: Final = (_Form("whole reports", 3, 2, WHOLE),)
POLL_S: Final = 1.0
READY_TIMEOUT_S, DRAIN_TIMEOUT_S = 60.0, 3_600.0
MEGA: Final = 1_000_000

_SCHEDULES = sql.SQL(
    "insert into report_schedule"
    " (tenant_id, id, name, due, options, recipients, owner_id, permissions, next_at)"
    " select t.tenant_id, gen_random_uuid(), 'The week', 'Monday 06:00', %s::jsonb,"
    """ '[{"kind": "folder", "target": "json"}]', 'bench', array['planning:read', 'reports:read'],"""
    " now() + interval '1 day'"
    " from tenant_settings t, generate_series(1, case t.tenant_id when %s then %s else 1 end)"
)
# Of this minute, by the shops' own clock.
_DUE = sql.SQL(
    "update report_schedule s set next_at = date_trunc('minute', now()),"
    " due = to_char(now() at time zone t.timezone, 'FMMI FMHH24') || ' * * *'"
    " from tenant_settings t where t.tenant_id = s.tenant_id"
)
_SENT = sql.SQL(
    "select count(*) filter (where status = 'sent'), count(*) filter (where status = 'failed')"
    " from report_delivery"
)
_TIMES = sql.SQL(
    "select r.tenant_id, r.created_at, r.made_at, d.sent_at"
    " from report r join report_delivery d on d.tenant_id = r.tenant_id and d.report_id = r.id"
    " order by r.made_at"
)


@dataclass(frozen=True, slots=True)
class _Made:
    """One report: when it was queued, made and delivered."""

    shop: str
    queued: datetime
    made: datetime
    sent: datetime


@dataclass(frozen=True, slots=True)
class _Drained:
    """`made`: in the order in which they were made. CPU seconds, bytes of memory."""

    due_at: float
    made: Sequence[_Made]
    worker_s: float
    postgres_s: float
    before_bytes: int
    peak_bytes: int


def measure(*, quick: bool) -> Report:
    """Each form with a `leadhand worker` and a Postgres of its own, set up as a fresh installation is."""
    forms = QUICK_FORMS if quick else FORMS
    found = [_figures(form, _measure(form)) for form in forms]
    columns = (
        "reports", "shops", "of them the first", "queued in, s", "delivered in, s", "worker, CPU ms a report",
        "Postgres", "memory, MB", "another shop waits, s, median", "longest",
        "the first shop's before the last other's",
    )  # fmt: skip
    title = "Schedules due at the same minute; one worker"
    return Report("reports", (Table(title, columns, [_row(one) for one in found]),), [*found])


def _measure(form: _Form) -> _Drained:
    with TemporaryDirectory(prefix="leadhand-bench-") as folder:
        data_dir, reports = Path(folder) / "data", Path(folder) / "reports"
        data_dir.mkdir()
        reports.mkdir()
        workspace = Workspace(
            data_dir,
            {
                "LEADHAND_DATABASE_POOL_MAX": "20",
                "LEADHAND_REPORT_FOLDER": str(reports),
                "LEADHAND_EMBEDDING_MODEL": "none",
                # This working copy is measured, whatever is installed.
                "PYTHONPATH": str(REPOSITORY),
            },
        )
        with embedded_server(data_dir) as server:
            migrate(server.owner_url)
            asyncio.run(make_first(Settings(data_dir=data_dir), today=datetime.now().astimezone().date()))
            database = ShopDatabase(workspace)
            copy_first(database, shops=form.shops)
            database.run(_SCHEDULES, form.options, FIRST, form.flood)
            with _worker(workspace) as worker:
                return _drain(database, worker, postgres_of(data_dir), form.reports)


@contextmanager
def _worker(workspace: Workspace) -> Generator[ProcessTree]:
    log = workspace.data_dir / "worker.log"
    with log.open("wb") as lines:
        process = subprocess.Popen(  # noqa: S603 - our own program
            [workspace.program, "worker"],
            env=workspace.environment(),
            cwd=workspace.data_dir,
            stdout=lines,
            stderr=subprocess.STDOUT,
        )
        try:
            deadline = time.monotonic() + READY_TIMEOUT_S
            while b"ready" not in log.read_bytes():
                assert time.monotonic() < deadline, log.read_text()
                time.sleep(0.1)
            yield ProcessTree(process.pid)
        finally:
            process.terminate()
            process.wait(READY_TIMEOUT_S)


def _drain(database: ShopDatabase, worker: ProcessTree, postgres: ProcessTree, reports: int) -> _Drained:
    before, cpu_s = worker.rss_bytes(), (worker.cpu_s(), postgres.cpu_s())
    peak, due_at = before, time.time()
    database.run(_DUE)
    while True:
        time.sleep(POLL_S)
        peak = max(peak, worker.rss_bytes())
        [(sent, failed)] = database.run(_SENT)
        assert failed == 0, "a report was not delivered"
        if sent == reports:
            break
        assert time.time() - due_at < DRAIN_TIMEOUT_S, "the reports do not come to an end"
    spent = worker.cpu_s() - cpu_s[0], postgres.cpu_s() - cpu_s[1]
    return _Drained(due_at, [_made(row) for row in database.run(_TIMES)], *spent, before, peak)


def _made(row: tuple[object, ...]) -> _Made:
    shop, queued, made, sent = row
    assert isinstance(shop, str)
    assert isinstance(queued, datetime)
    assert isinstance(made, datetime)
    assert isinstance(sent, datetime)
    return _Made(shop, queued, made, sent)


def _figures(form: _Form, drained: _Drained) -> dict[str, JsonValue]:
    made = drained.made
    first = min(one.queued for one in made)
    waits = [(one.sent - first).total_seconds() for one in made if one.shop != FIRST]
    floods = [place for place, one in enumerate(made) if one.shop == FIRST]
    last_other = max(place for place, one in enumerate(made) if one.shop != FIRST)
    return {
        "form": form.name,
        "shops": form.shops,
        "flood": form.flood,
        "queue_s": round((max(one.queued for one in made) - first).total_seconds(), 2),
        "drain_s": round(max(one.sent for one in made).timestamp() - drained.due_at, 1),
        "worker_ms": round(drained.worker_s * 1000 / form.reports),
        "postgres_ms": round(drained.postgres_s * 1000 / form.reports),
        "before_mb": round(drained.before_bytes / MEGA),
        "peak_mb": round(drained.peak_bytes / MEGA),
        "others_median_s": round(median(waits), 1),
        "others_longest_s": round(max(waits), 1),
        "flood_before_last_other": sum(place < last_other for place in floods),
    }


def _row(found: dict[str, JsonValue]) -> list[str]:
    memory = f"{found['before_mb']} → {found['peak_mb']}"
    return [
        str(cell)
        for cell in (
            found["form"], found["shops"], found["flood"], found["queue_s"], found["drain_s"],
            found["worker_ms"], found["postgres_ms"], memory, found["others_median_s"],
            found["others_longest_s"], found["flood_before_last_other"],
        )
    ]  # fmt: skip
