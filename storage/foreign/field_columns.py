"""Which column is which field: proposed by its header and its cells, or asked."""

from collections.abc import Mapping, Sequence
from datetime import time

from storage.exchange.problems import shown
from storage.foreign.columns import Column
from storage.foreign.decisions import Choice, Question, Scoped
from storage.foreign.durations import RUN_UNITS, unit_of_header
from storage.foreign.fields import FIELDS, ROWS, has_clocks
from storage.foreign.material_columns import material_columns
from storage.foreign.number_columns import propose_number
from storage.foreign.people_columns import PEOPLE, propose_known_people
from storage.foreign.spoken import is_made_or_part, is_spoken_of
from storage.foreign.suggesting import ACROSS, Guess, called_so, columns_for
from storage.foreign.tables import Table
from storage.foreign.vocabulary import key_of

NONE = "none"
BY_ROWS, BOOKED, IN_ORDER = "rows", "booked", "in_order"
# Of the status: orders of the plan keep theirs, new ones are work to be done.
AS_PLANNED = "as_planned"
# Fields whose text may stand in several columns, such as a first name and a surname.
JOINED = frozenset({"order", "customer", "operation_name", "machine_name", "operator_name", "calendar"})
# Fields whose numbers may stand in several columns, such as scrap by its reason: they are added up.
SUMMED = frozenset({"good", "scrap"})
_NEEDED = {
    "operations": ("order", "quantity", "operation", "run"),
    "orders": ("order", "quantity"),
    "bookings": ("order", "operation", "machine", "start"),
    "machines": ("machine",),
    "operators": ("operator",),
    "absences": ("operator",),
    "shifts": (),
    "closures": (),
    "downtimes": ("machine", "start"),
    "reports": ("order", "operation", "reported", "good"),
    "materials": ("order", "operation", "item", "needed", "available"),
    "held": ("machine", "start", "quote"),
}


# Kinds whose starts may be times of a day that another column says.
_ON_DAYS = frozenset({"operations", "bookings", "downtimes", "held"})
# What the text of a shift says itself.
_OF_SHIFTS = ("start", "end", "weekday")
# Fields that one column may be at once: a name that is the code too, an order with its operation.
_OF_ONE_COLUMN = (
    {"operator", "operator_name"}, {"machine", "machine_name"}, {"work_center", "work_center_name"},
    {"order", "operation"}, {"day", "start"}, {"day", "end"}, {"day", "reported"}, {"calendar", "shift"},
    {"machine", "work_center"}, {"status", "booking_status"}, {"status", "done"}, {"booking_status", "done"},
)  # fmt: skip


def field_columns(
    table: Table, scope: Scoped, kind: str
) -> tuple[dict[str, tuple[Column, ...]], dict[str, str]]:
    """The columns of each field of a kind of rows, and the fields that come from elsewhere."""
    used = {header for header in table.headers if header and is_made_or_part(header, scope)}
    proposed = columns_for(table, kind, used)
    if kind == "materials":
        material_columns(table, proposed)
    called = called_so(table, kind, proposed)
    if "operator" in ROWS[kind] and "operator" not in proposed and "operator_name" in proposed:
        proposed["operator"] = proposed["operator_name"]
    propose_known_people(table, scope, kind, proposed)
    _drop_taken(table, scope, kind, proposed)
    propose_number(table, scope, kind, proposed)
    _drop_unneeded(table, kind, proposed)
    needed = _needed(table, scope, kind, proposed)
    columns: dict[str, tuple[Column, ...]] = {}
    special: dict[str, str] = {}
    for field in ROWS[kind]:
        found = proposed.get(field, [])
        told = (
            [] if found else [header for header in called.get(field, ()) if not is_spoken_of(header, scope)]
        )
        value = _column(table, scope, field, found, proposed, told=told, needed=field in needed)
        if value is None or value == NONE:
            special.update({field: NONE} if value else {})
        elif value in {BY_ROWS, BOOKED, IN_ORDER, AS_PLANNED}:
            special[field] = value
        elif value.startswith("="):
            columns[field] = (Column(value, constant=value[1:].strip()),)
        else:
            columns[field] = tuple(
                Column(header, table.headers.index(header)) for header in _split(table, value)
            )
    return columns, special


