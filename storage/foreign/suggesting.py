"""What the columns of a table probably mean: by their headers, checked against what their cells look like."""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, replace

from storage.foreign.durations import unit_of_header
from storage.foreign.fields import FIELDS, ROWS
from storage.foreign.shift_patterns import pattern_of
from storage.foreign.tables import OF_DESCRIPTION, Table
from storage.foreign.vocabulary import folded, key_of, runs_of_words, words

_MARK_CHARS = 4
# No mark and no level: a share of a person, an efficiency.
_PART = re.compile(r"\d+[.,]\d+")
# A header that is a unit of times for one piece, and may name something else as well.
_UNIT_SCORE = 0.6
# A shorter word within a header says nothing; nor does one that is little of it.
_WITHIN_CHARS, _LEAST = 3, 0.15
_OF_REPORTS = ("good", "scrap", "reported")
# Fields whose words say nothing within a header: a machine has a type as well.
_WHOLE = frozenset({"downtime_kind"})
# Fields whose cells are names of things that have a type as well.
_NAMES = frozenset({"order", "customer", "operation", "machine", "operator", "work_center", "item", "quote"})
# Of two columns with such a date one is wished and one is promised; no header says which of them counts.
_ONE_OF_ALL = ("due",)
# Times of another machine, whose headers hold the words for those of the first one too.
_OF_OTHERS = ("alternative_run", "alternative_setup")
# Fields that change a plan when their column is passed over.
_ASKED = frozenset({
    "quantity", "due", "release", "priority", "status", "material_due", "quote_expires", "setup", "run",
    "wait_after", "start", "end", "length", "active_from", "active_to", "break_time", "back", "operation",
})  # fmt: skip
# Headers of columns that went across: they may be several things.
ACROSS = ("column", "content")
# What a word that names two fields means in rows of a kind.
_FIRST = {"shifts": "shift", "closures": "title", "operations": "status"}


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
    if not header:
        return
    if header.startswith(OF_DESCRIPTION):
        # What a line of a description says is what its own name says.
        own = _of_header(index, header.removeprefix(OF_DESCRIPTION))
        yield from (replace(guess, header=header) for guess in own)
        return
    if key_of("ignored", header) is not None:  # what is done already is of reports alone
        for field in _OF_REPORTS:
            if folded(header) in words("fields")[field]:
                yield Guess(index, header, field, 1.0, folded(header))
        return
    plain, bare = folded(header) or header.strip(), _without_units(header)
    unit = unit_of_header(header, run=True)
    other = next(
        (field for field in _OF_OTHERS if any(_score(plain, bare, p) for p in words("fields")[field])), None
    )
    if other is not None:  # what is of another machine is nothing of the first
        yield Guess(index, header, other, 1.0, "alternative")
        return
    if unit is not None and not unit.endswith("_total"):
        yield Guess(index, header, "run", _UNIT_SCORE, unit)
    held = {plain, bare} | runs_of_words(plain) | runs_of_words(bare)
    for field, phrases in words("fields").items():
        if field == "quantity" and unit is not None:
            continue  # minutes of a piece are no pieces
        best = max(((_score(plain, bare, phrase), phrase) for phrase in phrases & held), default=(0.0, ""))
        if best[0] < 1 and _is_something_of(field, plain):
            continue
        if best[0] >= (1.0 if field in _WHOLE else _LEAST):
            yield Guess(index, header, field, *best)


def _is_something_of(field: str, plain: str) -> bool:
    """Whether a header speaks of something else that the field has: a price, a remark, of a name its type."""
    held = set(plain.split())
    others = words("of_something")["words"] | words("ignored")["notes"]
    return bool(held & others) or (field in _NAMES and bool(held & words("fields")["downtime_kind"]))


def _score(plain: str, bare: str, phrase: str) -> float:
    if phrase in (plain, bare):
        return 1.0
    if len(phrase) < _WITHIN_CHARS:
        return 0.0
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


