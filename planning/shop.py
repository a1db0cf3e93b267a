"""A shop's plan as immutable values: what every calculation takes as its input.

All instants are integer UTC minutes since 1970-01-01T00:00Z, all durations integer minutes, run time per
piece integer seconds. Field names follow the tables. Local wall-clock rules (shifts, breaks, dates) stay
local here and are compiled by `planning.calendars`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Concatenate, ParamSpec, TypeAlias, TypeVar

from planning.plan_parts import PlanParts
from planning.plan_views import PlanViews
from planning.values import value

P = ParamSpec("P")
View = TypeVar("View")
Minute: TypeAlias = int
Interval: TypeAlias = tuple[Minute, Minute]  # half-open [start, end)
Intervals: TypeAlias = tuple[Interval, ...]  # sorted, disjoint, non-touching, none empty


class ExceptionKind(StrEnum):
    CLOSURE = "closure"
    OVERTIME = "overtime"


class DowntimeKind(StrEnum):
    MAINTENANCE = "maintenance"
    BREAKDOWN = "breakdown"


class OrderStatus(StrEnum):
    DRAFT = "draft"
    RELEASED = "released"
    IN_PROGRESS = "in_progress"
    DONE = "done"
    HOLD = "hold"
    CANCELLED = "cancelled"


class BookingStatus(StrEnum):
    PLANNED = "planned"
    IN_PROGRESS = "in_progress"
    DONE = "done"
    HELD = "held"


class Attendance(StrEnum):
    """How long a person is needed: the whole operation, its setup, or not at all."""

    FULL = "full"
    SETUP = "setup"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Break:
    """A pause inside a shift, local minutes of the day; earlier than the shift's start means the next day."""

    start_local_min: int
    end_local_min: int


@dataclass(frozen=True, slots=True)
class Shift:
    """A weekly wall-clock rule. `weekday` is ISO (1 = Monday), of the day on which the shift starts."""

    weekday: int
    start_local_min: int
    end_local_min: int
    ends_next_day: bool = False
    breaks: tuple[Break, ...] = ()


@dataclass(frozen=True, slots=True)
class OvertimeSlot:
    """A standard overtime slot of the shop: weekly, like a shift."""

    weekday: int
    start_local_min: int
    end_local_min: int
    ends_next_day: bool = False


@dataclass(frozen=True, slots=True)
class CalendarException:
    """A closure or overtime of exactly one owner: a calendar, a machine or an operator.

    Either `production_date` (a closure then removes the shifts that start on it) or `interval` (a closure
    then removes exactly those minutes; overtime adds them). `name` says why ("Thanksgiving").
    """

    id: str
    kind: ExceptionKind
    name: str
    calendar_id: str | None = None
    machine_id: str | None = None
    operator_id: str | None = None
    production_date: date | None = None
    interval: Interval | None = None


@dataclass(frozen=True, slots=True)
class Calendar:
    id: str
    name: str
    shifts: tuple[Shift, ...]


@dataclass(frozen=True, slots=True)
class ShopSettings:
    name: str
    timezone: str
    locale: str = "en-US"
    data_version: int = 0
    standard_overtime: tuple[OvertimeSlot, ...] = ()
    at_risk_buffer_h: int = 8
    site_calendar_id: str | None = None
    due_cutoff_local_min: int = 24 * 60
    utilization_threshold_pct: int = 85
    frozen_hours: int = 0
    horizon_days: int = 180


@dataclass(frozen=True, slots=True)
class WorkCenter:
    id: str
    code: str
    name: str = ""
    skill_id: str | None = None


@dataclass(frozen=True, slots=True)
class Machine:
    """`no` is the database-wide integer of the exclusion constraint; internal."""

    id: str
    code: str
    name: str
    work_center_id: str
    calendar_id: str
    no: int = 0
    active_from: Minute | None = None
    active_to: Minute | None = None


@dataclass(frozen=True, slots=True)
class Skill:
    id: str
    code: str
    name: str = ""


@dataclass(frozen=True, slots=True)
class OperatorSkill:
    skill_id: str
    valid_from: Minute | None = None
    valid_to: Minute | None = None


@dataclass(frozen=True, slots=True)
class Operator:
    id: str
    code: str
    name: str
    calendar_id: str
    max_parallel: int = 1
    skills: tuple[OperatorSkill, ...] = ()
    active_from: Minute | None = None
    active_to: Minute | None = None


@dataclass(frozen=True, slots=True)
class Absence:
    """`end` None: until further notice."""

    id: str
    operator_id: str
    start: Minute
    end: Minute | None
    kind: str


@dataclass(frozen=True, slots=True)
class Downtime:
    """`end` None: until further notice."""

    id: str
    machine_id: str
    start: Minute
    end: Minute | None
    kind: DowntimeKind
    note: str = ""


