"""What the columns of a table probably mean: by their headers, checked against what their cells look like."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from storage.foreign.durations import unit_of_header
from storage.foreign.fields import FIELDS, ROWS
from storage.foreign.tables import Table
from storage.foreign.vocabulary import folded, key_of, words

_MARK_CHARS = 4
# A header that is a unit of times for one piece, and may name something else as well.
_UNIT_SCORE = 0.6
# Of two columns with such a date one is wished and one is promised; no header says which of them counts.
_ONE_OF_ALL = ("due",)


@dataclass(frozen=True, slots=True)
class Guess:
    """A column that may be a field. `score`: 1 when the header is the field's word, less when it only holds
    it."""

    index: int
    header: str
    field: str
    score: float
    phrase: str


def guesses(table: Table) -> tuple[Guess, ...]:
    """Every field that a header could name, best first."""
    found = [guess for index, header in enumerate(table.headers) for guess in _of_header(index, header)]
    return tuple(sorted(found, key=lambda guess: (-guess.score, -len(guess.phrase), guess.index)))


def _of_header(index: int, header: str) -> Iterable[Guess]:
    if not header or key_of("ignored", header) is not None:
        return
    plain, bare = folded(header), _without_units(header)
    unit = unit_of_header(header, run=True)
    if unit is not None and not unit.endswith("_total"):
        yield Guess(index, header, "run", _UNIT_SCORE, unit)
    for field, phrases in words("fields").items():
        if field == "quantity" and unit is not None:
            continue  # minutes of a piece are no pieces
        best = max(((_score(plain, bare, phrase), phrase) for phrase in phrases), default=(0.0, ""))
        if best[0]:
            yield Guess(index, header, field, *best)


def _score(plain: str, bare: str, phrase: str) -> float:
    if phrase in (plain, bare):
        return 1.0
    if f" {phrase} " in f" {bare} " and bare:
        return 0.8 * len(phrase) / len(bare)
    return 0.7 * len(phrase) / len(plain) if f" {phrase} " in f" {plain} " else 0.0


def _without_units(header: str) -> str:
    """The header without what stands in brackets, and without units and `est`."""
    outside = ""
    depth = 0
    for sign in header:
        depth += sign in "[("
        outside += sign if not depth else ""
        depth -= sign in ")]" and depth > 0
    drop = words("units")["h"] | words("units")["min"] | words("units")["s"] | {"est", "mm", "hh", "planned"}
    return " ".join(word for word in folded(outside).split() if word not in drop)


def rows_of(table: Table) -> tuple[str | None, str]:  # noqa: PLR0911 - the cases in their order
    """What a row of the table is, with the reason; None when the headers do not say."""
    named: dict[str, Guess] = {}
    for guess in guesses(table):
        if guess.score >= 0.5 and FIELDS[guess.field].fits(table.filled(guess.index)):
            named.setdefault(guess.field, guess)
    said = {field: guess.header for field, guess in named.items()}
    timed = "start" in named and "end" in named
    if "order" in named:
        if timed and not {"quantity", "run", "setup"} & set(named):
            return (
                None,
                f"it has {said['order']}, {said['start']} and {said['end']}, but no quantity or time of work",
            )
        if {"setup", "run", "operation"} & set(named) or "machine" in named or "work_center" in named:
            work = next(
                said[f] for f in ("operation", "run", "setup", "machine", "work_center") if f in named
            )
            return "operations", f"it has {said['order']} and {work}"
        if {"quantity", "due"} & set(named):
            return "orders", f"it has {said['order']} and no operations"
    if "operator" in named or "operator_name" in named:
        who = said.get("operator") or said["operator_name"]
        if "start" in named and "order" not in named:
            return "absences", f"it has {who} and {said['start']}"
        if "machine" not in named and "order" not in named and ("operator" in named or "calendar" in named):
            return "operators", f"it has {who} and no orders"
    if "machine" in named and "order" not in named:
        if "operator" in named:
            return None, f"it has {said['operator']} and {said['machine']}"
        return "machines", f"it has {said['machine']} and no orders"
    return None, "its headers do not say"


def columns_for(table: Table, kind: str) -> dict[str, list[Guess]]:
    """The columns proposed for each field of a kind of rows, best first; none where the cells say
    otherwise."""
    taken: set[int] = set()
    proposed: dict[str, list[Guess]] = defaultdict(list)
    wanted = ROWS[kind]
    for guess in guesses(table):
        if guess.field not in wanted or guess.index in taken:
            continue
        field = FIELDS[guess.field]
        if not field.fits(table.filled(guess.index)):
            continue
        best = proposed[guess.field]
        if best and not field.several:
            if guess.score == best[0].score or guess.field in _ONE_OF_ALL:
                best.append(guess)  # as good: a question
            continue
        best.append(guess)
        taken.add(guess.index)
    if kind == "operations":
        _drop_names_of_parts(table, proposed)
    if kind == "operators":
        proposed["skill"] += _marked(table, taken)
    return {field: found for field, found in proposed.items() if found}


def _drop_names_of_parts(table: Table, proposed: Mapping[str, list[Guess]]) -> None:
    """A description that is the same on all rows of an order describes its part, not its operations."""
    order, names = proposed.get("order"), proposed.get("operation_name", [])
    if not order:
        return
    for guess in list(names):
        said: dict[str, set[str]] = defaultdict(set)
        rows: dict[str, int] = defaultdict(int)
        current = ""
        for row in table.rows:
            current = row.cell(order[0].index).text or current
            rows[current] += 1
            if row.cell(guess.index).text:
                said[current].add(row.cell(guess.index).text)
        several = [name for name, count in rows.items() if count > 1]
        if several and all(len(said[name]) <= 1 for name in several):
            names.remove(guess)


def _marked(table: Table, taken: set[int]) -> list[Guess]:
    """Columns that hold marks only, such as x."""
    found: list[Guess] = []
    for index, header in enumerate(table.headers):
        cells = table.filled(index)
        if index in taken or not header or not cells:
            continue
        texts = {cell.text for cell in cells}
        if all(len(text) <= _MARK_CHARS for text in texts) and any(
            key_of("marks", text) == "yes" for text in texts
        ):
            found.append(Guess(index, header, "skill", 1.0, "marks"))
    return found
