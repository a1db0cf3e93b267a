"""Which rows say work that is done elsewhere."""

import re

from storage.foreign.layout import Layout
from storage.foreign.reading import RowReader

# No time at all, with or without decimals.
_ZERO = re.compile(r"(?:0+(?:[.,:]0+)*)?")


def is_outside(reader: RowReader) -> bool:
    """Neither a machine nor times, in a file that has columns for both, and not booked."""
    layout: Layout = reader.layout
    places = [name for name in ("machine", "work_center") if layout.has(name)]
    if not places or not layout.has("run") or not reader.cell("start").empty:
        return False
    place = places[0] if "machine" in places else "work_center"
    away = not _is_nothing(reader, "elsewhere_time")
    return reader.cell(place).empty and all(
        reader.cell(name).empty or (away and _is_nothing(reader, name)) for name in ("setup", "run")
    )


def _is_nothing(reader: RowReader, name: str) -> bool:
    return _ZERO.fullmatch(reader.cell(name).text) is not None
