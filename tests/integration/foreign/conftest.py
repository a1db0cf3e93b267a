"""A shop that has only its clock, and imports of strangers' files into it."""

from collections.abc import Awaitable, Callable, Mapping
from io import BytesIO
from pathlib import Path
from uuid import uuid4

import pytest
import pytest_asyncio
from openpyxl import Workbook

from leadhand.context import Permission, Principal
from storage.database import Database
from storage.exchange.importing import import_folder
from storage.foreign.importing import Preview, Request, import_foreign
from storage.foreign.profile import Profile
from tests.integration.exchange.conftest import laid_down

STRANGERS = Path(__file__).parents[2] / "fixtures" / "foreign_files"
Bring = Callable[..., Awaitable[Preview]]
Rows = list[tuple[object, ...]]
Ask = Callable[[bytes], Awaitable[Rows]]


async def open_shop(
    database: Database, name: str, zone: str, files: Mapping[str, str], folder: Path
) -> Principal:
    """A person of a new shop with this clock and these canonical files."""
    who = Principal(name, "planner", frozenset(Permission))
    settings = {"tenant_settings": f"name,timezone\n{name},{zone}\n"}
    report = await import_folder(database, who, laid_down(folder, {**settings, **files}))
    assert not report.problems
    return who


@pytest_asyncio.fixture
async def who(database: Database, tmp_path: Path, shop_name: str) -> Principal:
    """A person of a shop in Chicago with one calendar and nothing else."""
    files = {"calendar": "id,name\nday,Day\n"}
    return await open_shop(database, shop_name, "America/Chicago", files, tmp_path / "shop")


@pytest.fixture
def bring(database: Database, who: Principal, tmp_path: Path) -> Bring:
    """Import a file, given by its text, its bytes or its path."""

    def laid(content: str | bytes | Path, name: str) -> Path:
        if isinstance(content, Path):
            return content
        path = tmp_path / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    async def run(
        content: str | bytes | Path,
        answers: Mapping[str, str] | None = None,
        *,
        name: str = "jobs.csv",
        confirm: bool = True,
        dry_run: bool = False,
        mapping: Profile | None = None,
        whose: Principal = who,
    ) -> Preview:
        request = Request(str(laid(content, name)), dict(answers or {}), mapping, confirm, dry_run)
        return await import_foreign(database, whose, request)

    return run


async def ask(database: Database, who: Principal, query: bytes) -> Rows:
    """Rows of a query as the shop sees them."""
    async with database.transaction(who) as connection:
        return [tuple(row.values()) for row in await (await connection.execute(query)).fetchall()]


def told(preview: Preview) -> list[str]:
    return [str(problem) for problem in preview.problems]


def asked(preview: Preview) -> list[str]:
    return sorted(question.key for question in preview.questions)


def decided(preview: Preview) -> dict[str, str]:
    return {decision.key: decision.value for decision in preview.decisions}


@pytest.fixture
def shop_name() -> str:
    return f"shop-{uuid4().hex[:12]}"


@pytest.fixture
def workbook() -> bytes:
    """Two sheets of one week each, and an old one that somebody has hidden."""
    header = ["Job", "Qty", "Op", "Machine", "Setup min", "Run min/pc"]
    book = Workbook()
    sheets = [book.create_sheet(name) for name in ("Week 49", "Week 50", "Old")]
    del book["Sheet"]
    for number, sheet in enumerate(sheets, 1):
        sheet.append(header)
        sheet.append([f"A-{number}", 10, 10, "Mill", 30, 5])
    sheets[2].sheet_state = "hidden"
    file = BytesIO()
    book.save(file)
    return file.getvalue()
