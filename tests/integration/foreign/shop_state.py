"""A shop as an exported folder says it: its rows, its clock, and what its rows are called."""

import csv
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TypeAlias
from zoneinfo import ZoneInfo

from storage.exchange.escaping import unescaped

Row: TypeAlias = "Mapping[str, str]"
# By entity and code, the names by which a row may be known too.
Known: TypeAlias = "Mapping[str, Mapping[str, Sequence[str]]]"

ALWAYS = datetime(1990, 1, 1, tzinfo=UTC)
FOREVER = datetime(2100, 1, 1, tzinfo=UTC)
_DAY = timedelta(days=1)


class ShopState:
    """One state of a shop. `known`: codes by which rows are told apart, whatever codes the shop gave them."""

    def __init__(self, folder: Path, known: Known) -> None:
        self.tables = {path.stem: _rows(path) for path in folder.glob("*.csv")}
        self.settings = self.of("tenant_settings")[0]
        self.zone = ZoneInfo(self.settings["timezone"])
        self._known = known
        self._by_id = {
            entity: {row["id"]: row for row in rows if row.get("id")} for entity, rows in self.tables.items()
        }

    def of(self, entity: str) -> Sequence[Row]:
        return self.tables.get(entity, ())

    def by_id(self, entity: str) -> Mapping[str, Row]:
        return self._by_id.get(entity, {})

    def moment(self, cell: str | None) -> datetime | None:
        """An instant; one without an offset is by the shop's clock."""
        if not (cell or "").strip():
            return None
        read = datetime.fromisoformat((cell or "").strip().replace("Z", "+00:00"))
        return (read if read.tzinfo else read.replace(tzinfo=self.zone)).astimezone(UTC)

    def since(self, cell: str | None) -> datetime:
        return self.moment(cell) or ALWAYS

    def until(self, cell: str | None) -> datetime:
        return self.moment(cell) or FOREVER

    def on(self, day: date, clock: str) -> datetime:
        """A time of day of a date of the shop; 24:00 is the end of the date."""
        hour, minute = map(int, clock.split(":"))
        day = day + _DAY if hour == 24 else day
        return datetime(day.year, day.month, day.day, hour % 24, minute, tzinfo=self.zone).astimezone(UTC)

    def shown(self, moment: datetime | None) -> str | None:
        """An instant by the shop's clock; nothing where it says always or forever."""
        if moment is None or moment >= FOREVER or moment <= ALWAYS:
            return None
        return moment.astimezone(self.zone).strftime("%Y-%m-%dT%H:%M%z")

    def instant(self, cell: str | None) -> str | None:
        return self.shown(self.moment(cell))

    def code(self, entity: str, row_id: str | None) -> str | None:
        if not row_id:
            return None
        row = self.by_id(entity).get(row_id)
        return f"?{row_id}" if row is None else self.label(entity, row)

    def label(self, entity: str, row: Row) -> str:
        """The code by which a row is known: its own, or that of one with the same words as its name."""
        known = self._known.get(entity, {})
        code = plain(row.get("code"))
        if code in known:
            return code
        for candidate in known:
            if candidate.casefold() == code.casefold():
                return candidate
        names = [_words(name) for name in (plain(row.get("name")), code) if name]
        for candidate, others in known.items():
            if any(_words(other) in names for other in others):
                return candidate
        return code


def plain(text: str | None) -> str:
    """A text with single spaces."""
    return re.sub(r"\s+", " ", (text or "").replace("\u00a0", " ")).strip()


def _words(text: str) -> frozenset[str]:
    return frozenset(re.findall(r"\w+", plain(text).casefold()))


def _rows(path: Path) -> Sequence[Row]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return [
            {name: unescaped(cell or "") for name, cell in row.items() if name}
            for row in csv.DictReader(file)
        ]
