"""The schedule of a board: bookings of a window in order of their end, a page at a time, as a Gantt needs."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from pydantic import Field

from planning.booked_work import BookedFor, BookedWork, WorkAsked, WorkKey, is_asked, work_of
from planning.intervals import overlap, total
from planning.order_status import Outlook
from planning.rounding import hours
from planning.shop import Booking, BookingStatus, Interval, Segment
from tools.boards.background import Background
from tools.boards.opened import BoardPage, Opened
from tools.boards.paging import work_cursor
from tools.order_reading import CLOSED
from tools.order_views import OrderName
from tools.views import Named, View, WindowView, named
from tools.windows import Window

# Of all rows of a page together: a page with more ends earlier.
MAX_SEGMENTS = 2_000


class Stretch(View):
    """Work without a pause; `operator_id` null: by nobody."""

    start: str
    end: str
    operator_id: str | None


class ScheduleEntry(View):
    """A booking. The machine is held from start to end, also beyond the window; the segments are the work."""

    id: str
    machine: Named
    order: OrderName | None = Field(description="null: held capacity of a quote.")
    operation_id: str | None
    operation: str | None = Field(description="Its number and name.")
    outlook: Outlook | None = Field(description="What the plan says of the order's due date.")
    late: bool = Field(description="The order is planned to finish after its due date.")
    status: BookingStatus
    locked: bool
    start: str
    end: str
    work_h: float = Field(description="Of the whole booking, pauses not counted.")
    segments_total: int
    segments: list[Stretch] = Field(description="Those that touch the window.")


class SchedulePage(BoardPage):
    """In order of end, then start."""

    window: WindowView
    bookings: list[ScheduleEntry]
    operators: list[Named] = Field(description="Whoever works on the bookings of this page.")
    background: Background | None = Field(description="On the first page: what lies behind the bookings.")


@dataclass(frozen=True, slots=True)
class WorkPage:
    """`rows` of one page, and whether more follow."""

    rows: Sequence[BookedWork]
    more: bool


def work_page(opened: Opened, asked: WorkAsked, after: WorkKey | None, limit: int) -> WorkPage:
    """The page from the bookings that the index holds."""
    shop = opened.index.shop
    found = list(islice(_bookings(opened, asked, after), limit + 1))
    return WorkPage(work_of(shop, found[:limit]), len(found) > limit)


def schedule_page(
    opened: Opened, window: Window, page: WorkPage, background: Background | None
) -> SchedulePage:
    """The page in a board's words."""
    rows = _within_bound(page.rows, window.interval)
    more = page.more or len(rows) < len(page.rows)
    shop = opened.index.shop
    people = {
        s.operator_id: named(shop.operators[s.operator_id])
        for row in rows
        for s in _shown(row.booking, window.interval)
        if s.operator_id is not None
    }
    return SchedulePage(
        **opened.stamp(),
        warnings=[],
        next_cursor=work_cursor(rows[-1].key) if more else None,
        window=opened.window_view(window),
        bookings=[_entry(opened, row, window.interval) for row in rows],
        operators=sorted(people.values(), key=lambda person: person.code),
        background=background,
    )


def _bookings(opened: Opened, asked: WorkAsked, after: WorkKey | None) -> Iterator[Booking]:
    keys, bookings = opened.index.by_end
    first = bisect_left(keys, (asked.window[0],)) if after is None else bisect_right(keys, after)
    for position in range(first, len(bookings)):
        if is_asked(opened.index.shop, bookings[position], asked):
            yield bookings[position]


def _within_bound(rows: Sequence[BookedWork], window: Interval) -> Sequence[BookedWork]:
    left = MAX_SEGMENTS
    for count, row in enumerate(rows):
        left -= len(_shown(row.booking, window))
        if left < 0:
            return rows[: max(count, 1)]
    return rows


def _entry(opened: Opened, row: BookedWork, window: Interval) -> ScheduleEntry:
    booking, purpose = row.booking, row.purpose
    outlook = None if purpose is None else _outlook(opened, purpose)
    return ScheduleEntry(
        id=booking.id,
        machine=named(opened.index.shop.machines[booking.machine_id]),
        order=None
        if purpose is None
        else OrderName(id=purpose.order_id, code=purpose.order_code, customer=purpose.customer),
        operation_id=booking.operation_id,
        operation=None if purpose is None else f"{purpose.seq} {purpose.operation}".strip(),
        outlook=outlook,
        late=outlook is Outlook.LATE,
        status=booking.status,
        locked=booking.locked,
        start=opened.iso(booking.envelope_start),
        end=opened.iso(booking.envelope_end),
        work_h=hours(total([(s.start, s.end) for s in booking.segments])),
        segments_total=len(booking.segments),
        segments=[
            Stretch(start=opened.iso(s.start), end=opened.iso(s.end), operator_id=s.operator_id)
            for s in _shown(booking, window)[:MAX_SEGMENTS]
        ],
    )


def _outlook(opened: Opened, purpose: BookedFor) -> Outlook | None:
    """By the plan, or that the order is closed; None where its operations wait for one another."""
    if purpose.status in CLOSED:
        return Outlook(purpose.status)
    return opened.index.outlook(purpose.order_id)


def _shown(booking: Booking, window: Interval) -> Sequence[Segment]:
    return [s for s in booking.segments if overlap((s.start, s.end), window)]
