"""Machines and people, from tables that list them."""

from collections.abc import Mapping, Sequence

from storage.exchange.problems import Findings, shown
from storage.foreign.decisions import Choice, Question
from storage.foreign.in_use import in_use, stopped_or_runs
from storage.foreign.known_people import is_two_people, settle_by_name
from storage.foreign.layout import Layout
from storage.foreign.needed_skills import add_needed_skill
from storage.foreign.own_numbers import settle_numbers, tell_wrong
from storage.foreign.places import LEAVE_OUT, OWN, Places, plain
from storage.foreign.reading import RowReader
from storage.foreign.shop_names import Named
from storage.foreign.skills import add_skills, learn_skills, tell_without_skill
from storage.foreign.table_rows import readers_of
from storage.foreign.table_targets import machine_names, names_in
from storage.foreign.words_of_cells import Marks, learn_service

ENDED = "ended"
_MACHINE = {
    "external_id": "machine_number",
    "code": "machine",
    "name": "machine_name",
    "work_center_id": "work_center",
    "calendar_id": "calendar",
}
_OPERATOR = {
    "external_id": "operator_number", "code": "operator", "name": "operator_name",
    "calendar_id": "calendar", "max_parallel": "max_parallel",
}  # fmt: skip


def take_machines(layout: Layout, place: str, places: Places, findings: Findings) -> None:
    """A machine a row; its calendar by the words of its shift, each of which is asked once. What becomes of
    machines that are out of service is asked."""
    readers = list(readers_of(layout, place, findings))
    runs = learn_service(layout.scope, [reader.text("in_service") for reader in readers])
    stopped = _stopped(layout, [r for r in readers if runs.get(r.text("in_service")) == "no"])
    wrong = settle_numbers(readers, places.machines, places)
    for reader in readers:
        name = reader.text("machine", needed=True)
        if not name or tell_wrong(reader, wrong, places.machines):
            continue
        if stopped.get(name) == LEAVE_OUT:
            findings.notice(place, reader.row.number, f"{shown(name)} is out of service and is left out")
            continue
        origin = reader.origin(**_MACHINE)
        stored = places.machines.stored_as(places.machines.find(name) or "")
        calendar = _calendar(reader, places, "machines run", stored)
        if calendar is None and not reader.bad:
            # it will be made
            places.machines.by_name.setdefault(plain(name), places.machines.known_as(name))
        if calendar is not None and not reader.bad:
            known = stored.group if stored is not None and not reader.text("work_center") else None
            center = known or places.group_of(
                name, reader.text("work_center"), origin, reader.text("work_center_name"), stored
            )
            add_needed_skill(reader, center, places)
            places.make_machine(
                name,
                work_center=center,
                calendar=calendar,
                origin=origin,
                shown_name=reader.text("machine_name"),
                active=_active(reader, stopped, stored, places),
            )


def _stopped(layout: Layout, readers: Sequence[RowReader]) -> dict[str, str | None]:
    """What becomes of each machine that is out of service."""
    if not readers:
        return {}
    names = [reader.text("machine") for reader in readers]
    question = Question(
        "out_of_service",
        f"{len(names)} machines are out of service: {', '.join(map(shown, names[:8]))}. "
        "What becomes of them?",
        (
            Choice(ENDED, "the shop has them, and nothing is planned on them"),
            Choice(LEAVE_OUT, "they are not taken"),
            Choice("keep", "they are taken like the others"),
        ),
        suggested=ENDED,
    )
    return dict.fromkeys(names, layout.scope.settle(question))


def _active(
    reader: RowReader, stopped: Mapping[str, str | None], stored: Named | None, places: Places
) -> dict[str, str]:
    said = in_use(reader, "machine", stored, places.shop)
    if ENDED not in stopped.values():
        return said
    ended = stopped.get(reader.text("machine")) == ENDED
    return stopped_or_runs(said, stored, places.shop, ended=ended)


def _calendar(reader: RowReader, places: Places, who: str, stored: Named | None) -> str | None:
    """The calendar that a row says; of what the shop has, where no column says it, the one that it has."""
    word = reader.text("calendar")
    if stored is not None and stored.calendar_id and not reader.layout.has("calendar"):
        return stored.calendar_id
    if not word:
        one = f"{shown(reader.text('operator') or reader.text('machine'))} in row {reader.row.number}"
        about = f"do {who} of which the file says no shift, such as {one}"
        return places.calendar("no_shift", about, reader.origin())
    return places.calendar(f"calendar.{word}", f'is "{word}"', reader.origin(), word)