def _needed(table: Table, scope: Scoped, kind: str, proposed: Mapping[str, list[Guess]]) -> set[str]:
    """The fields that a row cannot do without, by what other columns say."""
    needed = set(_NEEDED[kind])
    timed = kind == "operations" and "run" in proposed and not {"setup", "start"} & set(proposed)
    if timed and _has_other_times(table, proposed):
        needed.add("setup")
    if kind == "operations" and not {"machine", "work_center"} & set(proposed):
        needed.add("machine")
    said = {field for field in ("start", "day") if scope.decisions.given.get(scope.key(field), NONE) != NONE}
    if kind in {"absences", "closures"} and not {"start", "day"} & (said | set(proposed)):
        needed.add("start" if kind == "absences" else "day")
    if kind == "shifts" and _lacks_day(scope, proposed) and _has_dates(table):
        needed.add("day")
    if kind in {"operations", "orders"} and "due" not in proposed and _has_free_dates(table, proposed):
        needed.add("due")
    starts = "start" in proposed and scope.decisions.given.get(scope.key("start")) != NONE
    if kind in {"bookings", "operations"} and starts and "end" not in proposed:
        needed |= set() if "length" in proposed else {"end"}
    if starts and kind in _ON_DAYS and "day" not in proposed and _are_times_alone(table, scope, proposed):
        needed.add("day")
    if kind == "reports" and "day" not in proposed and _are_times_alone(table, scope, proposed, "reported"):
        needed.add("day")
    if {"skill_level", "skill_from", "skill_until"} & set(proposed):
        needed.add("skill_named")
    return needed


def _drop_taken(table: Table, scope: Scoped, kind: str, proposed: dict[str, list[Guess]]) -> None:
    """What a person says a column is, it is; it is not proposed for another field too."""
    given = scope.decisions.given
    said = {
        header: field
        for field in ROWS[kind]
        if (value := given.get(scope.key(field))) is not None
        for header in _split(table, value.strip())
    }
    for field, found in list(proposed.items()):
        if scope.key(field) in given:
            continue
        left = [g for g in found if g.header not in said or {field, said[g.header]} in _OF_ONE_COLUMN]
        # What a cell of several things is called is no number, and what makes up a shift no start of its own.
        if field == "number" or (field in _OF_SHIFTS and scope.key("shift") in given):
            left = [guess for guess in left if not is_spoken_of(guess.header, scope)]
        if left:
            proposed[field] = left
        else:
            proposed.pop(field)


def _are_times_alone(
    table: Table, scope: Scoped, proposed: Mapping[str, list[Guess]], field: str = "start"
) -> bool:
    """Whether the column of a field has times of the day, whose days another column must say."""
    said = scope.decisions.given.get(scope.key(field), "").strip()
    header = said or next((guess.header for guess in proposed.get(field, [])), "")
    cells = table.filled(table.headers.index(header)) if header in table.headers else []
    return has_clocks([cell for cell in cells if isinstance(cell.value, time) or ":" in cell.text])


def _lacks_day(scope: Scoped, proposed: Mapping[str, list[Guess]]) -> bool:
    """Whether names of shifts are of no day, though nothing says that they are of every week."""
    given = {
        field for field in ("day", "weekday", "start", "shift") if scope.key(field) in scope.decisions.given
    }
    return "shift" in given | proposed.keys() and not {"day", "weekday", "start"} & (given | proposed.keys())


def _has_other_times(table: Table, proposed: Mapping[str, list[Guess]]) -> bool:
    """Whether a column of numbers that is nothing that is known has a header with a unit of time: a setup
    that is passed over is none at all."""
    taken = {guess.index for guesses in proposed.values() for guess in guesses}
    return any(
        index not in taken
        and header
        and key_of("ignored", header) is None
        and unit_of_header(header, run=False) is not None
        and FIELDS["setup"].fits_all(cells)
        for index, header in enumerate(table.headers)
        if (cells := table.filled(index))
    )


def _has_dates(table: Table) -> bool:
    return any(
        header and FIELDS["day"].fits_all(cells)
        for index, header in enumerate(table.headers)
        if (cells := table.filled(index))
    )


def _has_free_dates(table: Table, proposed: Mapping[str, list[Guess]]) -> bool:
    """Whether a column of dates is nothing that is known: an order that loses its date is never late."""
    taken = {guess.index for guesses in proposed.values() for guess in guesses}
    return any(
        index not in taken and header and key_of("ignored", header) is None and FIELDS["due"].fits_all(cells)
        for index, header in enumerate(table.headers)
        if (cells := table.filled(index))
    )


def _drop_unneeded(table: Table, kind: str, proposed: dict[str, list[Guess]]) -> None:
    """Columns that are only looked at where others call for them."""
    starts = [cell for guess in proposed.get("start", []) for cell in table.filled(guess.index)]
    if kind == "operations" and not starts:
        proposed.pop("operator", None)  # people are of bookings
        proposed.pop("end", None)  # an end alone books nothing, and may be what is due
    if kind in {"operations", "bookings", "downtimes"}:
        if not has_clocks(starts):
            proposed.pop("day", None)  # the start says its day itself
        if not starts or _every_row_ends(table, proposed):
            proposed.pop("length", None)
    if kind == "held":  # a status may be what tells such rows from bookings
        proposed.pop("booking_status", None)
        proposed.pop("locked", None)
    if kind == "closures":
        for field in ("machine", "operator"):  # they are the shop's unless a header says plainly whose
            found = proposed.get(field, [])
            if len(found) != 1 or found[0].score < 1 or found[0].phrase in ACROSS:
                proposed.pop(field, None)
    if kind in {"closures", "absences"} and "start" in proposed and not has_clocks(starts):
        proposed.pop("day", None)
    if kind == "absences" and ({"end", "back", "day"} & proposed.keys() or not starts):
        proposed.pop("length", None)  # it says the same again


