"""Rules of planning-domain 6.3 about material: work before it is there, or without knowing when it is."""

from collections.abc import Iterable, Iterator

from planning.conflict_items import Conflict, ConflictType
from planning.routings import latest_material
from planning.shop import Booking, BookingStatus, MaterialRequirement, Operation

# What has begun has its material, whatever a row still says.
_BEGUN = frozenset({BookingStatus.IN_PROGRESS, BookingStatus.DONE})


def material_conflicts(
    operation: Operation, materials: Iterable[MaterialRequirement], bookings: Iterable[Booking]
) -> Iterator[Conflict]:
    """At most one of each type for an operation; `bookings` are its own, by start.

    `row_id`: the item that comes last, or the first of those of which nobody knows when they come.
    """
    rows = tuple(materials)
    ahead = [b for b in bookings if b.status not in _BEGUN and b.segments]
    last = latest_material(rows)
    if last is not None and last.available_at is not None:
        early = [b for b in ahead if b.envelope_start < last.available_at]
        if early:
            span = early[0].envelope_start, last.available_at
            yield _conflict(ConflictType.MATERIAL_MISSING, operation, early, span, last.id)
    unknown = next((row for row in rows if row.available_at is None), None)
    if unknown is not None and ahead:
        span = ahead[0].envelope_start, max(b.envelope_end for b in ahead)
        yield _conflict(ConflictType.MATERIAL_UNKNOWN, operation, ahead, span, unknown.id)


def _conflict(
    type_: ConflictType, operation: Operation, rows: list[Booking], span: tuple[int, int], row_id: str
) -> Conflict:
    """Missing: minutes by which it starts too early. Unknown: minutes of work that may not be done then."""
    work = sum(s.end - s.start for b in rows for s in b.segments)
    return Conflict(
        type_,
        span[1] - span[0] if type_ is ConflictType.MATERIAL_MISSING else work,
        (span,),
        tuple(b.id for b in rows),
        order_id=operation.order_id,
        operation_ids=(operation.id,),
        row_id=row_id,
    )
