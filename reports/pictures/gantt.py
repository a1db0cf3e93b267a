"""The schedule of the coming days, a row a machine: thin while it is held, thick while it is worked on."""

import re
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from reports.pictures.canvas import PAPER, Canvas, Drawing, Style
from reports.report import Cell, Picture, Table
from reports.wording import Words

_HOUR_S = 3600.0
_PLANNED, _LATE = Style("#c9d6e3"), Style(PAPER, line_pt=1.2, hatch="/////")
_HELD = Style(PAPER, "#808080")
_WORK, _HOLD = 0.72, 0.22
# A letter of the labels in the bars, and the width of all bars, in inches.
_LETTER_IN, _BARS_IN = 0.06, 5.4
_LEAST_LETTERS = 4
_YEAR = re.compile(r"[ ]?\d{4}$")


def draw_gantt(table: Table, picture: Picture, timezone: str, words: Words) -> Drawing:
    """`table`: `machine`, `order`, `start`, `end`, `late` of each booking."""
    window = _window(table, picture)
    machines = list(dict.fromkeys(str(row["machine"]) for row in table.rows))
    places = [machines.index(str(row["machine"])) for row in table.rows]
    canvas, hours = Canvas(0.8 + 0.24 * len(machines)), _hours(*window)
    for down, row in zip(places, table.rows, strict=True):
        _bar(canvas, down, _within(row["start"], row["end"], window), _HOLD, _HELD)
    for place, start, end in picture.stretches:
        style = _LATE if table.rows[place]["late"] else _PLANNED
        _bar(canvas, places[place], _within(start, end, window), _WORK, style)
    longest = {
        place: _within(start, end, window) for place, start, end in sorted(picture.stretches, key=_length)
    }
    for place, row in enumerate(table.rows):
        spans = [longest.get(place, (0.0, 0.0)), _within(row["start"], row["end"], window)]
        _label(canvas, places[place], spans, str(row["order"] or ""), hours)
    canvas.limits(0, hours, len(machines) - 0.4, -0.6)
    canvas.y_labels([float(at) for at in range(len(machines))], machines)
    _days(canvas, window, ZoneInfo(timezone), words)
    canvas.legend(
        [(words("report.load"), _PLANNED), (words("report.late"), _LATE), (words("report.held"), _HELD)]
    )
    return canvas.drawing()


def _window(table: Table, picture: Picture) -> tuple[datetime, datetime]:
    starts = [found for row in table.rows if (found := _instant(row["start"])) is not None]
    first = _instant(picture.start) or min(starts)
    return first, _instant(picture.end) or first + timedelta(days=7)


def _within(start: Cell, end: Cell, window: tuple[datetime, datetime]) -> tuple[float, float]:
    """Hours from the window's start, cut to the window."""
    left, right = _instant(start) or window[0], _instant(end) or window[1]
    return max(0.0, _hours(window[0], left)), _hours(window[0], min(right, window[1]))


def _bar(canvas: Canvas, down: int, span: tuple[float, float], height: float, style: Style) -> None:
    left, right = span
    if right > left:
        canvas.box((left, down - height / 2), (right - left, height), style)


def _label(canvas: Canvas, down: int, spans: list[tuple[float, float]], order: str, hours: float) -> None:
    """In the first of the spans that has room for it; else the end of the code, which tells orders apart."""
    rooms = [int((right - left) / hours * _BARS_IN / _LETTER_IN) for left, right in spans]
    place = next((at for at, room in enumerate(rooms) if room >= len(order)), len(spans) - 1)
    (left, right), room = spans[place], rooms[place]
    if order and room >= _LEAST_LETTERS:
        shown = order if len(order) <= room else "…" + order[1 - room :]
        canvas.text(((left + right) / 2, float(down)), shown, size_pt=5.5, paper=True)


def _length(stretch: tuple[int, str, str]) -> float:
    start, end = _instant(stretch[1]), _instant(stretch[2])
    return 0.0 if start is None or end is None else _hours(start, end)


def _days(canvas: Canvas, window: tuple[datetime, datetime], zone: ZoneInfo, words: Words) -> None:
    """A line at each local midnight, the day's name where it begins."""
    first, last = window
    places, days = [0.0], [first.astimezone(zone)]
    day = days[0].date() + timedelta(days=1)
    while (midnight := datetime.combine(day, datetime.min.time(), zone)).timestamp() < last.timestamp():
        at = _hours(first, midnight)
        canvas.line_at(at)
        if len(places) == 1 and at < 12:
            # Too little is left of the first day for its name to stand beside the next.
            places, days = [], []
        places.append(at)
        days.append(midnight)
        day += timedelta(days=1)
    canvas.x_labels(places, [_YEAR.sub("", words.day(moment.isoformat())) for moment in days], on_top=True)
    canvas.left_align_x_labels()


def _hours(start: datetime, end: datetime) -> float:
    """Elapsed: through UTC, since the clocks may change in between."""
    return (end.timestamp() - start.timestamp()) / _HOUR_S


def _instant(value: Cell) -> datetime | None:
    return datetime.fromisoformat(value) if isinstance(value, str) else None