def take_operators(layout: Layout, place: str, places: Places, findings: Findings) -> None:
    """People, with the skills of each of their rows; what else rows of one person say must be the same."""
    words = learn_skills(layout, list(readers_of(layout, place, findings)))
    quiet = list(readers_of(layout, place, Findings()))
    wrong = settle_numbers(quiet, places.operators, places)
    settle_by_name(quiet, places)
    seen: dict[str, tuple[RowReader, str | None]] = {}
    without: list[RowReader] = []
    for reader in readers_of(layout, place, findings):
        code = reader.text("operator", needed=True)
        if not code or tell_wrong(reader, wrong, places.operators):
            continue
        before = seen.get(plain(code))
        if before is None and is_two_people(reader, places):
            continue
        if before is not None and _says_otherwise(reader, before[0]):
            continue
        if before is None:
            seen[plain(code)] = before = (reader, _operator(reader, code, places))
        count = len(places.canonical.of("operator_skill"))
        if before[1] is not None:
            add_skills(reader, before[1], words, places)
        gives = len(places.canonical.of("operator_skill")) > count
        if layout.has("skill_named") and before[1] is not None and not (gives or reader.bad or reader.waits):
            without.append(reader)
    tell_without_skill(without, place, findings)


def _says_otherwise(reader: RowReader, before: RowReader) -> bool:
    same = ("operator_name", "calendar", "max_parallel")
    names = [n for n in same if reader.text(n) and reader.text(n) != before.text(n)]
    for name in names:
        text = f"row {before.row.number} says {shown(before.text(name))} for the same person"
        reader.problem(name, text, "the same on all rows of a person")
    only = reader.layout.columns.keys() & {"skill", "skill_named"}
    if not only:
        reader.problem("operator", f"is in row {before.row.number} already", "each person once")
    return bool(names) or not only


def _operator(reader: RowReader, code: str, places: Places) -> str | None:
    found = places.operators.find(code)
    if found in places.told:
        return found  # another table says when this person works
    stored = places.operators.stored_as(found or "")
    calendar = _calendar(reader, places, "people work", stored)
    if calendar is None:
        return None
    name = reader.text("operator_name")
    origin = reader.origin(**_OPERATOR)
    said = {**in_use(reader, "operator", stored, places.shop), **_at_once(reader, stored, places)}
    return places.make_operator(code, name, calendar=calendar, origin=origin, said=said)


def _at_once(reader: RowReader, stored: Named | None, places: Places) -> dict[str, str]:
    """How many machines a person looks after at once; where the cell is empty, as many as before."""
    if not reader.layout.has("max_parallel"):
        return {}
    number = reader.whole("max_parallel", low=1, needed=False)
    of_people = {use.id: use.max_parallel for use in places.shop.in_use if use.kind == "operator"}
    before = of_people.get(stored.id, 1) if stored is not None else 1
    return {"max_parallel": str(number or before)}


def machines_of(readers: Sequence[RowReader], places: Places, *, several: bool = False) -> None:
    """Machines that rows about them name and the shop does not have: made, or left out, as answered.
    `several`: a cell may name more than one, or a work center."""
    named = {
        name: ("", reader)
        for reader in readers
        for name in (machine_names(places, [reader.text("machine")]) if several else [reader.text("machine")])
        if name
    }
    others = {LEAVE_OUT: "leave their rows out"}
    new = places.unknown(
        places.machines, named, "new_machines", text="The shop has no machines", others=others
    )
    _make_machines({name: named[name] for name in new}, places)


def make_named(layouts: Sequence[tuple[Layout, str]], places: Places, marks: Marks) -> None:
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
            own = (
                names_in(places.machines, name, places.work_centers)
                if layout.kind == "operations"
                else [name]
            )
            named = [
                *own,
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
            center = places.group_of(name, group, origin)
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
        origin = named[name].origin(code="operator", name="operator_name")
        places.make_operator(name, name, calendar=calendar or "", origin=origin)
    return {name: places.operators.find(name) for name in named}
