"""docs/tools/compare_simulations.md: its example is what the tool answers, its figures and codes are real."""

import json
import re
from pathlib import Path

from leadhand import errors
from storage.simulations import KEEP
from tests.unit.tools.test_compare_simulations import SHOP, both_policies
from tools.simulation_views import SimulationRow

ROOT = Path(__file__).parents[3]
PAGE = (ROOT / "docs" / "tools" / "compare_simulations.md").read_text(encoding="utf-8")
FIGURES = PAGE.partition("## Each figure")[2].partition("| refused |")[0]
EXAMPLE = PAGE.partition("## An example")[2]


async def test_the_figures_of_the_example_are_the_tools() -> None:
    [question] = re.findall(r"```json\n(.*?)```", EXAMPLE, re.DOTALL)
    kept, _ = await both_policies()
    found = await kept.compare(SHOP, *json.loads(question)["sims"])
    shown = re.findall(r"^\| (\w+) \| ([\d.]+) \| ([\d.]+) \|$", EXAMPLE, re.M)
    rows = [row.model_dump() for row in found.sims]
    assert [(name, *(row[name] for row in rows)) for name, *_ in shown] == [
        (name, float(first), float(second)) for name, first, second in shown
    ]
    assert {row.figure for row in found.best} == {name for name, *_ in shown}
    assert [(row.figure, row.numbers) for row in found.best if not row.equal] == [("newly_late", [2])]


async def test_every_figure_is_explained_with_what_is_best() -> None:
    told = dict(re.findall(r"^\| `(\w+)` \|.*\| (\w*) ?\|$", FIGURES, re.M))
    assert set(told) == set(SimulationRow.model_fields) - {"number", "sim_id", "kind", "what", "as_of"}
    kept, sims = await both_policies()
    for row in (await kept.compare(SHOP, *sims)).best:
        assert told[row.figure] == row.best


def test_the_bound_and_the_codes_are_those_of_the_code() -> None:
    assert f"newest {KEEP} simulations" in PAGE
    codes = set(re.findall(r"^\| `(\w+)` \|", PAGE.partition("| refused |")[2], re.M))
    source = Path(errors.__file__).read_text(encoding="utf-8")
    assert len(codes) == 3
    assert all(f'"{code}"' in source for code in codes)
