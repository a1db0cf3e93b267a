"""The rows of the canonical folder that a foreign file becomes, and where in that file each of them comes
from."""

import csv
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from storage.exchange.differing import RowChange
from storage.exchange.entities import BY_NAME, ENTITIES
from storage.exchange.escaping import escaped
from storage.exchange.problems import Notice, Problem

# How the canonical import names another of its rows.
_OTHER_ROW = re.compile(r" as row (\d+)$")


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a canonical row was said: `place` as a person calls the file or sheet, its row, and by which
    headers."""

    place: str
    row: int | None
    headers: Mapping[str, str] = field(default_factory=dict[str, str])


@dataclass(frozen=True, slots=True)
class CanonicalRow:
    cells: Mapping[str, str]
    origin: Origin


@dataclass(slots=True)
class Canonical:
    """Rows by the name of their file, in the order in which they were added. `replaced`: ids of stored
    bookings that go, since these take their place."""

    rows: dict[str, list[CanonicalRow]] = field(default_factory=dict[str, list[CanonicalRow]])
    replaced: list[str] = field(default_factory=list[str])

    def add(self, entity: str, cells: Mapping[str, str | int | None], origin: Origin) -> None:
        """A row; a cell of None is empty, a column that no row of the file names stays as it is stored."""
        written = {name: "" if cell is None else str(cell) for name, cell in cells.items()}
        self.rows.setdefault(entity, []).append(CanonicalRow(written, origin))

    def of(self, entity: str) -> list[CanonicalRow]:
        return self.rows.get(entity, [])

    def columns(self, entity: str) -> list[str]:
        named = {name for row in self.of(entity) for name in row.cells}
        return [name for name in BY_NAME[entity].column_names if name in named]

    def write(self, folder: Path) -> None:
        """The folder as `leadhand import` takes it."""
        for entity in ENTITIES:
            if not self.of(entity.name):
                continue
            columns = self.columns(entity.name)
            with (folder / entity.file).open("w", encoding="utf-8", newline="") as file:
                writer = csv.writer(file)
                writer.writerow(columns)
                for row in self.of(entity.name):
                    writer.writerow([escaped(row.cells.get(name, "")) for name in columns])

    def problem_at_origin(self, problem: Problem) -> Problem:
        """A problem of the canonical import, told of the foreign file."""
        origin = self._origin(problem.file, problem.row)
        if origin is None:
            return problem
        column = problem.column and origin.headers.get(problem.column, problem.column)
        reason = _OTHER_ROW.sub(lambda form: self._other_row(form, problem.file, origin), problem.reason)
        return Problem(origin.place, origin.row, column, problem.value, reason, problem.right)

    def _other_row(self, form: re.Match[str], file: str, beside: Origin) -> str:
        """The row that a problem compares with, as the foreign file counts it."""
        other = self._origin(file, int(form[1]))
        if other is None or other.row is None:
            return form[0]
        return f" as row {other.row}" + (f" of {other.place}" if other.place != beside.place else "")

    def notice_at_origin(self, notice: Notice) -> Notice:
        origin = self._origin(notice.file, notice.row)
        return notice if origin is None else Notice(origin.place, origin.row, notice.text)

    def change_at_origin(self, change: RowChange) -> RowChange:
        """A row that changes, by where the foreign file says it."""
        origin = self._origin(change.file, change.row)
        return change if origin is None else replace(change, row=origin.row)

    def _origin(self, file: str, row: int | None) -> Origin | None:
        rows = self.of(file.removesuffix(".csv"))
        return rows[row - 2].origin if row is not None and 2 <= row < len(rows) + 2 else None


def placed(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    """In the order of the file; what two rows of the canonical import say alike is said once."""
    return tuple(sorted(dict.fromkeys(problems), key=lambda p: (p.file, p.row or 0)))
