"""Absences and downtimes that the plan has already: one of the same person or machine that begins at the same
time is the same one, whichever system it came from; another that overlaps is told."""

from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from storage.exchange.problems import Findings, shown
from storage.foreign.canonical import Origin
from storage.foreign.shop_names import StoredTime


@dataclass(frozen=True, slots=True)
class Time:
    """When a row of the file says that `whose` is away or down; `opens` and `closes` as canonical cells.
    `key` is its key in the file's system, and `numbered` whether that is a number that the file says. `also`:
    keys that it may have had before. `is_day`: one day of what may have more of them."""

    whose: str
    opens: str
    closes: str
    key: str
    numbered: bool = False
    also: tuple[str, ...] = ()
    is_day: bool = False


@dataclass(slots=True)
class StoredTimes:
    """Those of the plan, and which of them rows of the file are."""

    stored: Sequence[StoredTime]
    source: str
    zone: ZoneInfo
    known: set[str] = field(default_factory=set[str])
    rows: list[tuple[Origin, Time]] = field(default_factory=list[tuple[Origin, Time]])
    moved: list[tuple[Origin, str]] = field(default_factory=list[tuple[Origin, str]])

    def identity(self, origin: Origin, time: Time) -> dict[str, str | None]:
        """The cells that say which row it is."""
        self.rows.append((origin, time))
        same = self._same(origin, time)
        if same is None:
            return {"id": None, "source": self.source, "external_id": time.key}
        self.known.add(same.id)
        return {"id": same.id, "source": same.source, "external_id": same.external_id}

    def _same(self, origin: Origin, time: Time) -> StoredTime | None:
        """One with another number is another one; of a number that one row of the plan has, it is that row,
        whoever had it."""
        of_it = [row for row in self.stored if row.whose == time.whose]
        keyed = [row for row in self.stored if row.external_id == time.key]
        own = [row for row in keyed if row in of_it and (time.numbered or row.source == self.source)]
        own += [row for row in of_it if row.external_id in time.also and row.id not in self.known]
        if not own and time.numbered and len(keyed) == 1 and keyed[0].id not in self.known:
            own = keyed
            text = f"{shown(time.key)} was of {shown(keyed[0].name)} in the plan, and is of another now"
            self.moved.append((origin, text))
        others = [
            row for row in of_it if not (time.numbered and row.external_id) and row.id not in self.known
        ]
        if time.is_day:  # what has more days is not made shorter by one of them
            own, others = ([row for row in found if self._is_within(row, time)] for found in (own, others))
        return next(iter([*own, *(row for row in others if row.opens == at(time.opens, self.zone))]), None)

    def around(self, whose: str, day: date, kind: str = "") -> StoredTime | None:
        """The one of the plan that a whole day lies within; where `kind` is said, of that kind."""
        first, after = at(str(day), self.zone), end_of(str(day), self.zone)
        return next(
            (
                row
                for row in self.stored
                if row.whose == whose and row.opens <= first
                and (row.closes is None or (after is not None and row.closes >= after))
                and (not kind or row.kind.casefold() == kind.casefold())
            ),
            None,
        )  # fmt: skip

    def beside(self, whose: str, first: date, last: date, kind: str = "") -> list[StoredTime]:
        """Those of the plan, of several days, that end where these days begin, or begin where they end."""
        near = (first - timedelta(days=1), last + timedelta(days=1))
        found = [(day, self.around(whose, day, kind)) for day in near]
        return [row for day, row in found if row is not None and self.is_longer(row, day, day)]

    def is_longer(self, row: StoredTime, first: date, last: date) -> bool:
        """Whether one of the plan has more than these days."""
        closes = end_of(str(last), self.zone)
        more = row.closes is None or (closes is not None and row.closes > closes)
        return more or row.opens < at(str(first), self.zone)

    def called(self, row: StoredTime) -> str:
        """How one of the plan is told, in the middle of a sentence."""
        return f"the absence that the plan has ({self.when(row)}), which stays as it is"

    def when(self, row: StoredTime) -> str:
        """From when to when one of the plan is, by the shop's clock."""
        first = row.opens.astimezone(self.zone)
        last = None if row.closes is None else row.closes.astimezone(self.zone)
        if row.whole_days:
            until = "on" if last is None else f"to {last.date() - timedelta(days=1)}"
            return f"{row.kind}, {first.date()} {until}"
        return f"{row.kind}, {first:%Y-%m-%d %H:%M} " + (
            "on" if last is None else f"to {last:%Y-%m-%d %H:%M}"
        )

    def replaced_by(self, time: Time) -> StoredTime | None:
        """The one of the plan that these days are: with their key, or of the same begin, and no longer."""
        free = [row for row in self._free() if row.whose == time.whose and self._is_within(row, time)]
        keyed = [row for row in free if row.source == self.source and row.external_id == time.key]
        found = [*keyed, *(row for row in free if row.opens == at(time.opens, self.zone))]
        if found:
            self.known.add(found[0].id)
        return next(iter(found), None)

    def has(self, key: str) -> bool:
        """Whether the plan has something under a key of the file's system."""
        return any(row.source == self.source and row.external_id == key for row in self.stored)

    def _is_within(self, row: StoredTime, time: Time) -> bool:
        closes = end_of(time.closes, self.zone)
        ends = closes is None or (row.closes is not None and row.closes <= closes)
        return row.opens >= at(time.opens, self.zone) and ends

    def told_of(self, number: str) -> str:
        """What to say of a row that is left out whose number the plan has; empty: it has it not."""
        found = next((row for row in self.stored if number and row.external_id == number), None)
        if found is None:
            return ""
        opens = f"{found.opens.astimezone(self.zone):%Y-%m-%d}"
        return f"; the plan has it, of {shown(found.name)} from {opens}, until somebody takes it out"

    def identities(self, rows: Sequence[tuple[Origin, Time]], uids: Set[str]) -> list[dict[str, str | None]]:
        """The cells that say which rows those of a calendar are, whose keys begin with its events' `uids`.
        The plan's row of a key comes first, even of another machine; then one of the same machine and start
        that is no other event's. It has the event's key from then on, where it has none."""
        self.rows.extend(rows)
        found: dict[int, StoredTime] = {}
        for same in (self._of_key, self._moved_to_another, self._begins_so):
            for number, (_, time) in enumerate(rows):
                one = None if number in found else same(time, uids)
                if one is not None:
                    found[number] = one
                    self.known.add(one.id)
        return [self._named(found.get(number), time, uids) for number, (_, time) in enumerate(rows)]

    def _of_key(self, time: Time, uids: Set[str]) -> StoredTime | None:
        keys = (time.key, *time.also)
        return next((r for r in self._free() if r.whose == time.whose and r.external_id in keys), None)

    def _moved_to_another(self, time: Time, uids: Set[str]) -> StoredTime | None:
        return next((r for r in self._free() if r.external_id == time.key), None)

    def _begins_so(self, time: Time, uids: Set[str]) -> StoredTime | None:
        opens, own = at(time.opens, self.zone), uid_of(time.key, uids)
        return next(
            (
                row
                for row in self._free()
                if row.whose == time.whose and row.opens == opens
                and uid_of(row.external_id, uids) in {None, own}
            ),
            None,
        )  # fmt: skip

    def _free(self) -> Iterator[StoredTime]:
        return (row for row in self.stored if row.id not in self.known)

    def _named(self, same: StoredTime | None, time: Time, uids: Set[str]) -> dict[str, str | None]:
        if same is None:
            return {"id": None, "source": self.source, "external_id": time.key}
        key = same.external_id
        taken = any(r.external_id == time.key and r.source == same.source for r in self.stored)
        if (key is None or uid_of(key, uids) is not None) and not taken:
            key = time.key
        return {"id": same.id, "source": same.source, "external_id": key}

    def left_of(self, uids: Set[str], first: datetime, after: datetime, so: str) -> Iterator[str]:
        """What the plan has of the calendar's events within a window, and no row of the file is; `so`: what
        those are then, such as `down`."""
        for row in self._free():
            over = row.closes is not None and row.closes <= first
            if uid_of(row.external_id, uids) is not None and row.opens < after and not over:
                begins = row.opens.astimezone(self.zone)
                yield (
                    f"the plan has {row.name} {so} from {begins:%Y-%m-%d %H:%M} by an event of this calendar "
                    "that is not so any more; it stays until somebody takes it out"
                )

    def tell_overlaps(self, findings: Findings) -> None:
        """Tell of what the plan has at the time of a row besides, and no row of the file is: it stays."""
        for origin, text in self.moved:
            findings.notice(origin.place, origin.row, text)
        for origin, time in self.rows:
            for text in self._overlapping(time):
                findings.notice(origin.place, origin.row, text)

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


def uid_of(key: str | None, uids: Set[str]) -> str | None:
    """The UID that a key is of: it, or it with a time or a machine behind it."""
    parts = (key or "").split("/")
    heads = ("/".join(parts[:count]) for count in range(len(parts), 0, -1))
    return next((head for head in heads if head in uids), None)


def at(text: str, zone: ZoneInfo) -> datetime:
    """The instant of a canonical cell; of a date alone its first."""
    found = datetime.fromisoformat(text.replace("Z", "+00:00"))
    return found if found.tzinfo is not None else found.replace(tzinfo=zone)


def end_of(text: str, zone: ZoneInfo) -> datetime | None:
    """The instant at which something ends; a date alone is included, an empty text is no end."""
    if not text:
        return None
    return at(text, zone) + timedelta(days=1) if len(text) == len("2026-12-07") else at(text, zone)
