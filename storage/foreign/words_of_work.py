"""What the words and marks of rows of work mean: of operations, their bookings and time held for quotes."""

from collections.abc import Iterable

from storage.exchange.problems import Findings, shown
from storage.foreign.fields import FIELDS
from storage.foreign.layout import Layout
from storage.foreign.outside_rows import is_outside
from storage.foreign.table_rows import readers_of
from storage.foreign.words_of_cells import EMPTY_CELL, Marks, learn_attendance, learn_bookings, learn_marks


def marks_of(layouts: Iterable[tuple[Layout, str]]) -> Marks:
    """What the marks of work done elsewhere, of bookings that stay and of work that may pause mean."""
    marks: dict[tuple[str, str], str] = {}
    for layout, place in layouts:
        for name in ("elsewhere", "locked", "splittable"):
            texts = [reader.text(name) for reader in readers_of(layout, place, Findings())]
            about = f"is {FIELDS[name].about} (if not: {name}=none). Is it a yes when the cell says"
            asking = f'"{shown(layout.header(name) or "")}" {about}'
            learned = learn_marks(layout.scope, texts, asking, of=name)
            marks |= {(name, text): value for text, value in learned.items()}
    return marks


def attendance_of(layouts: Iterable[tuple[Layout, str]], marks: Marks) -> dict[str, str]:
    """What the words of how long an operation needs a person mean; of work done elsewhere none is asked."""
    found: dict[str, str] = {}
    for layout, place in layouts:
        if layout.has("attendance"):
            readers = readers_of(layout, place, Findings())
            here = [r for r in readers if not r.marked("elsewhere", marks) and not is_outside(r)]
            found |= learn_attendance(layout.scope, (r.text("attendance") or EMPTY_CELL for r in here))
    return found


def booking_statuses_of(layouts: Iterable[tuple[Layout, str]]) -> dict[str, str]:
    """Where a booking stands, for each word of it."""
    found: dict[str, str] = {}
    for layout, place in layouts:
        texts = [
            reader.text("booking_status")
            for reader in readers_of(layout, place, Findings())
            if layout.has("booking_status") and not reader.cell("start").empty
        ]
        found |= learn_bookings(layout.scope, texts)
    return found
