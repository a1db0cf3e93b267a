"""Sets of strangers' files, into shops that have a plan already.

What is compared is not what an import writes but what the shop comes to: all that its export says, by codes
and effects, with what was there before and has to stay. Planners who knew only the documentation and
knowledge.md said what answers.toml of each set holds; by_hand/ is what they wrote beside it, in
the product's own files.
"""

import tomllib
from pathlib import Path
from typing import TypeAlias, cast

import pytest

from leadhand.context import Permission, Principal
from storage.database import Database
from storage.exchange.exporting import export_folder
from storage.exchange.importing import import_folder
from tests.integration.foreign.conftest import Bring, told
from tests.integration.foreign.differences import compared, differences, truth_of

Answers: TypeAlias = "dict[str, str]"

FIXTURES = Path(__file__).parents[2] / "fixtures"
SETS = {
    name: FIXTURES / f"foreign_files_{number}"
    for number, name in enumerate(
        ("seventh", "eighth", "ninth", "tenth", "eleventh", "twelfth", "thirteenth", "fourteenth"), 7
    )
}


def _said(strangers: Path) -> dict[str, list[Answers]]:
    """By file, the answers of each of its imports."""
    text = (strangers / "answers.toml").read_text("utf-8")
    return cast("dict[str, list[Answers]]", tomllib.loads(text))


SAID = {strangers: _said(strangers) for strangers in SETS.values()}
FILES = [
    pytest.param(strangers / number, id=f"{name}-{number}")
    for name, strangers in SETS.items()
    for number in sorted(SAID[strangers])
]


@pytest.mark.parametrize("own", FILES)
async def test_a_file_makes_of_a_shop_with_a_plan_what_its_planner_wants(
    own: Path, bring: Bring, database: Database, shop_name: str, tmp_path: Path
) -> None:
    shop = Principal(shop_name, "planner", frozenset(Permission))
    for folder in (own / "base", own / "by_hand"):
        if folder.exists():
            assert not (await import_folder(database, shop, folder)).problems
    [file] = (own / "file").iterdir()
    for answers in SAID[own.parent][own.name]:
        preview = await bring(file, answers, whose=shop)
        assert (list(preview.questions), told(preview)) == ([], [])
    await export_folder(database, shop, tmp_path / "after")
    assert differences(truth_of(own / "truth.json"), tmp_path / "after") == {}


@pytest.mark.parametrize("own", FILES)
def test_before_the_import_a_shop_lacks_just_what_its_file_changes(own: Path) -> None:
    truth = truth_of(own / "truth.json")
    assert set(differences(truth, own / "base")) == compared(truth, truth.changed)
