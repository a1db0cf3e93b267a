"""Tables that go across: days or machines as columns, or an order's operations side by side. Each becomes a
table that goes down, with a row for each such cell or group of cells."""

import re
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from fnmatch import fnmatchcase

from storage.exchange.problems import shown
from storage.foreign.decisions import Choice, Question, Scoped
from storage.foreign.durations import unit_of_header
from storage.foreign.fields import FIELDS
from storage.foreign.grid import Cell, cell_of
from storage.foreign.merged import covered_again, spread
from storage.foreign.month_days import dated, month_days
from storage.foreign.shaping import JOIN, SPLIT
from storage.foreign.slots import CONTENT, day_and_part, days_down
from storage.foreign.splitting import parts_named
from storage.foreign.suggesting import guesses
from storage.foreign.tables import Table, TableRow
from storage.foreign.vocabulary import folded, key_of
from storage.foreign.weekday_sets import weekday_names

# Columns that the file does not have: the number of a group, the header of a cell, and the cell.
NUMBER, COLUMN = "(number)", "(column)"
DAYS, NUMBERS, NONE = "days", "numbers", "none"
_LEAST_DAYS = 3
_LEAST_WEEKS = 4
# A week as a part of a header, folded: `2026 kw 49 firm`.
_WEEK = re.compile(
    r"\b(?:kw|cw|wk|week|woche|kt|tyden|vko|uge|uke|vecka|sem|semaine|semana|sett|het|w)\s?[0-5]?\d\b"
)
_NUMBERED = re.compile(r"(?P<before>\D*?)(?P<number>\d{1,3})(?P<after>\D*)")
_DOUBLED = re.compile(r"(?P<stem>.+) \((?P<number>\d{1,2})\)")
# What the columns of heads begin with: `(above 2) Job`.
_HEADS = "(above"


def gone_down(table: Table, scope: Scoped) -> Table:
    """The table as it is read: as it is, or with what goes across below each other.

    `across` is `days`, `numbers`, `none`, or the headers that go across, parted by `;`, or `first..last`.
    """
    of_month = (
        month_days(table.headers) if scope.decisions.given.get(scope.key("across"), DAYS) == DAYS else []
    )
    named = {day.header for day in of_month}
    days = [
        index
        for index, header in enumerate(table.headers)
        if header in named or (day_and_part(header) is not None and not named)
    ]
    groups, asked = _groups(table)
    own = _made_by_answers(scope)
    days = [index for index in days if table.headers[index] not in own]
    if asked and any(table.headers[index] in own for found in groups.values() for index in found.values()):
        groups = {}
    value = _decided(table, scope, days if len(days) >= _LEAST_DAYS else [], groups, asked=asked)
    if value is None:
        value = _weekdays_decided(table, scope)
    if value is None:
        value = _weeks_decided(table, scope)
    if value is None:
        value = _times_decided(table, scope)
    if value is None or value == NONE:
        return table
    if value == DAYS and of_month:
        with_dates = dated(table, of_month, scope)
        return table if with_dates is None else days_down(with_dates, days, scope)
    if value == DAYS:
        return days_down(table, days, scope)
    if value == NUMBERS:
        return _each_group(table, groups)
    return _each_cell(table, [table.headers.index(header) for header in _listed(value, table) or ()], scope)


def is_across_asked(table: Table, scope: Scoped) -> bool:
    """Whether it is not known yet which cells the rows of a table have: it is asked what goes across, or of
    which month its days are."""
    made = scope.decisions.made.get(scope.key("across"))
    waits = made is not None and made.value == DAYS and bool(month_days(table.headers))
    return waits or scope.key("across") in scope.decisions.questions


def _decided(
    table: Table,
    scope: Scoped,
    days: Sequence[int],
    groups: Mapping[int, Mapping[str, int]],
    *,
    asked: bool,
) -> str | None:
    offered = {DAYS: bool(days), NUMBERS: bool(groups)}

    def fits(text: str) -> bool:
        if text in offered:
            return offered[text]
        return text == NONE or _listed(text, table) is not None

    if not any(offered.values()):
        given = scope.key("across") in scope.decisions.given
        named = tuple(Choice(header) for header in table.headers if header)
        question = Question("across", "Which columns go across?", named)
        return scope.settle(question, fits=fits) if given else None
    if days:
        told = " · ".join(shown(table.headers[index]) for index in days[:3])
        text = f"{len(days)} columns are days ({told} …): does each of their cells say what is on that day?"
        choices = [Choice(DAYS, "a row for each day, its content in (content)")]
    else:
        told = " · ".join(shown(table.headers[index]) for index in next(iter(groups.values())).values())
        text = f"Columns come {len(groups)} times ({told} …): is each time a row of its own?"
        choices = [Choice(NUMBERS, "a row for each time, its number in (number)")]
    question = Question(
        "across",
        text,
        (*choices, Choice(NONE, "each is a column of its own")),
        why="the table goes across",
        suggested=choices[0].value,
    )
    proven = (NUMBERS, "its headers are numbered alike") if not days and not asked else None
    return scope.settle(question, proven=proven, fits=fits)


