"""Every row of planning-domain section 4 and every conflict type of 6.3 has a golden test of its name."""

from collections.abc import Iterable
from dataclasses import fields
from types import ModuleType

import pytest

from planning.conflict_items import ConflictType
from planning.figures import Figures
from tests.unit.planning.golden import test_conflict_types, test_definitions
from tests.unit.planning.golden.definitions import DEFINITIONS

TYPES = tuple(kind.value.lower() for kind in ConflictType)
# What load is measured against; it is shown as part of the utilization.
SHOWN_WITHIN = {"capacity": "utilization_pct"}


def golden_tests(module: ModuleType) -> list[str]:
    return [name for name in vars(module) if name.startswith("test_")]


def row_of(test: str, rows: Iterable[str]) -> str | None:
    """The row that a test bears the name of; the longest, since one name may begin with another."""
    named = [row for row in rows if test.startswith(f"test_{row}_")]
    return max(named, key=len, default=None)


@pytest.mark.parametrize(
    ("rows", "module"), [(DEFINITIONS, test_definitions), (TYPES, test_conflict_types)], ids=["4", "6.3"]
)
def test_each_row_has_a_golden_test_and_each_golden_test_a_row(
    rows: tuple[str, ...], module: ModuleType
) -> None:
    found = [row_of(test, rows) for test in golden_tests(module)]
    assert None not in found
    assert set(found) == set(rows)


def test_each_figure_that_is_counted_is_a_row() -> None:
    counted = {SHOWN_WITHIN.get(field.name, f"{field.name}_h") for field in fields(Figures)}
    assert counted <= set(DEFINITIONS)
