"""Times that are seconds or milliseconds since 1970, as programs keep them."""

import re
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from storage.foreign.grid import Cell
from storage.foreign.moments import Moment

_FORM = re.compile(r"\d{10}(?:\d{3})?", re.ASCII)
_SECONDS_CHARS = 10
# Years that a plan may speak of.
_YEARS = range(2020, 2040)


def epoch_instant(value: object) -> datetime | None:
    """The instant of ten or thirteen digits, in UTC; None: it is no such number, or of no year of a plan."""
    text = format(value, "f") if isinstance(value, Decimal) else value
    if not isinstance(text, str) or not _FORM.fullmatch(text):
        return None
    found = datetime.fromtimestamp(int(text[:_SECONDS_CHARS]), UTC)
    return found if found.year in _YEARS else None


def epoch_moment(value: object, zone: ZoneInfo | None) -> Moment | None:
    """The same by the clock of a zone, on the minute in which it is."""
    found = epoch_instant(value)
    if found is None:
        return None
    local = found if zone is None else found.astimezone(zone)
    return Moment(local.date(), local.hour * 60 + local.minute, local.isoformat()[-6:])


def told_epochs(columns: Iterable[tuple[str, Iterable[Cell]]], zone: ZoneInfo) -> Iterator[str]:
    """Which columns of times have such numbers, each with an example."""
    for header, cells in columns:
        values = [cell.value for cell in cells if epoch_instant(cell.value) is not None]
        moment = epoch_moment(values[0], zone) if values else None
        if moment is None:
            continue
        unit = "milliseconds" if len(str(values[0])) > _SECONDS_CHARS else "seconds"
        less = ", less its seconds" if any(_is_between(value) for value in values) else ""
        said = f"{values[0]} is {moment.day} {moment.clock} by the shop's clock"
        yield f"{header} counts {unit} since 1970: {said}{less}"


def _is_between(value: object) -> bool:
    found = epoch_instant(value)
    return found is not None and found.second > 0