def _every_row_ends(table: Table, proposed: Mapping[str, list[Guess]]) -> bool:
    """Whether no row needs a length, since a column says its end."""
    starts, ends = proposed.get("start", []), proposed.get("end", [])
    return bool(ends) and not any(
        row.cell(ends[0].index).empty and not row.cell(starts[0].index).empty for row in table.rows
    )


def _split(table: Table, value: str) -> list[str]:
    return [value] if value in table.headers else [part.strip() for part in value.split(";")]


def _column(
    table: Table,
    scope: Scoped,
    field: str,
    found: list[Guess],
    proposed: Mapping[str, list[Guess]],
    *,
    told: Sequence[str],
    needed: bool,
) -> str | None:
    """What is said of a field. `told`: headers of columns that are called so, and are not proposed."""

    def fits(value: str) -> bool:
        if value.startswith("=") or value == NONE:
            return True
        if value == _SPECIAL.get(field, ("", ""))[0] or (field == "operation" and value == IN_ORDER):
            return True
        headers = _split(table, value)
        return all(header in table.headers for header in headers) and (
            len(headers) == 1 or several or field in JOINED | SUMMED
        )

    several = FIELDS[field].several
    proven: tuple[str, str] | None = None
    if found and found[0].phrase in ACROSS and field != "shift":
        pass  # which of its meanings it has is asked
    elif found and (several or len(found) == 1 or (field == "operator_name" and _is_whole_name(found))):
        headers = "; ".join(guess.header for guess in found)
        proven = (headers, _why(found[0]))
    elif field == "status" and not found and not told:
        proven = (AS_PLANNED, "no column says it; new orders are released, others keep theirs")
    elif not needed and not found and not told:
        proven = (NONE, "no column says it")
    taken = {guess.header for guesses in proposed.values() for guess in guesses if len(guesses) == 1}
    free = found or [*told, *(h for h in table.headers if h and h not in taken and h not in told)]
    choices = [Choice(guess.header if isinstance(guess, Guess) else guess) for guess in free]
    if field in _SPECIAL:
        choices.append(Choice(*_SPECIAL[field]))
    if field == "operation" and "order" in proposed:
        choices.append(Choice(IN_ORDER, "behind the order's number: FA100-10 is operation 10 of FA100"))
    if field in _CONSTANT:
        choices.append(Choice(*_CONSTANT[field]))
    if not needed or field in _NONE:
        choices.append(Choice(NONE, _NONE.get(field, "no column")))
    question = Question(
        field,
        f"Which column of {shown(table.label)} is {FIELDS[field].about}?",
        tuple(choices),
        why="several could be it"
        if found
        else f'"{shown(told[0])}" is called so, and its cells do not look like it'
        if told
        else "no header says it",
    )
    return scope.settle(question, proven=proven, fits=fits)


_SPECIAL = {
    "operation": (BY_ROWS, "no column: 10, 20, 30 in the order of the rows"),
    "run": (BOOKED, "no column: as long as the work is booked, end less start"),
    "status": (AS_PLANNED, "no column: new orders are work to be done, those of the plan keep theirs"),
}
_CONSTANT = {
    "status": ("=released", "no column: all are work to be done"),
    "quantity": ("=1", "no column: one piece each"),
    "run": ("=0", "no column: no run time"),
    "machine": ("=NAME", "no column: all of it on the machine NAME"),
}
_NONE = {
    "good": "no column: only scrap is reported",
    "due": "no column: it is due on no day",
    "quantity": "no column: the shop has the orders already, with their quantities",
    "setup": "no column: no setup",
    "needed": "no column: the plan has the materials already, with how much is needed",
    "available": "no column: the plan knows it already, or nobody does",
    "skill_named": "no column: the levels are of nothing that is taken",
}


def _is_whole_name(found: Sequence[Guess]) -> bool:
    """Whether the columns are a given and a family name, in this order."""
    return [key_of("names", guess.header) for guess in found] == ["given", "family"]


_BY_CELLS = {
    "marks": "its cells are marks", "shifts": "its cells are times of shifts",
    PEOPLE: "the plan has people with these numbers or codes",
}  # fmt: skip


def _why(guess: Guess) -> str:
    if guess.phrase in _BY_CELLS:
        return _BY_CELLS[guess.phrase]
    if guess.phrase in RUN_UNITS:
        return f"its header is a unit of it, {guess.phrase}"
    return "its header says so" if guess.score == 1 else f'its header holds "{guess.phrase}"'
