"""Machines, people and their absences, from tables that list them."""

from collections.abc import Mapping, Sequence

from leadhand.errors import InvalidRequest
from storage.exchange.problems import Findings
from storage.foreign.layout import Layout
from storage.foreign.places import OWN, Places, plain
from storage.foreign.reading import RowReader, readers_of
from storage.foreign.words_of_cells import learn_absences, learn_levels, learn_marks

_MACHINE = {
    "code": "machine",
    "name": "machine_name",
    "work_center_id": "work_center",
    "calendar_id": "calendar",
}
_OPERATOR = {"code": "operator", "name": "operator_name", "calendar_id": "calendar"}


def take_machines(layout: Layout, place: str, places: Places, findings: Findings) -> None:
    """A machine a row; its calendar by the words of its shift, each of which is asked once."""
    for reader in readers_of(layout, place, findings):
        name = reader.text("machine", needed=True)
        if not name:
            continue
        origin = reader.origin(**_MACHINE)
        group = reader.text("work_center") or name
        calendar = _calendar(reader, places, "machines run")
        if calendar is None and not reader.bad:
            places.machines.by_name.setdefault(plain(name), name)  # it will be made
        if calendar is not None and not reader.bad:
            center = places.make_work_center(group, origin)
            places.make_machine(
                name,
                work_center=center,
                calendar=calendar,
                origin=origin,
                shown_name=reader.text("machine_name"),
            )


def _calendar(reader: RowReader, places: Places, who: str) -> str | None:
    word = reader.text("calendar")
    if not word:
        return places.calendar("calendar", f"do {who} of which the file says no shift", reader.origin())
    return places.calendar(f"calendar.{word}", f'is "{word}"', reader.origin())


def take_operators(layout: Layout, place: str, places: Places, findings: Findings) -> None:
    """A person a row, with a column of marks for each skill, or with columns that name skills."""
    marks = learn_marks(
        layout.scope,
        (cell.text for reader in readers_of(layout, place, findings) for _, cell in reader.cells("skill")),
    )
    levels = learn_levels(
        layout.scope,
        (
            cell.text
            for reader in readers_of(layout, place, findings)
            for _, cell in (reader.cells("skill_level") if layout.has("skill_named") else ())
        ),
    )
    _same_number(layout)
    seen: dict[str, int] = {}
    for reader in readers_of(layout, place, findings):
        code = reader.text("operator", needed=True)
        if not code:
            continue
        if plain(code) in seen:
            reader.problem("operator", f"is in row {seen[plain(code)]} already", "each person once")
            continue
        seen[plain(code)] = reader.row.number
        calendar = _calendar(reader, places, "people work")
        if calendar is None:
            continue
        origin = reader.origin(**_OPERATOR)
        operator = places.make_operator(code, reader.text("operator_name"), calendar=calendar, origin=origin)
        for header, cell in reader.cells("skill"):
            if marks.get(cell.text) == "yes":
                skill = places.make_skill(header, origin)
                places.canonical.add("operator_skill", {"operator_id": operator, "skill_id": skill}, origin)
        _named_skills(reader, operator, levels, places)


def _same_number(layout: Layout) -> None:
    named = len(layout.columns.get("skill_named", ()))
    for field in ("skill_level", "skill_until"):
        found = len(layout.columns.get(field, ()))
        if found not in (0, named) and named:
            raise InvalidRequest(
                f"{field} has {found} columns and skill_named {named}; right would be one for each, in their "
                "order."
            )


def _named_skills(reader: RowReader, operator: str, levels: Mapping[str, str], places: Places) -> None:
    """The skills that a row's cells name, each with the level and the last day beside it; a level that is no
    skill yet gives none."""
    level = [cell for _, cell in reader.cells("skill_level")]
    until = [cell for _, cell in reader.cells("skill_until")]
    origin = reader.origin(skill_id="skill_named", valid_to="skill_until")
    for number, (_, cell) in enumerate(reader.cells("skill_named")):
        held = not level or level[number].empty or levels.get(level[number].text) == "yes"
        last = reader.moment("skill_until", cell=until[number]) if until else None
        if cell.empty or not held:
            continue
        row = {"operator_id": operator, "skill_id": places.make_skill(cell.text, origin)}
        if until:
            row["valid_to"] = last.after if last else ""
        places.canonical.add("operator_skill", row, origin)