def _weekdays_decided(table: Table, scope: Scoped) -> str | None:
    """Of a table whose columns are days of the week: whether its cells say what is on them."""
    headers = list(weekday_names(table.headers)) or [
        header for header in table.headers if key_of("weekdays", header) is not None
    ]
    if scope.key("across") in scope.decisions.questions or len(headers) < _LEAST_DAYS:
        return None
    value = "; ".join(headers)
    question = Question(
        "across",
        f"{', '.join(map(shown, headers))} are days of the week: does each of their cells say what is on it?",
        (Choice(value, "a row for each day, its content in (content)"), Choice(NONE, "they are not read")),
        why="the table goes across",
        suggested=value,
    )
    return scope.settle(question, fits=lambda text: text == NONE or _listed(text, table) is not None)


def _weeks_decided(table: Table, scope: Scoped) -> str | None:
    """Of a table with several columns of weeks: whether each of their cells says what is in it."""
    own = _made_by_answers(scope)
    headers = [header for header in table.headers if header not in own and _WEEK.search(folded(header))]
    if scope.key("across") in scope.decisions.questions or len(headers) < _LEAST_WEEKS:
        return None
    value = "; ".join(headers)
    question = Question(
        "across",
        f"{', '.join(map(shown, headers[:4]))} … are weeks: does each of their cells say what is in it?",
        (
            Choice(value, "a row for each of them, its content in (content); also by their form: 20?? KW*"),
            Choice(NONE, "each is a column of its own"),
        ),
        why="the table goes across",
        suggested=value,
    )
    return scope.settle(question, fits=lambda text: text == NONE or _listed(text, table) is not None)


def _times_decided(table: Table, scope: Scoped) -> str | None:
    """Of orders with several columns of times whose headers are nothing that is known: what they are."""
    found = guesses(table)
    known, own = {guess.index for guess in found}, _made_by_answers(scope)
    if scope.key("across") in scope.decisions.questions or not any(g.field == "order" for g in found):
        return None
    headers = [
        header
        for index, header in enumerate(table.headers)
        if index not in known
        and header not in own
        and unit_of_header(header, run=False) is not None
        and key_of("ignored", header) is None
        and FIELDS["run"].fits(table.filled(index))
    ]
    if len(headers) < 2:
        return None
    value = "; ".join(headers)
    question = Question(
        "across",
        f"{', '.join(map(shown, headers[:6]))} hold times: is each of them a machine or an operation?",
        (Choice(value, "a row for each of their cells"), Choice(NONE, "they are not read")),
        why="the table seems to go across",
        suggested=value,
    )
    return scope.settle(question, fits=lambda text: text == NONE or _listed(text, table) is not None)


def _made_by_answers(scope: Scoped) -> frozenset[str]:
    """Columns that answers have made of cells: nobody is asked whether these go across."""
    given, name = scope.decisions.given, scope.key("across")
    if name in given:
        return frozenset()
    joined = {key.rpartition(JOIN)[2] for key in given if key.startswith(scope.key(JOIN))}
    parts = [value for key, value in given.items() if key.startswith(scope.key(SPLIT))]
    return frozenset(joined | {part for value in parts for part in parts_named(value)})


def _listed(text: str, table: Table) -> list[str] | None:
    """The headers that a text names, parted by `;`, from one to another with `..` between them, or by their
    form: `20?? KT*`."""
    found: list[str] = []
    for part in text.split(";"):
        first, dots, last = (piece.strip() for piece in part.partition(".."))
        if part.strip() in table.headers:
            found.append(part.strip())
        elif dots and first in table.headers and last in table.headers:
            at, to = table.headers.index(first), table.headers.index(last)
            found += [header for header in table.headers[at : to + 1] if header]
        elif like := _headers_like(part.strip(), table):
            found += [header for header in like if header not in found]
        else:
            return None
    return found


