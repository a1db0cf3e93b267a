"""The machines of a board: how each stands now, and its load in a window."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Literal

from pydantic import Field

from planning.availability import MachineAvailability, MachineStatus, Question, machine_availability
from planning.calendars import ShopTimes
from planning.intervals import contains
from planning.shop import BookingStatus, Machine, Minute
from tools.boards.lookup import machines_of
from tools.boards.opened import InWindow, Opened
from tools.boards.resources import (
    BoardResource,
    ResourceAnswer,
    ResourcePage,
    ResourcesAsked,
    is_asked_for,
    page_of,
    resource_fields,
)
from tools.machine_views import (
    CurrentOrder,
    DoubleBookingRow,
    DowntimeRow,
    FreeSlotRow,
    MachineRow,
    MachineViews,
    Reason,
    ScheduleRow,
)
from tools.views import PAGE_ROWS, FiguresView, Named, work_center_of


class MachineState(StrEnum):
    """At this minute. `blocked`: open, a booking holds it, and nobody is planned to work just now."""

    RUNNING = "running"
    BLOCKED = "blocked"
    FREE = "free"
    DOWN = "down"
    CLOSED = "closed"


class BoardMachine(BoardResource):
    work_center: Named
    state: MachineState = Field(description="Now, by the plan.")
    state_reason: str | None = Field(description="What it is down or closed for, where the plan names it.")
    current_order: list[CurrentOrder] = Field(description="What holds the machine now, earliest first.")
    next_available: str | None = Field(description="From now on, when an hour of work fits.")
    next_available_reason: Literal["beyond_horizon"] | None
    status: MachineStatus = Field(description="In the window.")
    figures: FiguresView = Field(description="Of the window.")


class MachineDetails(BoardMachine):
    """With what `get_machine_availability` tells of one machine in the window."""

    reasons: list[Reason]
    free_slots_total: int
    free_slots: list[FreeSlotRow]
    downtimes: list[DowntimeRow]
    closures: list[Reason]
    double_bookings: list[DoubleBookingRow]
    schedule_total: int
    schedule_continues: str | None
    schedule: list[ScheduleRow]


class MachinePage(ResourcePage):
    machines: list[BoardMachine]


class MachineAnswer(ResourceAnswer):
    machine: MachineDetails


@dataclass(frozen=True, slots=True)
class MachinesAsked(ResourcesAsked):
    work_center: str | None = None


def machine_page(opened: Opened, within: InWindow, asked: MachinesAsked) -> MachinePage:
    """One page of the machines that fit.

    Raises:
        NotFound: the work center.
        InvalidRequest: a cursor of another list.
    """
    page, fields = page_of(opened, within, _fitting(opened, asked), asked)
    return MachinePage(**fields, machines=[_rows(opened, within, machine, 1)[0] for machine in page])


def machine_answer(opened: Opened, within: InWindow, machine: Machine) -> MachineAnswer:
    board, row = _rows(opened, within, machine, PAGE_ROWS)
    shown = {name: value for name, value in row if name in MachineDetails.model_fields}
    return MachineAnswer(
        **opened.stamp(),
        window=opened.window_view(within.window),
        machine=MachineDetails(**{**shown, **dict(board)}),
    )


def machine_state(
    times: ShopTimes, machine_id: str, found: MachineAvailability, now: Minute
) -> tuple[MachineState, str | None]:
    """How the machine stands at `now`, and what it is down or closed for."""
    for downtime in times.downtimes(machine_id):
        if downtime.start <= now and (downtime.end is None or now < downtime.end):
            return MachineState.DOWN, downtime.kind + (f": {downtime.note}" if downtime.note else "")
    time = times.machine(machine_id)
    if not contains(time.available, now):
        return MachineState.CLOSED, next((c.name for c in time.closed if contains(c.intervals, now)), None)
    if any(current.running for current in found.current):
        return MachineState.RUNNING, None
    held = any(current.booking.status is not BookingStatus.DONE for current in found.current)
    return (MachineState.BLOCKED if held else MachineState.FREE), None


def _fitting(opened: Opened, asked: MachinesAsked) -> Sequence[Machine]:
    shop = opened.index.shop
    of_center = None if asked.work_center is None else machines_of(shop, asked.work_center)
    return [
        machine
        for machine in shop.machines.values()
        if (of_center is None or machine.id in of_center) and is_asked_for(machine, opened, asked)
    ]


def _rows(
    opened: Opened, within: InWindow, machine: Machine, inner_rows: int
) -> tuple[BoardMachine, MachineRow]:
    """The machine as a board lists it, and as the tool tells it."""
    found, (state, reason) = _found(opened, within, machine)
    shop = within.index.shop
    row = MachineViews(shop, within.index.zone, inner_rows).machine(found)
    board = BoardMachine(
        **resource_fields(opened, shop, machine),
        work_center=work_center_of(shop, machine),
        state=state,
        state_reason=reason,
        current_order=row.current_order,
        next_available=row.next_available,
        next_available_reason=row.next_available_reason,
        status=row.status,
        figures=row.figures,
    )
    return board, row


def _found(
    opened: Opened, within: InWindow, machine: Machine
) -> tuple[MachineAvailability, tuple[MachineState, str | None]]:
    index, now = opened.index, opened.now
    window = within.interval if within.is_present else (now, now + 1)
    question = Question(window, now, opened.horizon)
    times = opened.times
    present = machine_availability(times, machine.id, index.by_machine.get(machine.id, ()), question)
    state = machine_state(times, machine.id, present, now)
    if within.is_present:
        return present, state
    # That index holds the bookings of its own time alone, so the present is told by the other one.
    end = within.interval[1]
    other = machine_availability(
        within.index.times(within.interval),
        machine.id,
        within.index.by_machine.get(machine.id, ()),
        Question(within.interval, end, end),
    )
    return replace(other, current=present.current, next_slot=present.next_slot), state
