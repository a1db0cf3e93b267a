"""What simulate_schedule_change is asked, and the change that this means in a shop."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import assert_never

from pydantic import Field

from leadhand.context import TenantContext
from leadhand.errors import BeyondHorizon, EmptyWindow, InvalidToolInput, JsonValue
from planning.calendars import ShopTimes
from planning.changes import (
    Change,
    DueDateChanged,
    MachineDown,
    OperatorAbsent,
    OrderCancelled,
    OrderMove,
    Overtime,
    PriorityChanged,
    QuantityChanged,
)
from planning.date_phrases import instant_text, span_text
from planning.overtime_hour import Attending, who_comes
from planning.retiming import Policy
from planning.shop import Interval, Machine, Minute, Operator, Order, OrderStatus
from planning.zones import to_minute
from tools.names import MAX_NAME_CHARS, find_machine, find_operator
from tools.order_names import find_order
from tools.overtime_slot import overtime_slot
from tools.windows import MAX_PHRASE_CHARS, Window, WindowInput, read_due, read_window

DEFAULT_DAYS = 7
MAX_QUANTITY = 1_000_000


class ChangeKind(StrEnum):
    MACHINE_DOWN = "machine_down"
    OPERATOR_ABSENT = "operator_absent"
    OVERTIME = "overtime"
    ORDER_MOVE = "order_move"
    CANCEL = "cancel"
    QUANTITY = "quantity"
    PRIORITY = "priority"
    DUE_DATE = "due_date"


class ScheduleChangeInput(WindowInput):
    change: ChangeKind = Field(
        description=(
            "machine_down (`machine`, when), operator_absent (`operator`, when), overtime (`machine` or "
            "`operator` or both, when), order_move (`order`, to when: its open work starts not before then), "
            "cancel (`order`), quantity (`order`, `quantity`), priority (`order`, `priority`), due_date "
            "(`order`, `due`). When: `window`, or `from` and `to`."
        )
    )
    machine: str | None = Field(
        default=None,
        max_length=MAX_NAME_CHARS,
        description="Code or name of one machine exactly as the person said it.",
    )
    operator: str | None = Field(
        default=None,
        max_length=MAX_NAME_CHARS,
        description="Code or name of one person exactly as it was said.",
    )
    order: str | None = Field(
        default=None,
        max_length=MAX_NAME_CHARS,
        description="Code or number of one order exactly as it was said.",
    )
    until_further_notice: bool = Field(
        default=False, description="For machine_down and operator_absent: no end is known."
    )
    quantity: int | None = Field(
        default=None, ge=1, le=MAX_QUANTITY, description="For quantity: the new number of pieces."
    )
    priority: int | None = Field(
        default=None,
        ge=1,
        le=5,
        description="For priority: the new one, from 1 to 5; 5 is the most pressing.",
    )
    due: str | None = Field(
        default=None,
        max_length=MAX_PHRASE_CHARS,
        description="For due_date: the new due date, a date, timestamp or phrase (“Friday”).",
    )
    policy: Policy | None = Field(
        default=None,
        description=(
            "How the plan is put right: push_right (work waits on its machine, the sequence stays), "
            "same_machine (hit work goes into the next gap of its machine), alternatives (into the first gap "
            "of any machine that can do it), replan (as alternatives, then the work near it is planned anew "
            "where that makes less late). Left out: push_right, for priority replan."
        ),
    )

    @property
    def chosen_policy(self) -> Policy:
        """A priority alone moves nothing: it is asked about for what a new plan makes of it."""
        if self.policy is not None:
            return self.policy
        return Policy.REPLAN if self.change is ChangeKind.PRIORITY else Policy.PUSH_RIGHT


_WHEN = frozenset({"window", "from_", "to"})
_ALWAYS = frozenset({"change", "policy"})
_NEEDED: Mapping[ChangeKind, frozenset[str]] = {
    ChangeKind.MACHINE_DOWN: frozenset({"machine"}),
    ChangeKind.OPERATOR_ABSENT: frozenset({"operator"}),
    ChangeKind.OVERTIME: frozenset(),
    ChangeKind.ORDER_MOVE: frozenset({"order"}),
    ChangeKind.CANCEL: frozenset({"order"}),
    ChangeKind.QUANTITY: frozenset({"order", "quantity"}),
    ChangeKind.PRIORITY: frozenset({"order", "priority"}),
    ChangeKind.DUE_DATE: frozenset({"order", "due"}),
}
_TAKEN: Mapping[ChangeKind, frozenset[str]] = {
    ChangeKind.MACHINE_DOWN: _WHEN | {"until_further_notice"},
    ChangeKind.OPERATOR_ABSENT: _WHEN | {"until_further_notice"},
    ChangeKind.OVERTIME: _WHEN | {"machine", "operator"},
    ChangeKind.ORDER_MOVE: _WHEN,
}
_CLOSED = frozenset({OrderStatus.DONE, OrderStatus.CANCELLED})


@dataclass(frozen=True, slots=True)
class AskedChange:
    """A change with the rows that it names; `text` says it in words, `span` when it is.

    `span` with the end None: until further notice.
    """

    kind: ChangeKind
    change: Change
    text: str
    assumptions: tuple[str, ...]
    machine: Machine | None = None
    operator: Operator | None = None
    order: Order | None = None
    span: tuple[Minute, Minute | None] | None = None
    when: str | None = None


def check_fields(asked: ScheduleChangeInput) -> None:
    """Refuse a field that is missing for the kind of change, and one that it has no use for.

    Raises:
        InvalidToolInput
    """
    given = {name for name in ScheduleChangeInput.model_fields if _is_given(asked, name)} - _ALWAYS
    needed, taken = _NEEDED[asked.change], _TAKEN.get(asked.change, frozenset[str]())
    missing = set(needed - given)
    if asked.change is ChangeKind.OVERTIME and not given & {"machine", "operator"}:
        missing.add("machine")
    if asked.change in {ChangeKind.OVERTIME, ChangeKind.ORDER_MOVE} and not given & _WHEN:
        missing.add("window")
    wrong = [_wrong(n, "missing", f"{asked.change.value} needs it") for n in sorted(missing)]
    surplus = sorted(given - needed - taken)
    wrong += [
        _wrong(n.rstrip("_"), f"{asked.change.value} has no such field", "leave it out") for n in surplus
    ]
    if wrong:
        verb, names = ("needs", sorted(missing)) if missing else ("has no use for", surplus)
        told = ", ".join(f"`{name.rstrip('_')}`" for name in names)
        raise InvalidToolInput(f"The change {asked.change.value} {verb} {told}.", details={"fields": wrong})


def _is_given(asked: ScheduleChangeInput, name: str) -> bool:
    value: object = getattr(asked, name)
    return bool(value.strip()) if isinstance(value, str) else value is not None and value is not False


def _wrong(field: str, problem: str, right: str) -> JsonValue:
    return {"field": field, "problem": problem, "right": right}


def when_asked(asked: ScheduleChangeInput, tenant: TenantContext) -> Window | None:
    """The window of the change; None for a kind that has none. Raises as `read_window`."""
    if not _WHEN & _TAKEN.get(asked.change, frozenset[str]()):
        return None
    window = read_window(asked, tenant, default_days=DEFAULT_DAYS)
    now = to_minute(tenant.as_of)
    if window.end_min <= now:
        raise EmptyWindow(f"That is over: {window.sentence}. Only what is still to come can be changed.")
    return window


class ChangeReader:
    """Reads one question in one shop; `span` = [now, end of what is planned)."""

    def __init__(self, asked: ScheduleChangeInput, times: ShopTimes, span: Interval) -> None:
        self._asked, self._times, self._shop, self._span = asked, times, times.shop, span

    def read(self, window: Window | None, tenant: TenantContext) -> AskedChange:
        """The change in the shop's own rows.

        Raises:
            NotFound, Ambiguous: a name.
            BeyondHorizon: it begins after the planning horizon.
            EmptyWindow, InvalidDate: of the due date.
            InvalidToolInput: an order that is closed, overtime without hours.
        """
        if window is not None and window.start_min >= self._span[1]:
            days = self._shop.settings.horizon_days
            raise BeyondHorizon(
                f"The shop plans {days} days ahead; {window.sentence} lies beyond that.",
                details={"horizon_days": days},
            )
        match self._asked.change:
            case ChangeKind.MACHINE_DOWN | ChangeKind.OPERATOR_ABSENT:
                return self._away(_given(window))
            case ChangeKind.OVERTIME:
                return self._overtime(_given(window))
            case ChangeKind.ORDER_MOVE:
                return self._move(_given(window))
            case ChangeKind.CANCEL | ChangeKind.QUANTITY | ChangeKind.PRIORITY:
                return self._order_change()
            case ChangeKind.DUE_DATE:
                return self._due(tenant)
            case _:  # pragma: no cover
                assert_never(self._asked.change)

    def _away(self, window: Window) -> AskedChange:
        open_end = self._asked.until_further_notice
        start, end = max(window.start_min, self._span[0]), None if open_end else window.end_min
        when = self._when(start, end, window)
        told = self._taken(window, start)
        if open_end:
            told = [
                f"It begins {instant_text(start, self._times.zone)} and has no known end; hours count to the "
                "planning horizon."
            ]
        if self._asked.change is ChangeKind.MACHINE_DOWN:
            machine = find_machine(self._shop, self._asked.machine or "")
            row, text = machine.row, f"{machine.row.name or machine.row.code} is down ({when})"
            change = MachineDown(row.id, start, end)
            told = [*_said(machine.assumption), *told]
            return AskedChange(
                self._asked.change, change, text, tuple(told), machine=row, span=(start, end), when=when
            )
        person = find_operator(self._shop, self._asked.operator or "")
        text = f"{person.row.name or person.row.code} is absent ({when})"
        change = OperatorAbsent(person.row.id, start, end)
        told = [*_said(person.assumption), *told]
        return AskedChange(
            self._asked.change, change, text, tuple(told), operator=person.row, span=(start, end), when=when
        )

    def _when(self, start: Minute, end: Minute | None, window: Window) -> str:
        if end is None:
            return f"from {instant_text(start, self._times.zone)} until further notice"
        return window.sentence if (start, end) == window.interval else span_text(start, end, self._times.zone)

    def _taken(self, window: Window, start: Minute) -> list[str]:
        began = window.start_min < start
        return [window.assumption, *(["It began in the past; it counts from now."] if began else [])]

    def _overtime(self, window: Window) -> AskedChange:
        machine = find_machine(self._shop, self._asked.machine) if self._asked.machine else None
        person = find_operator(self._shop, self._asked.operator) if self._asked.operator else None
        span, sentence = overtime_slot(self._shop, window, self._span[0])
        told = [
            sentence,
            *_said(machine.assumption if machine else None),
            *_said(person.assumption if person else None),
        ]
        operator = person.row if person else None
        if machine and operator is None:
            operator, told_of = self._who_comes(machine.row, span)
            told += told_of
        change = Overtime(span, machine.row.id if machine else None, operator.id if operator else None)
        names = [row.name or row.code for row in (machine.row if machine else None, operator) if row]
        when = span_text(*span, self._times.zone)
        return AskedChange(
            self._asked.change,
            change,
            f"{' and '.join(names)} {'work' if len(names) > 1 else 'works'} overtime ({when})",
            tuple(told),
            machine=machine.row if machine else None,
            operator=operator,
            span=span,
            when=when,
        )

    def _who_comes(self, machine: Machine, span: Interval) -> tuple[Operator | None, list[str]]:
        """Who would attend the machine then, where its work needs people and nobody qualified is there."""
        coming = who_comes(self._times, machine.id, span)
        match coming.attending:
            case Attending.NOBODY_NEEDED:
                return None, []
            case Attending.THERE_ANYWAY:
                return None, ["Somebody qualified is there at that time, so nobody else has to come."]
            case Attending.NOBODY:
                return None, [
                    "Nobody qualified could come, so the machine's attended work does not run then."
                ]
            case Attending.COMES:
                comes = coming.operator
                name = (comes.name or comes.code) if comes else ""
                return comes, [f"{name}, who is qualified, is taken to come in for it."]

    def _order(self) -> tuple[Order, list[str]]:
        found = find_order(self._shop, self._asked.order or "")
        if found.order.status in _CLOSED:
            raise InvalidToolInput(
                f"{found.order.code} is {found.order.status.value}: there is nothing left to change.",
                details={"fields": [_wrong("order", found.order.status.value, "an open order")]},
            )
        return found.order, _said(found.assumption)

    def _move(self, window: Window) -> AskedChange:
        order, told = self._order()
        start = max(window.start_min, self._span[0])
        when = instant_text(start, self._times.zone)
        told.append(
            "Moving an order means that its open work starts not before then; nothing is pulled forward."
        )
        change = OrderMove(order.id, start)
        text = f"{order.code} starts not before {when}"
        return AskedChange(
            self._asked.change,
            change,
            text,
            (window.assumption, *told),
            order=order,
            span=(start, None),
            when=when,
        )

    def _order_change(self) -> AskedChange:
        order, told = self._order()
        if self._asked.change is ChangeKind.CANCEL:
            told.append("Work that has begun stays in the plan.")
            text = f"{order.code} is cancelled"
            return AskedChange(self._asked.change, OrderCancelled(order.id), text, tuple(told), order=order)
        if self._asked.change is ChangeKind.PRIORITY:
            priority = self._asked.priority or order.priority
            text = f"{order.code} has priority {priority} instead of {order.priority}"
            change = PriorityChanged(order.id, priority)
            return AskedChange(self._asked.change, change, text, tuple(told), order=order)
        quantity = self._asked.quantity or 1
        told.append("Work that has begun or may not move keeps its length.")
        text = f"{order.code} has {quantity} pieces instead of {order.quantity}"
        change = QuantityChanged(order.id, quantity)
        return AskedChange(self._asked.change, change, text, tuple(told), order=order)

    def _due(self, tenant: TenantContext) -> AskedChange:
        order, told = self._order()
        due = read_due(
            self._asked.due or "", tenant, cutoff_local_min=self._shop.settings.due_cutoff_local_min
        )
        text = f"{order.code} is due {due.sentence}"
        told = [due.assumption, *told, "A due date moves no work."]
        change = DueDateChanged(order.id, due.end_min)
        return AskedChange(self._asked.change, change, text, tuple(told), order=order)


def _given(window: Window | None) -> Window:
    if window is None:
        raise InvalidToolInput("Say when: `window`, or `from` and `to`.")
    return window


def _said(assumption: str | None) -> list[str]:
    return [] if assumption is None else [assumption]
