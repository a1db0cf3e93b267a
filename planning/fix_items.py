"""What would mend a broken rule: one change of the plan, or a word on what must be decided."""

from dataclasses import dataclass
from enum import StrEnum

from planning.shop import Booking, Intervals, Minute


class FixKind(StrEnum):
    """The first four are changes that can be made as they stand; the others say what is left to people."""

    MOVE = "move"
    BOOK = "book"
    HAND_OVER = "hand_over"
    ASSIGN = "assign"
    DECIDE = "decide"
    RELIEF = "relief"


class Why(StrEnum):
    """Why no change is offered, for `decide`."""

    FIXED = "fixed"
    NO_PLACE = "no_place"
    BREAKS_ANOTHER = "breaks_another"
    NOBODY = "nobody"
    NO_MACHINE = "no_machine"
    NO_SINGLE_CHANGE = "no_single_change"
    MATERIAL_EARLIER = "material_earlier"
    ASK_MATERIAL = "ask_material"


@dataclass(frozen=True, slots=True)
class Fix:
    """One way to mend one conflict.

    `before` and `after`: the booking as it is and as it would be (`move`), or None and the new one (`book`);
    with `breaks_another` the earliest place, which is no change to make as it stands. `booking_ids`: what
    somebody must decide about. `spans` and `to_id`: the minutes that another person takes. `relief`: the work
    `held_by` holds the order's machine for `spans` while the order waits, and can itself wait `slack_min`.
    `finish`: the order's, after the change.
    """

    kind: FixKind
    before: Booking | None = None
    after: Booking | None = None
    from_id: str | None = None
    to_id: str | None = None
    spans: Intervals = ()
    why: Why | None = None
    booking_ids: tuple[str, ...] = ()
    operation_ids: tuple[str, ...] = ()
    breaks: tuple[str, ...] = ()
    held_by: Booking | None = None
    slack_min: int | None = None
    finish: Minute | None = None
