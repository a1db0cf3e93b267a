"""Absences and downtimes that the plan has already: one of the same person or machine that begins at the same
time is the same one, whichever system it came from; another that overlaps is told."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from storage.foreign.shop_names import StoredTime


def identity(
    stored: Sequence[StoredTime],
    whose: str,
    source: str,
    key: str,
    opens: datetime,
    *,
    numbered: bool = False,
) -> tuple[dict[str, str | None], StoredTime | None]:
    """The cells that say which row it is, and the stored one that it is. `numbered`: `key` is a number that
    the file says, so that one with another number is another one."""
    of_it = [row for row in stored if row.whose == whose]
    own = next((row for row in of_it if row.external_id == key and (numbered or row.source == source)), None)
    others = [row for row in of_it if not (numbered and row.external_id)]
    same = own or next((row for row in others if row.opens == opens), None)
    if same is None:
        return {"id": None, "source": source, "external_id": key}, None
    return {"id": same.id, "source": same.source, "external_id": same.external_id}, same


def overlapping(
    others: Iterable[StoredTime], opens: datetime, closes: datetime | None, zone: ZoneInfo
) -> Iterator[str]:
    """What to tell of those that the plan has at that time besides: they stay."""
    for row in others:
        over = row.closes is not None and row.closes <= opens
        if over or (closes is not None and row.opens >= closes):
            continue
        first = row.opens.astimezone(zone)
        ends = "until further notice"
        if row.closes is not None:
            ends = f"to {row.closes.astimezone(zone):%Y-%m-%d %H:%M}"
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
