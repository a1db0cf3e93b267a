"""The skill that a person needs at a work center, where a list of machines says it."""

from dataclasses import replace

from storage.exchange.problems import shown
from storage.foreign.places import Places
from storage.foreign.reading import RowReader


def add_needed_skill(reader: RowReader, center: str, places: Places) -> None:
    """What a row says of the work center of its machine, made for it or the shop's; rows of one work center
    say the same."""
    name = reader.text("work_center_skill")
    if not name:
        return
    origin = reader.origin(skill_id="work_center_skill")
    skill = places.make_skill(name, origin)
    rows = places.canonical.of("work_center")
    for number, row in enumerate(rows):
        if center not in (row.cells.get("id"), row.cells["external_id"]):
            continue
        if row.cells.get("skill_id", skill) != skill:
            reader.problem(
                "work_center_skill",
                f"row {row.origin.row} says otherwise of the same work center",
                "one skill for all machines of a work center",
            )
        rows[number] = replace(row, cells={**row.cells, "skill_id": skill})
        return
    stored = places.work_centers.stored_as(center)
    if stored is not None:
        places.canonical.add(
            "work_center",
            {
                "id": stored.id, "source": stored.source, "external_id": stored.external_id,
                "code": stored.code, "name": stored.name, "skill_id": skill,
            },
            origin,
        )  # fmt: skip
        return
    reader.problem("work_center_skill", f"no work center {shown(center)} is known", "one that the file names")
