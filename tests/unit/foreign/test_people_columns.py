"""Which column is the person, by whom the shop has."""

from storage.foreign.decisions import Decisions
from storage.foreign.people_columns import remember_people
from storage.foreign.shop_names import Named
from storage.foreign.tables import tables_of
from storage.foreign.transforming import layouts_of
from tests.unit.foreign.test_files import text_of

PEOPLE = [
    Named("p1", "AGI", "Aitor Garmendia", None, "m", "hr", "0231"),
    Named("p2", "MLS", "Marta Sanz", None, "t", "hr", "0238"),
]


def _person(text: str) -> str:
    decisions = Decisions({"rows": "absences"})
    remember_people(PEOPLE, decisions)
    (layout,) = layouts_of(tables_of(text_of(text)), decisions)
    return layout.columns["operator"][0].header


def test_numbers_that_the_plan_has_of_people_are_the_person_where_the_name_is_nobody_of_it() -> None:
    first_names = (
        "Matricula;Name;From;To\n0231;Aitor;2026-12-07;2026-12-08\n0238;Marta;2026-12-07;2026-12-08\n"
    )
    assert _person(first_names) == "Matricula"
    assert _person(first_names.replace("Aitor", "Sanz, Marta")) == "Name"
    assert _person(first_names.replace("0238", "0999")) == "Name"
