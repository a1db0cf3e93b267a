"""How the spread of work reads: rows with names and hours, and moves in words."""

from zoneinfo import ZoneInfo

from pydantic import ConfigDict, Field

from planning.date_phrases import span_text
from planning.figures import Figures
from planning.intervals import total
from planning.moves import Move, MoveKind
from planning.rounding import hours, percent
from planning.shop import Shop
from planning.workload import Row
from planning.zones import Bucket, iso
from tools.views import Named, View, named


class LoadView(View):
    """Hours. Where there is nothing to measure load against (orders), everything but load_h is null."""

    load_h: float = Field(description="Planned work; a minute booked twice counts twice.")
    available_h: float | None = Field(
        description="Shift time with overtime, less closures, downtime, absence."
    )
    free_h: float | None = Field(description="Available and not booked.")
    utilization_pct: float | None = Field(description="load / available; null when nothing is available.")
    overloaded: bool = Field(description="More load than available time.")


class BucketLoad(LoadView):
    label: str = Field(description="2026-12-01, 2026-W49 or 2026-12.")


class BucketView(BucketLoad):
    start: str
    end: str


class WorkloadRow(LoadView):
    """`id` null: held capacity without an order. A day's code is its date, an order's name its customer."""

    id: str | None
    code: str
    name: str
    share_pct: float | None = Field(description="Of the load of all rows; not forced to add up to 100.")
    busy_h: float | None
    blocked_idle_h: float | None = Field(description="Blocked by a booking while nobody works.")
    outside_h: float | None = Field(description="Planned outside available time (closed, down, absent).")
    double_booked_h: float | None = Field(
        description="Planned on top of other work at the same time; no fault up to max_parallel."
    )
    max_parallel: int = Field(
        description="How many jobs a person may attend at once; load is measured by it."
    )
    bookings: int
    buckets: list[BucketLoad]


class Extreme(View):
    code: str
    name: str
    utilization_pct: float


class Suggestion(View):
    """A move that can be made: the receiver is qualified and free for all of it, the moves above included."""

    model_config = ConfigDict(extra="forbid", frozen=True, validate_by_name=True, validate_by_alias=True)

    kind: MoveKind
    text: str
    booking_id: str
    order: str | None
    operation: str | None
    machine: Named = Field(description="Where the work is booked now.")
    from_: Named | None = Field(
        validation_alias="from", serialization_alias="from", description="null: nobody has the work yet."
    )
    to: Named
    start: str
    end: str
    minutes: int


def load_view(figures: Figures, *, measured: bool) -> LoadView:
    """`measured` False: there is no available time to measure against."""
    utilization = figures.utilization if measured else None
    return LoadView(
        load_h=hours(figures.load),
        available_h=hours(figures.available) if measured else None,
        free_h=hours(figures.free) if measured else None,
        utilization_pct=None if utilization is None else percent(utilization),
        overloaded=measured and figures.overloaded,
    )


def workload_row(row: Row, buckets: tuple[Bucket, ...], *, measured: bool) -> WorkloadRow:
    """`buckets`: those to show; `measured` as in `load_view`."""
    f = row.figures
    cut = [
        BucketLoad(**load_view(part, measured=measured).model_dump(), label=bucket.label)
        for bucket, part in zip(buckets, row.by_bucket, strict=False)
    ]
    return WorkloadRow(
        **load_view(f, measured=measured).model_dump(),
        id=row.key,
        code=row.code,
        name=row.name or row.code,
        share_pct=None if row.share is None else percent(row.share),
        busy_h=hours(f.busy) if measured else None,
        blocked_idle_h=hours(f.blocked_idle) if measured else None,
        outside_h=hours(f.outside) if measured else None,
        double_booked_h=hours(f.double_booked) if measured else None,
        max_parallel=row.max_parallel,
        bookings=row.bookings,
        buckets=cut,
    )


def bucket_view(bucket: Bucket, figures: Figures, zone: ZoneInfo, *, measured: bool) -> BucketView:
    return BucketView(
        **load_view(figures, measured=measured).model_dump(),
        label=bucket.label,
        start=iso(bucket.start, zone),
        end=iso(bucket.end, zone),
    )


def suggestion(move: Move, shop: Shop, zone: ZoneInfo) -> Suggestion:
    operation = shop.operations.get(move.booking.operation_id or "")
    order = shop.orders.get(operation.order_id) if operation else None
    people = shop.machines if move.kind is MoveKind.OTHER_MACHINE else shop.operators
    giver, taker = people[move.from_id] if move.from_id else None, people[move.to_id]
    machine = shop.machines[move.booking.machine_id]
    start, end = move.spans[0][0], move.spans[-1][1]
    work = f"{order.code} operation {operation.seq}" if order and operation else "held capacity"
    when = f"{hours(total(move.spans))} h, {span_text(start, end, zone)}"
    before = giver.name if giver else "nobody"
    words = {
        MoveKind.ASSIGN: f"Assign {taker.name} to {work} on {machine.name}: {when}.",
        MoveKind.HAND_OVER: f"Hand {work} on {machine.name} from {before} to {taker.name}: {when}.",
        MoveKind.OTHER_MACHINE: f"Move {work} from {machine.name} to {taker.name}: {when}.",
    }
    return Suggestion(
        kind=move.kind,
        text=words[move.kind],
        booking_id=move.booking.id,
        order=order.code if order else None,
        operation=f"{operation.seq} {operation.name}".strip() if operation else None,
        machine=named(machine),
        from_=named(giver) if giver else None,
        to=named(taker),
        start=iso(start, zone),
        end=iso(end, zone),
        minutes=move.minutes,
    )
