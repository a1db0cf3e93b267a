"""A seventh ten files of strangers, into shops that have a plan already.

What is compared is not what an import writes but what the shop comes to: all that its export says, by codes
and effects, with what was there before and has to stay. Planners who knew only the documentation and
knowledge.md said what answers.toml holds; by_hand/ is what they wrote beside it, in
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

STRANGERS = Path(__file__).parents[2] / "fixtures" / "foreign_files_7"
SAID = cast("dict[str, list[Answers]]", tomllib.loads((STRANGERS / "answers.toml").read_text("utf-8")))


@pytest.mark.parametrize("number", sorted(SAID))
async def test_a_file_of_the_seventh_set_makes_of_a_shop_with_a_plan_what_its_planner_wants(
    number: str, bring: Bring, database: Database, shop_name: str, tmp_path: Path
) -> None:
    own, shop = STRANGERS / number, Principal(shop_name, "planner", frozenset(Permission))
    for folder in (own / "base", own / "by_hand"):
        if folder.exists():
            assert not (await import_folder(database, shop, folder)).problems
    [file] = (own / "file").iterdir()
    for answers in SAID[number]:
        preview = await bring(file, answers, whose=shop)
        assert (list(preview.questions), told(preview)) == ([], [])
    await export_folder(database, shop, tmp_path / "after")
    assert differences(truth_of(own / "truth.json"), tmp_path / "after") == {}


@pytest.mark.parametrize("number", sorted(SAID))
def test_before_the_import_a_shop_of_the_seventh_set_lacks_just_what_its_file_changes(number: str) -> None:
    truth = truth_of(STRANGERS / number / "truth.json")
    assert set(differences(truth, STRANGERS / number / "base")) == compared(truth, truth.changed)