def _headers_like(form: str, table: Table) -> list[str]:
    """The headers of a form in which `*` is any text or none, and `?` a sign."""
    if not set("*?") & set(form) or not form.strip("*?"):
        return []
    return [header for header in table.headers if header and fnmatchcase(header.casefold(), form.casefold())]


def _groups(table: Table) -> tuple[dict[int, dict[str, int]], bool]:
    """The columns of each number by the rest of their headers; whether it is to be asked if they are that."""
    numbered: dict[int, dict[str, int]] = defaultdict(dict)
    for index, header in enumerate(table.headers):
        double, form = _DOUBLED.fullmatch(header), _NUMBERED.fullmatch(header)
        if double is not None and double["stem"] in table.headers:
            continue
        if header.startswith(_HEADS):
            continue  # the number is of the level of the head
        if form is not None and (form["before"] + form["after"]).strip(" ._-#"):
            stem = " ".join(f"{form['before']} {form['after']}".split()).strip(" ._-#")
            numbered[int(form["number"])][stem] = index
    found, known = _alike(numbered), guesses(table)
    if found:
        # Machines and skills are numbered too: it is certain only where the headers name something.
        stems = {index for columns in found.values() for index in columns.values()}
        return found, not any(guess.index in stems for guess in known)
    if not any(guess.field == "order" and guess.score == 1 for guess in known):
        return {}, False  # a person's skills and their levels are read beside each other
    doubled: dict[int, dict[str, int]] = defaultdict(dict)
    for index, header in enumerate(table.headers):
        form = _DOUBLED.fullmatch(header)
        if form is not None and form["stem"] in table.headers:
            doubled[1][form["stem"]] = table.headers.index(form["stem"])
            doubled[int(form["number"])][form["stem"]] = index
    return _alike(doubled), True


def _alike(groups: Mapping[int, dict[str, int]]) -> dict[int, dict[str, int]]:
    """The groups, where at least two numbers have the same two or more columns."""
    counted = Counter(frozenset(found) for found in groups.values() if len(found) > 1)
    stems, times = counted.most_common(1)[0] if counted else (frozenset[str](), 0)
    return {number: found for number, found in sorted(groups.items()) if found.keys() == stems and times > 1}


def _each_cell(table: Table, across: Sequence[int], scope: Scoped) -> Table:
    """A row for each cell; an empty one is kept, since a day without a shift says something too."""
    kept = [index for index in range(len(table.headers)) if index not in across]
    rows: list[tuple[TableRow, list[Cell]]] = []
    weekdays, said = weekday_names(table.headers), _said_whole(table, scope)
    for row, covered in zip(table.rows, covered_again(table, across, scope), strict=True):
        before, merged = [row.cell(index) for index in kept], spread(row, table, across, scope)
        for index in across:
            if index not in covered:
                header = table.headers[index]
                name = cell_of(weekdays.get(header) or _name(header, said))
                rows.append((row, [*before, name, row.cell(merged.get(index, index))]))
    return _made(table, [*(table.headers[i] for i in kept), COLUMN, CONTENT], rows)


def _said_whole(table: Table, scope: Scoped) -> frozenset[str]:
    """Headers of which an answer speaks as they stand, such as `skill.Measuring (CMM)=CMM`."""
    keys = [key.rpartition("!")[2] for key in scope.decisions.given]
    return frozenset(h for h in table.headers if h and any(key.endswith(f".{h}") for key in keys))


def _name(header: str, said: frozenset[str]) -> str:
    """A header as a name: without the unit behind it, but where an answer speaks of it with that."""
    if header in said:
        return header
    return re.sub(r"\s*[\[(][^\])]*[\])]$", "", header) or header


def _each_group(table: Table, groups: Mapping[int, Mapping[str, int]]) -> Table:
    """A row for each group of cells that says anything."""
    across = {index for found in groups.values() for index in found.values()}
    kept = [index for index in range(len(table.headers)) if index not in across]
    stems = list(next(iter(groups.values())))
    rows: list[tuple[TableRow, list[Cell]]] = []
    for row in table.rows:
        for number, found in groups.items():
            cells = [row.cell(found[stem]) for stem in stems]
            if any(not cell.empty for cell in cells):
                rows.append((row, [*(row.cell(i) for i in kept), cell_of(number), *cells]))
    return _made(table, [*(table.headers[i] for i in kept), NUMBER, *stems], rows)


def _made(table: Table, headers: Sequence[str], rows: Sequence[tuple[TableRow, list[Cell]]]) -> Table:
    down = tuple(TableRow(row.sheet, row.number, tuple(cells)) for row, cells in rows)
    return replace(table, headers=tuple(headers), rows=down)
