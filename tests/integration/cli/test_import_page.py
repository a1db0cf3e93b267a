"""The examples of docs/import.md, typed one after another, print what the page shows."""

import re
import shlex
from pathlib import Path
from uuid import uuid4

import pytest

from leadhand.context import Permission, Principal
from storage.database import Database
from storage.exchange.importing import import_folder
from storage.shop_writer import write_shop
from tests.integration.cli.conftest import Leadhand
from tests.integration.exchange.conftest import PLANT, laid_down
from tests.integration.storage.small_shop import small_shop

PAGE = Path(__file__).parents[3] / "docs" / "import.md"
# A command and the lines after it; a line that is … stands for any others.
EXAMPLES: list[tuple[str, str]] = re.findall(
    r"^\$ leadhand (.*)\n((?:(?!\$ |```).*\n)*)", PAGE.read_text(encoding="utf-8"), re.MULTILINE
)
BROKEN = "id,code,work_center_id,calendar_id,active_from\nm,M,latehs,day,\nn,N,lathes,day,07.12.2026 06:00\n"


@pytest.fixture
async def names(database: Database, tmp_path: Path) -> dict[str, str]:
    """The page's shops under names of this test's own: one like the demo, one like the hand-made."""
    own = {name: f"{name}-{uuid4().hex[:8]}" for name in ("demo", "north", "south")}
    demo, south = (Principal(own[name], "tester", frozenset(Permission)) for name in ("demo", "south"))
    async with database.transaction(demo) as connection:
        await write_shop(connection, tenant_id=demo.tenant_id, shop=small_shop())
    await import_folder(database, south, laid_down(tmp_path / "south", PLANT))
    laid_down(tmp_path / "broken", {"machine": BROKEN})
    return own


def test_the_examples_of_the_page_do_what_it_shows(leadhand: Leadhand, names: dict[str, str]) -> None:
    assert len(EXAMPLES) == 5
    for command, shown in EXAMPLES:
        arguments = [names.get(word, word) for word in shlex.split(command)]
        done = leadhand(*arguments)
        said = done.stderr + done.stdout
        for name, own in names.items():
            said = said.replace(own, name)
        assert re.fullmatch(pattern(shown), " ".join(said.split())), said
        assert done.returncode == (1 if "error[" in shown else 0)


def pattern(shown: str) -> str:
    """The lines shown, in order; spaces are not counted."""
    parts = [" ".join(part.split()) for part in re.split(r"^…$", shown, flags=re.MULTILINE)]
    return r"\s*.*?\s*".join(re.escape(part) for part in parts)
