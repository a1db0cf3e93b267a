"""Absences and downtimes that the plan has already: one of the same person or machine that begins at the same
time is the same one, whichever system it came from; another that overlaps is told."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from storage.exchange.problems import Findings
from storage.foreign.reading import RowReader
from storage.foreign.shop_names import StoredTime


@dataclass(frozen=True, slots=True)
class Time:
    """When a row of the file says that `whose` is away or down; `opens` and `closes` as canonical cells.
    `key` is its key in the file's system, and `numbered` whether that is a number that the file says."""

    whose: str
    opens: str
    closes: str
    key: str
    numbered: bool = False


@dataclass(slots=True)
class StoredTimes:
    """Those of the plan, and which of them rows of the file are."""

    stored: Sequence[StoredTime]
    source: str
    zone: ZoneInfo
    known: set[str] = field(default_factory=set[str])
    rows: list[tuple[RowReader, Time]] = field(default_factory=list[tuple[RowReader, Time]])

    def identity(self, reader: RowReader, time: Time) -> dict[str, str | None]:
        """The cells that say which row it is."""
        self.rows.append((reader, time))
        same = self._same(time)
        if same is None:
            return {"id": None, "source": self.source, "external_id": time.key}
        self.known.add(same.id)
        return {"id": same.id, "source": same.source, "external_id": same.external_id}

    def _same(self, time: Time) -> StoredTime | None:
        """One with another number is another one."""
        of_it = [row for row in self.stored if row.whose == time.whose]
        own = [
            row
            for row in of_it
            if row.external_id == time.key and (time.numbered or row.source == self.source)
        ]
        others = [row for row in of_it if not (time.numbered and row.external_id)]
        return next(iter([*own, *(row for row in others if row.opens == at(time.opens, self.zone))]), None)

    def tell_overlaps(self, findings: Findings) -> None:
        """Tell of what the plan has at the time of a row besides, and no row of the file is: it stays."""
        for reader, time in self.rows:
            for text in self._overlapping(time):
                findings.notice(reader.place, reader.row.number, text)

    def _overlapping(self, time: Time) -> Iterator[str]:
        opens, closes = at(time.opens, self.zone), end_of(time.closes, self.zone)
        for row in self.stored:
            apart = (row.closes is not None and row.closes <= opens) or (
                closes is not None and row.opens >= closes
            )
            if row.whose != time.whose or row.id in self.known or apart:
                continue
            first = row.opens.astimezone(self.zone)
            ends = "until further notice"
            if row.closes is not None:
                ends = f"to {row.closes.astimezone(self.zone):%Y-%m-%d %H:%M}"
            yield (
                f"overlaps what the plan has of {row.name} from {first:%Y-%m-%d %H:%M} {ends} "
                f"({row.source}, {row.external_id or row.id}), which stays"
            )


def at(text: str, zone: ZoneInfo) -> datetime:
    """The instant of a canonical cell; of a date alone its first."""
    found = datetime.fromisoformat(text.replace("Z", "+00:00"))
    return found if found.tzinfo is not None else found.replace(tzinfo=zone)


def end_of(text: str, zone: ZoneInfo) -> datetime | None:
    """The instant at which something ends; a date alone is included, an empty text is no end."""
    if not text:
        return None
    return at(text, zone) + timedelta(days=1) if len(text) == len("2026-12-07") else at(text, zone)
