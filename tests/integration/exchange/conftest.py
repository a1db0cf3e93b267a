"""A shop without a row, folders written by hand, and imports that must or must not succeed."""

from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from uuid import uuid4

import pytest

from leadhand.clock import utc_minute
from leadhand.context import Permission, Principal, TenantContext
from storage.database import Database
from storage.exchange.exporting import export_folder
from storage.exchange.importing import ImportReport, import_folder
from storage.tenants import read_tenant

Files = Mapping[str, str]
Take = Callable[..., Awaitable[ImportReport]]

# The smallest folder from which machines, a person and a plan come.
PLANT: Files = {
    "tenant_settings": "name,timezone\nNorth,America/Chicago\n",
    "calendar": "id,name\nday,Day\n",
    "calendar_shift": "calendar_id,weekday,start_local,end_local\n"
    + "".join(f"day,{weekday},06:00,14:00\n" for weekday in range(1, 6)),
    "skill": "id,code\nturn,TURN\n",
    "work_center": "id,code,skill_id\nlathes,LATHES,turn\n",
    "machine": "id,code,name,work_center_id,calendar_id\npuma,PUMA,Puma 3100,lathes,day\n"
    "haas,HAAS,Haas ST-20,lathes,day\n",
    "operator": "id,code,name,calendar_id\nanna,ANNA,Anna Kowalski,day\n",
    "operator_skill": "operator_id,skill_id\nanna,turn\n",
    "production_order": "id,code,quantity,status\nwo-1,WO-1,10,released\n",
    "operation": "id,order_id,seq,setup_min,run_s_per_piece\nop-1,wo-1,10,30,360\nop-2,wo-1,20,0,0\n",
    "operation_alternative": "operation_id,machine_id,setup_min,run_s_per_piece\nop-1,puma,30,360\n",
    "booking": "id,operation_id,machine_id\nb-1,op-1,puma\n",
    "booking_segment": "booking_id,start,end,operator_id\nb-1,2026-12-07 06:00,2026-12-07 07:30,anna\n",
}


@pytest.fixture
def who() -> Principal:
    """A person of a shop that does not exist yet."""
    return Principal(f"shop-{uuid4().hex[:12]}", "tester", frozenset(Permission))


@pytest.fixture
def take(database: Database, who: Principal, tmp_path: Path) -> Take:
    """Import the named files into the shop; nothing of an earlier folder is left."""

    async def run(files: Files, *, dry_run: bool = False, whose: Principal = who) -> ImportReport:
        folder = laid_down(tmp_path / uuid4().hex, files)
        return await import_folder(database, whose, folder, dry_run=dry_run)

    return run


def laid_down(folder: Path, files: Files) -> Path:
    folder.mkdir()
    for name, text in files.items():
        (folder / f"{name}.csv").write_text(text, encoding="utf-8")
    return folder


def read_back(folder: Path) -> dict[str, str]:
    return {path.stem: path.read_text(encoding="utf-8") for path in folder.iterdir()}


async def exported(database: Database, who: Principal, folder: Path) -> dict[str, str]:
    """The shop's files by name."""
    await export_folder(database, who, folder)
    return read_back(folder)


async def version(database: Database, who: Principal) -> int | None:
    async with database.transaction(who) as connection:
        found = await read_tenant(connection, who.tenant_id)
    return None if found is None else found.data_version


def counts(report: ImportReport) -> dict[str, tuple[int, int, int, int, int]]:
    """New, changed, unchanged, missing, removed; only files with one of the last four or a new row."""
    return {
        f.file.removesuffix(".csv"): (f.new, f.changed, f.unchanged, f.missing, f.removed)
        for f in report.files
    }


def told(report: ImportReport) -> list[str]:
    return [str(problem) for problem in report.problems]


def notes(report: ImportReport) -> list[str]:
    return [str(notice) for notice in report.notices]


def asking(who: Principal) -> TenantContext:
    return TenantContext(
        who.tenant_id, who.user_id, who.permissions, "America/Chicago", "en-US", as_of=utc_minute()
    )
