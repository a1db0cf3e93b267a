"""The examples of docs/foreign-files.md, typed one after another, print what the page shows."""

import re
import shlex
from pathlib import Path
from uuid import uuid4

import pytest

from leadhand.context import Permission, Principal
from storage.database import Database
from storage.exchange.importing import import_folder
from tests.integration.cli.conftest import Leadhand
from tests.integration.cli.test_import_page import pattern
from tests.integration.exchange.conftest import laid_down

PAGE = Path(__file__).parents[3] / "docs" / "foreign-files.md"
EXAMPLES: list[tuple[str, str]] = re.findall(
    r"^\$ leadhand (.*)\n((?:(?!\$ |```).*\n)*)", PAGE.read_text(encoding="utf-8"), re.MULTILINE
)
JOBS = """Auftrag;Menge;Liefertermin;AG;Maschine;Rüsten [min];Min./Stück
FA-1;1.250;11.12.2026;10;Säge 1;15;0,50
FA-1;1.250;11.12.2026;20;Dreh 3;45;3,25
FA-2;40;04.12.2026;10;Dreh 3;15;3,25
"""


@pytest.fixture
async def shop(database: Database, tmp_path: Path) -> str:
    """The page's shop under a name of this test's own, and its file where the commands run."""
    name = f"north-{uuid4().hex[:8]}"
    files = {"tenant_settings": "name,timezone\nNorth,Europe/Berlin\n", "calendar": "id,name\nday,Day\n"}
    who = Principal(name, "tester", frozenset(Permission))
    await import_folder(database, who, laid_down(tmp_path / "plan", files))
    (tmp_path / "jobs.csv").write_text(JOBS, encoding="utf-8")
    return name


def test_the_examples_of_the_page_do_what_it_shows(leadhand: Leadhand, shop: str) -> None:
    assert len(EXAMPLES) == 3
    for command, shown in EXAMPLES:
        done = leadhand(*(shop if word == "north" else word for word in shlex.split(command)))
        # Each stream is whole; which of them a terminal shows first is its own affair.
        start, _, end = done.stderr.partition("\n")
        said = f"{start}\n{done.stdout}\n{end}".replace(shop, "north")
        assert re.fullmatch(pattern(shown), " ".join(said.split())), said
        assert done.returncode == (1 if "error[" in shown else 0)


def test_a_mapping_is_saved_once_and_read_again(leadhand: Leadhand, shop: str, tmp_path: Path) -> None:
    looked = ("import", "jobs.csv", "--shop", shop, "--dry-run", "--answer", "new_machines=new")
    assert leadhand(*looked, "--save-mapping", "jobs.json").returncode == 0
    assert '"date_order"' not in (tmp_path / "jobs.json").read_text(encoding="utf-8")
    again = leadhand(*looked, "--save-mapping", "jobs.json")
    assert "error[invalid_request]: jobs.json is there already" in again.stderr
    assert leadhand(*looked, "--mapping", "jobs.json").returncode == 0


def test_options_for_files_are_refused_for_a_folder(leadhand: Leadhand, shop: str) -> None:
    done = leadhand("import", "plan", "--shop", shop, "--confirm")
    assert "error[invalid_request]: plan is a folder" in done.stderr


def test_one_file_of_a_canonical_folder_is_told_that_the_folder_is_meant(
    leadhand: Leadhand, shop: str
) -> None:
    done = leadhand("import", "plan/calendar.csv", "--shop", shop)
    assert "plan/calendar.csv is a file; name the folder that holds it" in done.stderr


def test_a_file_that_is_not_there_and_an_answer_without_a_value_are_told(
    leadhand: Leadhand, shop: str
) -> None:
    assert "There is no file gone.csv" in leadhand("import", "gone.csv", "--shop", shop).stderr
    done = leadhand("import", "jobs.csv", "--shop", shop, "--answer", "decimal")
    assert "must be KEY=VALUE" in done.stderr