def columns_for(table: Table, kind: str, used: Set[str] = frozenset()) -> dict[str, list[Guess]]:
    """The columns proposed for each field of a kind of rows, best first; none where the cells say
    otherwise. `used`: headers of columns of which others are made, and of these: their numbers are no
    marks."""
    taken: set[int] = set()
    proposed: dict[str, list[Guess]] = defaultdict(list)
    wanted = ROWS[kind]
    first = _FIRST.get(kind, "")
    for guess in sorted(guesses(table), key=lambda found: (-found.score, found.field != first)):
        if guess.field not in wanted or guess.index in taken:
            continue
        field = FIELDS[guess.field]
        if not field.fits(table.filled(guess.index), guess.header):
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
        proposed.pop("booking_status", None)  # a status is the order's, unless it is said
    _join_names(proposed)
    if kind == "reports" and not proposed["start"]:
        proposed["start"] += _clocked_in(table, taken)
    if "calendar" in wanted and not proposed["calendar"]:
        proposed["calendar"] += _of_shifts(table, taken)
    if kind == "operators":
        numbered = {i for i, h in enumerate(table.headers) if h in used and _are_numbers(table, i)}
        proposed["skill"] += _marked(table, taken | numbered)
    return {field: found for field, found in proposed.items() if found}


def called_so(table: Table, kind: str, proposed: Mapping[str, Sequence[Guess]]) -> dict[str, list[str]]:
    """Columns whose whole header is a field's word, and that are proposed for nothing, because their cells do
    not look like it: not to be passed over."""
    taken = {guess.index for found in proposed.values() for guess in found}
    called: dict[str, list[str]] = defaultdict(list)
    for guess in guesses(table):
        wanted = guess.score == 1 and guess.field in _ASKED and guess.field in ROWS[kind]
        wanted = wanted and not _is_letter(guess.header, table)
        if wanted and guess.index not in taken and table.filled(guess.index):
            called[guess.field] += [guess.header] if guess.header not in called[guess.field] else []
    return called


def _is_letter(header: str, table: Table) -> bool:
    """Whether a column is only called by its place, since the table has no header."""
    plain = header.rpartition(" ")[2]
    return table.headers[:1] == ("A",) and len(plain) == 1 and plain.isascii() and plain.isupper()


def _join_names(proposed: Mapping[str, list[Guess]]) -> None:
    """A given name and a family name in columns of their own are one name, in this order."""
    found = proposed.get("operator_name", [])
    given = [guess for guess in found if key_of("names", guess.header) == "given"]
    family = [guess for guess in found if key_of("names", guess.header) == "family"]
    if len(found) == 2 and len(given) == len(family) == 1:
        found[:] = [*given, *family]


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


def _clocked_in(table: Table, taken: set[int]) -> list[Guess]:
    """The column of when the work of a report began: an end before it is on the next day."""
    for index, header in enumerate(table.headers):
        named = header and index not in taken and key_of("report_starts", header) is not None
        if named and FIELDS["start"].fits(table.filled(index), header):
            return [Guess(index, header, "start", 1.0, folded(header))]
    return []


def _of_shifts(table: Table, taken: set[int]) -> list[Guess]:
    """The column whose cells are times of shifts, such as `Mo-Fr 06:00-14:00`."""
    for index, header in enumerate(table.headers):
        cells = table.filled(index)
        timed = sum(isinstance(c.value, str) and pattern_of(c.value) is not None for c in cells)
        if index not in taken and header and cells and timed * 2 > len(cells):
            return [Guess(index, header, "calendar", 1.0, "shifts")]
    return []


def _are_numbers(table: Table, index: int) -> bool:
    return all(cell.text.isdecimal() for cell in table.filled(index))


def _is_level(text: str) -> bool:
    return text.isdecimal() or key_of("marks", text) == "no" or key_of("blank", text) == "yes"


def _marked(table: Table, taken: set[int]) -> list[Guess]:
    """Columns that hold marks only, such as x, and others with the same few signs."""
    signs: dict[int, set[str]] = {}
    for index, header in enumerate(table.headers):
        texts = [cell.text for cell in table.filled(index)]
        numbers = [int(text) for text in texts if text.isdecimal()]
        numbered = len(numbers) == len(texts) > 2 and numbers == sorted(set(numbers))
        if index not in taken and header and texts and not numbered:
            signs[index] = set(texts)
    short = {
        index: found
        for index, found in signs.items()
        if all(len(text) <= _MARK_CHARS and not _PART.fullmatch(text) for text in found)
    }
    sure = [found for found in short.values() if any(key_of("marks", text) == "yes" for text in found)]
    known = set[str]().union(*sure)
    levels = any(text.isdecimal() for text in known)
    return [
        Guess(index, table.headers[index], "skill", 1.0, "marks")
        for index, found in short.items()
        if found in sure or found <= known or (levels and all(map(_is_level, found)))
    ]
