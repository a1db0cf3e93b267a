"""The tables of a foreign file as canonical rows, by what was decided; what is not decided becomes a
question."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from zoneinfo import ZoneInfo

from storage.exchange.problems import Findings, Notice, shown
from storage.foreign.absences import take_absences
from storage.foreign.across import gone_down, is_across_asked
from storage.foreign.canonical import Canonical
from storage.foreign.clocks import TIME_ZONE, Zones, zone_said
from storage.foreign.closures import take_closures
from storage.foreign.decisions import Choice, Decisions, Question, Scoped
from storage.foreign.ditto import without_dittos
from storage.foreign.downtimes import take_downtimes
from storage.foreign.epoch_times import told_epochs
from storage.foreign.fields import ROWS
from storage.foreign.halves_of_day import by_24_hours
from storage.foreign.held import take_held
from storage.foreign.kinds_of_rows import kinds_of
from storage.foreign.layout import DATES, Layout, lay_out
from storage.foreign.lone_orders import names_no_operation, tell_lone
from storage.foreign.looking_up import LOOKUP
from storage.foreign.masters import make_named, people_of, take_machines, take_operators
from storage.foreign.materials import take_materials
from storage.foreign.merged import said_of_each, told_merged
from storage.foreign.named_in_file import told_other_names
from storage.foreign.operations import Operations
from storage.foreign.operations_written import add_operations
from storage.foreign.orders import Orders
from storage.foreign.outside_work import settle_outside
from storage.foreign.places import Places, told_of_new
from storage.foreign.progress import add_progress, learn_done, pieces_done, take_done
from storage.foreign.reading import RowReader
from storage.foreign.reports import take_reports
from storage.foreign.rosters import take_shifts
from storage.foreign.seconds import less_seconds
from storage.foreign.shaping import LEAVE_OUT, ONLY, PARENT, less_left_out, shaped
from storage.foreign.shop_names import ShopNames
from storage.foreign.slots import CONTENT
from storage.foreign.spoken import is_spoken_of
from storage.foreign.stored_exceptions import as_stored
from storage.foreign.table_keys import less_only_table
from storage.foreign.table_rows import readers_of
from storage.foreign.tables import LINE, Table
from storage.foreign.unused import ask_unused
from storage.foreign.week_letters import by_week_words
from storage.foreign.whose_status import ask_whose_status
from storage.foreign.words_of_cells import EMPTY_CELL, Marks, learn_priorities, learn_statuses
from storage.foreign.words_of_work import attendance_of, booking_statuses_of, marks_of

_Placed = Callable[..., list[tuple[Layout, str]]]
_TOLD_CHARS = 600
_PLANNED = ("orders", "operations", "bookings")
# In an order in which later ones find what earlier ones make.
_TAKERS = (
    ("machines", take_machines), ("operators", take_operators), ("shifts", take_shifts),
    ("closures", take_closures), ("absences", take_absences), ("downtimes", take_downtimes),
    ("held", take_held),
)  # fmt: skip


# What rows of another kind may name, and is made for them, though they themselves cannot be read.
_NAMED_BY = {
    "machine": {"machines"}, "work_center": {"machines"}, "calendar": {"shifts"}, "operator": {"operators"},
    "production_order": {"orders"},
}  # fmt: skip


@dataclass(slots=True)
class Transformed:
    """What a file gives: rows, what is wrong with it, and how each table was read."""

    layouts: list[Layout] = field(default_factory=list[Layout])
    canonical: Canonical = field(default_factory=Canonical)
    findings: Findings = field(default_factory=Findings)

    @property
    def unread(self) -> dict[str, tuple[int, ...]]:
        """By table, the numbers of its rows that nothing has come of, and of which nothing is told."""
        told = {(_sheet_in(notice.file), notice.row) for notice in self.findings.notices}
        kinds = {layout.kind for layout in self.layouts}
        for entity, rows in self.canonical.rows.items():
            if _NAMED_BY.get(entity, kinds) & kinds:
                told |= {(_sheet_in(row.origin.place), row.origin.row) for row in rows}
        found = {
            layout.table.label: tuple(
                row.number
                for row in layout.table.rows
                if not {(sheet, row.number) for sheet in ("", layout.table.label, row.sheet)} & told
            )
            for layout in self.layouts
            if layout.kind in ROWS
        }
        return {label: numbers for label, numbers in found.items() if numbers}


def _sheet_in(place: str) -> str:
    """The sheet or table that a place names; none in a file of one."""
    return place.rpartition(" [")[2].removesuffix("]") if place.endswith("]") else ""


def layouts_of(tables: tuple[Table, ...], decisions: Decisions) -> list[Layout]:
    """The tables that are read. Keys of decisions name the table where there are several."""
    several = len(tables) > 1
    decisions.given = less_only_table(decisions.given, tables)
    found: list[Layout] = []
    for table in tables:
        scope = Scoped(decisions, f"{table.label}!" if several else "")
        plain = said_of_each(without_dittos(_less_hidden(table, scope), scope), scope)
        others = _looked_in(tables, table, decisions)
        down = shaped(gone_down(shaped(plain, scope, others=others), scope), scope, late=True, others=others)
        down = by_week_words(by_24_hours(down, scope), scope)
        # What a row is cannot be said before it is known which cells it has.
        kinds = () if is_across_asked(down, scope) else kinds_of(down, scope)
        for number, kind in enumerate(kinds):
            own = scope.within(kind) if number else scope
            rows = less_left_out(_less_empty(down, kind), scope.within(kind))
            rows = less_seconds(rows) if kind == "reports" else rows
            found.append(lay_out(rows, own, kind))
    return found


def _looked_in(tables: tuple[Table, ...], own: Table, decisions: Decisions) -> tuple[Table, ...]:
    """The tables in which rows of one may look something up: as answers make them, itself as in the file."""
    if not any(key.rpartition("!")[2].startswith(LOOKUP) for key in decisions.given):
        return ()
    return tuple(
        table
        if table is own
        # What is decided of it is decided in its own turn.
        else shaped(table, Scoped(Decisions(decisions.given), f"{table.label}!"), others=tables)
        for table in tables
    )


def _less_empty(table: Table, kind: str) -> Table:
    """Of what went across, the rows that say something; of shifts, an empty day says something too."""
    if CONTENT not in table.headers or kind == "shifts":
        return table
    index = table.headers.index(CONTENT)
    return replace(table, rows=tuple(row for row in table.rows if not row.cell(index).empty))


def _less_hidden(table: Table, scope: Scoped) -> Table:
    """The table without the rows that its sheet hides, if they are not to be taken: which is asked."""
    hidden = [row for row in table.rows if (row.sheet, row.number) in table.hidden_rows]
    if not hidden or table.hidden:
        return table
    told = ", ".join(str(row.number) for row in hidden[:8]) + (" …" if len(hidden) > 8 else "")
    question = Question(
        "hidden_rows",
        f"{len(hidden)} rows of {shown(table.label)} are hidden or filtered away ({told}): are they taken?",
        (Choice("take", "like the others"), Choice("leave_out", "only what is seen")),
        why="the workbook hides them",
    )
    if scope.settle(question) != "leave_out":
        return table
    return replace(table, rows=tuple(row for row in table.rows if row not in hidden))


def transform(
    layouts: list[Layout], decisions: Decisions, shop: ShopNames, *, file: str, sheets: int
) -> Transformed:
    """All rows of the file. `file` names it in messages, with the sheet if there are several."""
    layouts = [_in_zone(layout, ZoneInfo(shop.timezone)) for layout in layouts]
    done = Transformed(layouts)
    source = decisions.settle(
        Question("source", "What is the system called that the file comes from?", (Choice("import"),)),
        proven=("import", "keys of its rows are known as this system's"),
        fits=lambda text: 0 < len(text) <= 60 and text.isprintable(),
    )
    if any(layout.has("start") or layout.has("reported") for layout in layouts):
        decisions.note(TIME_ZONE, shop.timezone, "the shop's, for times without an offset")
    places = Places(decisions, done.canonical, source or "import", shop)

    def placed(*kinds: str) -> list[tuple[Layout, str]]:
        return [
            (layout, file if sheets == 1 else f"{file} [{layout.table.label}]")
            for layout in layouts
            if layout.kind in kinds
        ]

    at_work = placed("operations", "bookings")
    marks = marks_of(at_work)
    for kind, take in _TAKERS:
        found = placed(kind)
        if kind == "operators":  # a table that says when people work comes before others of the same people
            found.sort(key=lambda at: not at[0].has("calendar"))
        for layout, place in found:
            take(layout, place, places, done.findings)
        # What rows of work say of machines is more than what others do; but a table of which nobody has said
        # what it is may be the list of them.
        if kind == "machines" and not _unread(decisions):
            make_named(at_work, places, marks)
    _take_plan(placed, places, done, marks)
    ask_unused(layouts, decisions)
    told = [*told_of_new(places), *told_other_names(shop)]
    done.findings.notices += [Notice(file, None, text) for text in told]
    done.findings.notices += as_stored(done.canonical, shop, file)
    for layout, place in placed(*ROWS):
        used = {c.index for columns in layout.columns.values() for c in columns if c.index is not None}
        headers = enumerate(layout.table.headers)
        used |= {index for index, header in headers if header and is_spoken_of(header, layout.scope)}
        for text in (
            *layout.table.wide, *_lines_above(layout), *told_merged(layout.table, used),
            *_without_rows(layout, layouts),
        ):  # fmt: skip
            done.findings.notice(place, None, text)
    return done


def _without_rows(layout: Layout, layouts: list[Layout]) -> list[str]:
    """That one of several kinds of rows of a table has none left: what leaves rows out is of all of them, but
    where its key begins with one."""
    several = any(other.table.label == layout.table.label and other is not layout for other in layouts)
    if layout.table.rows or not several:
        return []
    right = f"{layout.scope.prefix.removesuffix(f'{layout.kind}!')}KIND!{ONLY}=…"
    heads = layout.scope.decisions.given.get(f"{layout.scope.prefix.removesuffix(f'{layout.kind}!')}{PARENT}")
    also = f"; a row that is a {PARENT} is a head, and no row of any kind" if heads else ""
    return [
        f"no row is left for {layout.kind}: {ONLY} and {LEAVE_OUT} are of all kinds, {right} of one{also}"
    ]


def _lines_above(layout: Layout) -> list[str]:
    """What lines between the rows say of those below them, where that is used: a remark among them takes the
    place of the last one too."""
    table = layout.table
    index = table.headers.index(LINE) if LINE in table.headers else None
    used = [column.index for columns in layout.columns.values() for column in columns]
    if index is None or not (index in used or is_spoken_of(LINE, layout.scope)):
        return []
    counts = Counter(row.cell(index).text for row in table.rows)
    told = " · ".join(f"{shown(text or 'nothing')} ({count} rows)" for text, count in counts.items())
    return [f"{LINE} says of the rows below it: {told[:_TOLD_CHARS]}"]


def _in_zone(layout: Layout, shop: ZoneInfo) -> Layout:
    """The layout with the zone that its times are of, where a person says one of its table or of the file."""
    decisions = layout.scope.decisions
    zone = zone_said(decisions, layout.scope.key(TIME_ZONE)) or zone_said(decisions)
    columns = [
        (column.header, layout.table.filled(column.index))
        for name, found in layout.columns.items()
        if name in DATES
        for column in found
        if column.index is not None
    ]
    told = tuple(told_epochs(dict(columns).items(), shop))
    table = replace(layout.table, wide=(*layout.table.wide, *told)) if told else layout.table
    return replace(layout, table=table, zones=Zones(zone or shop, shop))


def _unread(decisions: Decisions) -> bool:
    return any(key.rpartition("!")[2] in {"rows", "across", "machine"} for key in decisions.questions)


def _take_plan(placed: _Placed, places: Places, done: Transformed, marks: Marks) -> None:
    decisions = places.decisions
    at_work = placed("operations", "bookings")
    people = people_of(at_work, places)
    orders = Orders(places.shop, places.source, decisions.optional("differing"))
    operations = Operations(
        orders, places, decisions, ZoneInfo(places.shop.timezone), people, marks,
        attendance_of(at_work, marks), booking_statuses_of(at_work),
    )  # fmt: skip
    for kind in _PLANNED:
        for layout, place in placed(kind):
            _take_rows(layout, place, orders, operations, done.findings)
    add_progress(operations, decisions, done.canonical, done.findings)
    settle_outside(operations)
    item = decisions.optional("material", "Material") or "Material"
    orders.add_to(done.canonical, item)
    add_operations(operations, done.canonical)
    for layout, place in placed("materials"):
        take_materials(layout, place, operations, places.source, done.findings)
    for layout, place in placed("reports"):
        take_reports(layout, place, operations, done.findings)
    at = at_work[0][1] if at_work else ""
    done.findings.notices += [Notice(at, None, text) for text in operations.told]
    if operations.rounded:
        count = len(operations.rounded)
        text = f"{count} times are rounded to whole minutes and seconds ({operations.rounded[0]})"
        done.findings.notices.append(Notice(at, None, text))


def _without_status(layout: Layout, readers: list[RowReader]) -> frozenset[str]:
    """The orders of whose status no row says anything, though the table has a column of it."""
    if not layout.has("status") or layout.columns["status"][0].index is None:
        return frozenset()
    said = {reader.text("order") for reader in readers if reader.text("status")}
    return frozenset({reader.text("order") for reader in readers if reader.text("order")} - said)


def _take_rows(
    layout: Layout, place: str, orders: Orders, operations: Operations, findings: Findings
) -> None:
    texts = list(readers_of(layout, place, Findings()))
    ask_whose_status(layout, texts, place, findings)
    orders.without_status = _without_status(layout, texts)
    empty = [EMPTY_CELL] if orders.without_status else []
    statuses = learn_statuses(layout.scope, [*(reader.text("status") for reader in texts), *empty])
    priorities = learn_priorities(layout.scope, [reader.text("priority") for reader in texts])
    done = learn_done(layout.scope, texts)
    lone: list[int] = []
    for reader in readers_of(layout, place, findings):
        order = orders.take(reader, statuses, priorities)
        if layout.kind == "operations" and names_no_operation(reader):
            lone.append(reader.row.number)
        elif order is not None and layout.kind != "orders":
            operation = operations.take(reader, order)
            if operation is not None and (layout.has("done") or layout.has("left")):
                take_done(operation, pieces_done(reader, orders.quantity_of(order), done), reader)
    tell_lone(lone, place, findings)