@value
class Alternative:
    """A machine that can do an operation, with its own times; lower `preference` first."""

    machine_id: str
    setup_min: int
    run_s_per_piece: int
    preference: int = 0


@value
class Operation:
    id: str
    order_id: str
    seq: int
    setup_min: int
    run_s_per_piece: int
    name: str = ""
    predecessor_ids: tuple[str, ...] | None = None  # None: the previous seq of the order
    attendance: Attendance = Attendance.FULL
    splittable: bool = True
    min_wait_after_min: int = 0
    milestone: bool = False
    subcontract_minutes: int | None = None
    alternatives: tuple[Alternative, ...] = ()


@dataclass(frozen=True, slots=True)
class MaterialRequirement:
    """What an operation needs before it can start. `available_at` None: not known."""

    id: str
    item: str
    qty: Decimal
    available_at: Minute | None = None


@dataclass(frozen=True, slots=True)
class ProgressReport:
    """A row of `progress`: pieces since the report before."""

    at: Minute
    good: int
    scrap: int = 0


@dataclass(frozen=True, slots=True)
class Order:
    id: str
    code: str
    customer: str
    quantity: int
    status: OrderStatus
    due_at: Minute | None = None
    release_at: Minute | None = None
    priority: int = 3


@value
class Segment:
    """Work on one booking, by one operator or nobody."""

    start: Minute
    end: Minute
    operator_id: str | None = None


@value
class Booking:
    """The machine is blocked for the envelope; the segments are the work."""

    id: str
    operation_id: str | None
    machine_id: str
    envelope_start: Minute
    envelope_end: Minute
    status: BookingStatus = BookingStatus.PLANNED
    locked: bool = False
    waived_conflict: bool = False
    segments: tuple[Segment, ...] = ()
    quote_id: str | None = None


@dataclass(frozen=True, slots=True)
class CapacityHold:
    """A quote that holds capacity until `expires_at`: its bookings carry its id as `quote_id`."""

    id: str
    name: str
    expires_at: Minute
    customer: str = ""


@dataclass(frozen=True, slots=True)
class Shop:
    """One shop's whole plan at `settings.data_version`; mappings are keyed by id.

    `materials` and `progress` are keyed by operation: of open orders, each in order of id or of time.
    `last_import_at`: when the plan (orders, operations, bookings, reports) last came in by an import that
    was finished; None: never. It is about the plan and no part of it: nothing that a view works out may
    depend on it.
    """

    settings: ShopSettings
    calendars: Mapping[str, Calendar] = field(default_factory=dict[str, Calendar])
    exceptions: tuple[CalendarException, ...] = ()
    work_centers: Mapping[str, WorkCenter] = field(default_factory=dict[str, WorkCenter])
    machines: Mapping[str, Machine] = field(default_factory=dict[str, Machine])
    skills: Mapping[str, Skill] = field(default_factory=dict[str, Skill])
    operators: Mapping[str, Operator] = field(default_factory=dict[str, Operator])
    absences: tuple[Absence, ...] = ()
    downtimes: tuple[Downtime, ...] = ()
    orders: Mapping[str, Order] = field(default_factory=dict[str, Order])
    operations: Mapping[str, Operation] = field(default_factory=dict[str, Operation])
    materials: Mapping[str, tuple[MaterialRequirement, ...]] = field(
        default_factory=dict[str, tuple[MaterialRequirement, ...]]
    )
    progress: Mapping[str, tuple[ProgressReport, ...]] = field(
        default_factory=dict[str, tuple[ProgressReport, ...]]
    )
    bookings: tuple[Booking, ...] = ()
    holds: Mapping[str, CapacityHold] = field(default_factory=dict[str, CapacityHold])
    last_import_at: Minute | None = field(default=None, compare=False)
    views: PlanViews = field(default_factory=PlanViews, init=False, repr=False, compare=False)
    parts: PlanParts = field(default_factory=PlanParts, init=False, repr=False, compare=False)

    def view(self, make: Callable[Concatenate["Shop", P], View], *args: P.args, **kwargs: P.kwargs) -> View:
        """`make(self, ...)`, worked out once and kept with this plan; `make` and its arguments tell it apart.

        For what many questions share, such as `view(ShopTimes, window)`: it must not be changed.
        """
        return self.views.of((make, args, tuple(sorted(kwargs.items()))), lambda: make(self, *args, **kwargs))

    def imported_at(self, minute: Minute | None) -> "Shop":
        """The same plan after an import that changed nothing of it, with what was worked out from it."""
        made = replace(self, last_import_at=minute)
        object.__setattr__(made, "views", self.views)
        object.__setattr__(made, "parts", self.parts)
        return made
