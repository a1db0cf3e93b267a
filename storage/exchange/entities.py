"""The canonical folder, declared once: every file and every column.

Reading, writing, the comparison with the shop and docs/import.md all follow this declaration.
"""

from dataclasses import dataclass

from leadhand.errors import JsonValue
from storage.exchange.kinds import INT2_MAX, INT4_MAX, Amount, Choice, Key, Kind, Text, Whole, YesNo
from storage.exchange.lists import Keys, Pauses, Slots
from storage.exchange.times import Clock, Day, Instant

IMPORTED = "import"


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a file and of the table that has the file's name.

    `needed`: the column must be there and no cell of it empty. `default` is what an empty cell means.
    """

    name: str
    kind: Kind
    about: str
    needed: bool = False
    default: JsonValue = None
    refers_to: str | None = None


@dataclass(frozen=True, slots=True)
class Entity:
    """A file and its table.

    `keys` tell one row from another. `together`: columns of which a header names all or none; the ones it
    leaves out count as empty. `one_of`: a header names at least one of each group. `part_of`: the file's rows
    replace all that the parent in that column had.
    `unique`: columns whose values together one row may have.
    """

    name: str
    about: str
    columns: tuple[Column, ...]
    keys: tuple[str, ...] = ("id",)
    together: tuple[tuple[str, ...], ...] = ()
    one_of: tuple[tuple[str, ...], ...] = ()
    part_of: str | None = None
    append_only: bool = False
    unique: tuple[str, ...] = ()

    @property
    def file(self) -> str:
        return f"{self.name}.csv"

    @property
    def has_id(self) -> bool:
        """Whether rows are known by `id`, and by `external_id` within their `source`."""
        return self.keys == ("id",)

    @property
    def column_names(self) -> tuple[str, ...]:
        return tuple(column.name for column in self.columns)

    def column(self, name: str) -> Column:
        return next(column for column in self.columns if column.name == name)


TEXT, KEY, TIME, DATE, CLOCK, YES_NO = Text(), Key(), Instant(), Day(), Clock(), YesNo()
COUNT = Whole(0)


def _id(what: str) -> Column:
    return Column(
        "id", KEY, f"the {what}'s own key; empty: the stored row's with this external_id, or that itself"
    )


def _origin(source: Kind = KEY) -> tuple[Column, Column]:
    return (
        Column("source", source, "the system that the row comes from", default=IMPORTED),
        Column("external_id", KEY, "its key in that system; the same row when it comes again"),
    )


def _ref(name: str, entity: str, about: str, *, needed: bool = False) -> Column:
    return Column(name, KEY, about, needed=needed, refers_to=entity)


def _owned(
    name: str, about: str, what: str, *columns: Column,
    together: tuple[tuple[str, ...], ...] = (),
    one_of: tuple[tuple[str, ...], ...] = (),
    source: Kind = KEY,
    unique: tuple[str, ...] = (),
) -> Entity:  # fmt: skip
    """An entity whose rows have an id, a source and an external id."""
    return Entity(
        name,
        about,
        (_id(what), *columns, *_origin(source)),
        together=together,
        one_of=(("id", "external_id"), *one_of),
        unique=unique,
    )


_CODE = Column("code", KEY, "the short name that people use; once a shop", needed=True)
_NAME = Column("name", TEXT, "what people call it", default="")
_ACTIVE = (
    Column("active_from", TIME, "not planned before; empty: always"),
    Column("active_to", TIME, "not planned from then on; empty: for good"),
)

# In the order in which they are read: what others refer to comes first.
ENTITIES: tuple[Entity, ...] = (
    _owned("calendar", "A weekly rhythm that machines, operators or the site follow.", "calendar", _NAME),
    Entity("tenant_settings", "The shop itself: one row. Only a folder with this file makes a new shop.", (
        Column("name", TEXT, "the shop's name", needed=True),
        Column("timezone", KEY, "IANA name of the zone whose clock all local times follow", needed=True),
        Column("locale", KEY, "language and region", default="en-US"),
        Column("standard_overtime", Slots(), "weekly overtime that may be asked for", default=[]),
        Column("at_risk_buffer_h", COUNT, "hours of slack below which an order is at risk", default=8),
        _ref("site_calendar_id", "calendar", "the calendar of the whole site"),
        Column("due_cutoff_local", CLOCK, "when a due date is over", default="24:00"),
        Column("utilization_threshold", Whole(1, 1000), "percent of load of a bottleneck", default=85),
        Column("frozen_hours", COUNT, "hours from now in which re-planning changes nothing", default=0),
        Column("horizon_days", Whole(1, 3660), "how far ahead free time is looked for", default=180),
    ), keys=("tenant_id",)),
    Entity("calendar_shift", "The week of a calendar. The shifts of one calendar do not overlap.", (
        _ref("calendar_id", "calendar", "whose week", needed=True),
        Column("weekday", Whole(1, 7), "1 is Monday; the day on which the shift starts", needed=True),
        Column("start_local", CLOCK, "when it starts", needed=True),
        Column("end_local", CLOCK, "when it ends", needed=True),
        Column("ends_next_day", YES_NO, "for a night shift", default=False),
        Column("breaks", Pauses(), "inside the shift; one before its start is on the next day", default=[]),
    ), keys=("calendar_id", "weekday", "start_local"), part_of="calendar_id",
        together=(("end_local", "ends_next_day", "breaks"),)),
    _owned("skill", "What a person can do.", "skill", _CODE, _NAME, unique=("code",)),
    _owned("work_center", "Machines that can stand in for each other.", "work center", _CODE, _NAME,
        _ref("skill_id", "skill", "what a person needs to work there"), unique=("code",)),
    _owned("machine", "One machine: one booking at a time.", "machine", _CODE, _NAME,
        _ref("work_center_id", "work_center", "the group it belongs to", needed=True),
        _ref("calendar_id", "calendar", "when it is open", needed=True), *_ACTIVE,
        together=(("active_from", "active_to"),), unique=("code",)),
    _owned("operator", "A person who works on machines.", "operator", _CODE, _NAME,
        _ref("calendar_id", "calendar", "when they work", needed=True),
        Column("max_parallel", Whole(1, INT2_MAX), "machines looked after at once", default=1), *_ACTIVE,
        together=(("active_from", "active_to"),), unique=("code",)),
    Entity("operator_skill", "Which person can do what, and from when to when.", (
        _ref("operator_id", "operator", "who", needed=True),
        _ref("skill_id", "skill", "what they can do", needed=True),
        Column("valid_from", TIME, "empty: always"),
        Column("valid_to", TIME, "empty: for good"),
    ), keys=("operator_id", "skill_id", "valid_from"), together=(("valid_from", "valid_to"),)),
    _owned("absence", "When a person is away: from a time to a time, or whole days.", "absence",
        _ref("operator_id", "operator", "who", needed=True),
        Column("start", TIME, "either this or `start_date`"),
        Column("end", TIME, "empty: until further notice"),
        Column("start_date", DATE, "either this or `start`"),
        Column("end_date", DATE, "last day, included; empty: until further notice"),
        Column("kind", TEXT, "vacation, sick, training …", needed=True),
        together=(("start", "end", "start_date", "end_date"),), one_of=(("start", "start_date"),)),
    _owned("downtime", "When a machine is down.", "downtime",
        _ref("machine_id", "machine", "which machine", needed=True),
        Column("start", TIME, "from when", needed=True),
        Column("end", TIME, "empty: until further notice"),
        Column("kind", Choice(("maintenance", "breakdown")), "planned or not", needed=True),
        Column("note", TEXT, "what people should know", default=""), together=(("start", "end"),)),
    _owned("calendar_exception", "A holiday, a closure or overtime of one calendar, machine or operator.",
        "exception",
        Column("kind", Choice(("closure", "overtime")), "less time or more", needed=True),
        Column("name", TEXT, "why, such as Thanksgiving", default=""),
        _ref("calendar_id", "calendar", "one of these three"),
        _ref("machine_id", "machine", "one of these three"),
        _ref("operator_id", "operator", "one of these three"),
        Column("production_date", DATE, "the shifts that start on it; or else `start` and `end`"),
        Column("start", TIME, "exactly from here"),
        Column("end", TIME, "to here"),
        together=(("calendar_id", "machine_id", "operator_id"), ("production_date", "start", "end")),
        one_of=(("calendar_id", "machine_id", "operator_id"), ("production_date", "start"))),
    _owned("production_order", "An order of a customer.", "order", _CODE,
        Column("customer", TEXT, "for whom", default=""),
        Column("quantity", COUNT, "pieces", needed=True),
        Column("due_date", DATE, "due at the shop's `due_cutoff_local` of that day; or else `due_at`"),
        Column("due_at", TIME, "due at an exact time"),
        Column("release_at", TIME, "no work before; empty: at once"),
        Column("priority", Whole(1, 5), "5 is the most urgent", default=3),
        Column("status", Choice(("draft", "released", "in_progress", "done", "hold", "cancelled")),
               "where it stands", default="draft"),
        Column("quote_expires_at", Instant(exact=True), "until when a quote holds"),
        together=(("due_date", "due_at"),), unique=("code",)),
    _owned("operation", "One step of an order.", "operation",
        _ref("order_id", "production_order", "whose step", needed=True),
        Column("seq", Whole(-INT4_MAX), "its place in the order; once an order", needed=True),
        Column("name", TEXT, "what is done", default=""),
        Column("predecessor_ids", Keys(), "operations of the order that come before; empty: the one"
               " with the next lower `seq`", refers_to="operation"),
        Column("setup_min", COUNT, "minutes, once a booking", needed=True),
        Column("run_s_per_piece", COUNT, "seconds a piece", needed=True),
        Column("attendance", Choice(("full", "setup", "none")), "how long it needs a person", default="full"),
        Column("splittable", YES_NO, "may pause over closed time", default=True),
        Column("min_wait_after_min", COUNT, "minutes before the next may start", default=0),
        Column("milestone", YES_NO, "takes no time; what takes none becomes one", default=False),
        Column("subcontract_minutes", COUNT, "done elsewhere; elapsed minutes"),
        together=(("setup_min", "run_s_per_piece", "milestone", "subcontract_minutes"),),
        unique=("order_id", "seq")),
    Entity("operation_alternative", "A machine that can do an operation. Each operation has at least one,"
        " unless it is a milestone or subcontracted.", (
        _ref("operation_id", "operation", "which operation", needed=True),
        _ref("machine_id", "machine", "which machine", needed=True),
        Column("setup_min", COUNT, "minutes on this machine", needed=True),
        Column("run_s_per_piece", COUNT, "seconds a piece on this machine", needed=True),
        Column("preference", Whole(-INT4_MAX), "lower is taken first", default=0),
    ), keys=("operation_id", "machine_id")),
    _owned("material_requirement", "What an operation needs before it can start.", "requirement",
        _ref("operation_id", "operation", "which operation", needed=True),
        Column("item", TEXT, "the material's name or number", needed=True),
        Column("qty", Amount(), "in the item's own unit", needed=True),
        Column("available_at", TIME, "empty: unknown, and reported as such")),
    Entity("progress", "What was reported from the floor. Rows are only added, never changed.", (
        _ref("operation_id", "operation", "which operation", needed=True),
        Column("at", TIME, "when it was reported", needed=True),
        Column("good", COUNT, "good pieces since the report before", needed=True),
        Column("scrap", COUNT, "scrapped pieces", default=0),
    ), keys=("operation_id", "at"), append_only=True),
    _owned("booking", "An operation on a machine, or held capacity. Its machine is taken for all of the"
        " envelope.", "booking",
        _ref("operation_id", "operation", "either this or `quote_id`"),
        Column("quote_id", KEY, "for held capacity"),
        _ref("machine_id", "machine", "which machine", needed=True),
        Column("envelope_start", TIME, "start of the first segment; needed only without segments"),
        Column("envelope_end", TIME, "end of the last segment; needed only without segments"),
        Column("status", Choice(("planned", "in_progress", "done", "held")), "where it stands",
               default="planned"),
        Column("locked", YES_NO, "never moved by re-planning", default=False),
        Column("waived_conflict", YES_NO, "may overlap another booking of the machine", default=False),
        source=Choice(("app", "import", "plan")), one_of=(("operation_id", "quote_id"),),
        together=(("operation_id", "quote_id"), ("envelope_start", "envelope_end"))),
    Entity("booking_segment", "The work of a booking. The segments of one booking do not overlap; a milestone"
        " has none.", (
        _ref("booking_id", "booking", "whose work", needed=True),
        Column("start", TIME, "from when", needed=True),
        Column("end", TIME, "until when", needed=True),
        _ref("operator_id", "operator", "who does it; empty: nobody"),
    ), keys=("booking_id", "start"), part_of="booking_id", together=(("end", "operator_id"),)),
)  # fmt: skip

BY_NAME = {entity.name: entity for entity in ENTITIES}
FILES = {entity.file: entity for entity in ENTITIES}
# In the order in which they are written: the shop's row must be there before its calendars.
WRITE_ORDER = (BY_NAME["tenant_settings"], *(e for e in ENTITIES if e.name != "tenant_settings"))