def take_absences(layout: Layout, place: str, places: Places, findings: Findings) -> None:
    """An absence a row: of whole days, both included, or from a time to a time."""
    kinds = learn_absences(
        places.decisions, (reader.text("absence_kind") for reader in readers_of(layout, place, findings))
    )
    for reader in readers_of(layout, place, findings):
        who = reader.text("operator", needed=True)
        start, end = reader.moment("start", needed=True), reader.moment("end")
        person = places.operators.find(who)
        if who and person is None:
            reader.problem(
                "operator", "is nobody of the shop", places.operators.near(who) or "a person of the shop"
            )
        if start is None or person is None or reader.bad:
            continue
        timed = start.minute is not None
        if timed and end is not None and end.minute is None:
            reader.problem("end", "has no time of day, and the start has one", "both with a time, or neither")
            continue
        names = ("start", "end") if timed else ("start_date", "end_date")
        first = start.canonical if timed else start.day.isoformat()
        last = "" if end is None else (end.canonical if timed else end.day.isoformat())
        places.canonical.add(
            "absence",
            {
                "external_id": f"{places.source}:{person} {first}", "source": places.source,
                "operator_id": person,
                names[0]: first, names[1]: last, "kind": kinds.get(reader.text("absence_kind"), "absence"),
            },
            reader.origin(
                **{"operator_id": "operator", names[0]: "start", names[1]: "end", "kind": "absence_kind"}
            ),
        )  # fmt: skip


def make_named(layouts: Sequence[tuple[Layout, str]], places: Places, marks: Mapping[str, str]) -> None:
    """Machines and work centers that rows of operations name and the shop does not have: asked once, then
    made. Rows that `marks` calls work done elsewhere name none."""
    machines: dict[str, tuple[str, RowReader]] = {}
    groups: dict[str, RowReader] = {}
    quiet = Findings()
    for layout, place in layouts:
        for reader in readers_of(layout, place, quiet):
            if reader.marked("elsewhere", marks):
                continue
            name, group = reader.text("machine"), reader.text("work_center")
            named = [
                name,
                *(text for _, cell in reader.cells("alternative_machine") for text in _parts(cell.text)),
            ]
            for machine in filter(None, named):
                if places.work_centers.find(machine) is None:
                    machines.setdefault(machine, (group, reader))
            if group and not name and places.machines.find(group) is None:
                groups.setdefault(group, reader)
    new = places.unknown(
        places.machines, machines, "new_machines", text="The shop has no machines", others={}
    )
    _make_machines({name: machines[name] for name in new}, places)
    _make_groups(groups, places, made=bool(new))


def _parts(text: str) -> list[str]:
    return [part.strip() for part in text.replace(",", ";").split(";")]


def _make_machines(new: dict[str, tuple[str, RowReader]], places: Places) -> None:
    if not new:
        return
    calendar = places.calendar("calendar", "do the new machines run", next(iter(new.values()))[1].origin())
    for name, (group, reader) in new.items():
        if calendar is not None:
            origin = reader.origin(code="machine", work_center_id="work_center")
            center = places.make_work_center(group or name, origin)
            places.make_machine(name, work_center=center, calendar=calendar, origin=origin)


def _make_groups(groups: dict[str, RowReader], places: Places, *, made: bool) -> None:
    """Work centers that are named where no machine is; one without machines gets one of its own name."""
    empty = {
        name: reader
        for name, reader in groups.items()
        if not places.members.get(places.work_centers.find(name) or "")
    }
    outside = {
        name for name, reader in empty.items() if reader.layout.has("machine") and reader.cell("run").empty
    }
    for name in outside:
        if made:  # a place of work done elsewhere has no machine
            places.make_work_center(name, empty[name].origin(code="work_center"))
    wanted = [name for name in empty if name not in outside]
    new = places.unknown(
        places.work_centers,
        wanted,
        "new_work_centers",
        text="The shop has no such work centers, and each would be made with one machine of its name",
        others={},
    )
    if not new:
        return
    calendar = places.calendar("calendar", "do the new machines run", empty[new[0]].origin())
    for name in new if calendar is not None else ():
        origin = empty[name].origin(code="work_center")
        center = places.make_work_center(name, origin)
        places.make_machine(name, work_center=center, calendar=calendar or OWN, origin=origin)


def people_of(layouts: Sequence[tuple[Layout, str]], places: Places) -> dict[str, str | None]:
    """The reference of each person that rows of bookings name; None: nobody, as was answered."""
    named: dict[str, RowReader] = {}
    for layout, place in layouts:
        for reader in readers_of(layout, place, Findings()):
            if reader.text("operator"):
                named.setdefault(reader.text("operator"), reader)
    new = places.unknown(
        places.operators,
        named,
        "new_operators",
        text="The shop has no such people",
        others={"nobody": "leave the work without a person"},
    )
    calendar = (
        places.calendar("operator_calendar", "do the new people work", named[new[0]].origin())
        if new
        else None
    )
    for name in new if calendar is not None else ():
        origin = named[name].origin(code="operator")
        places.make_operator(name, name, calendar=calendar or "", origin=origin)
    return {name: places.operators.find(name) for name in named}
