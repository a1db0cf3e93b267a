"""The people of a board: who is there now, on what, with which skills, and their load in a window."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from pydantic import Field

from planning.availability import Question
from planning.operator_availability import (
    OperatorAvailability,
    OperatorStatus,
    Presence,
    held_skills,
    operator_availability,
)
from planning.shop import Operator
from planning.zones import MINUTES_PER_DAY
from tools.boards.lookup import skill_named
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
from tools.machine_views import FreeSlotRow, Reason
from tools.operator_views import AbsenceRow, OperatorRow, OperatorViews, ShiftRow, WorkRow
from tools.views import PAGE_ROWS, FiguresView, Named


class BoardSkill(Named):
    valid: bool = Field(description="Now.")
    valid_from: str | None
    valid_to: str | None = Field(description="Exclusive end; null: for good.")


class BoardOperator(BoardResource):
    max_parallel: int = Field(description="How many jobs the person may attend at once.")
    skills: list[BoardSkill]
    presence: Presence = Field(description="Now, by the plan. off_shift: no shift, a break or a closure.")
    doing: list[WorkRow] = Field(description="The work at this minute, whatever the presence says.")
    next_available: str | None = Field(description="From now on, when an hour of one more job fits.")
    next_available_reason: Literal["beyond_horizon"] | None
    status: OperatorStatus = Field(description="In the window.")
    figures: FiguresView = Field(description="Of the window.")


class OperatorDetails(BoardOperator):
    """With what `get_operator_availability` tells of one person in the window."""

    reasons: list[Reason]
    free_slots_total: int
    free_slots: list[FreeSlotRow]
    absences_total: int
    absences: list[AbsenceRow]
    closures: list[Reason]
    shifts_total: int
    shifts: list[ShiftRow]
    work_total: int
    work_continues: str | None
    work: list[WorkRow]


class OperatorPage(ResourcePage):
    operators: list[BoardOperator]


class OperatorAnswer(ResourceAnswer):
    operator: OperatorDetails


@dataclass(frozen=True, slots=True)
class OperatorsAsked(ResourcesAsked):
    """`skill`: held at this minute."""

    skill: str | None = None


def operator_page(opened: Opened, within: InWindow, asked: OperatorsAsked) -> OperatorPage:
    """One page of the people that fit.

    Raises:
        NotFound: the skill.
        InvalidRequest: a cursor of another list.
    """
    page, fields = page_of(opened, within, _fitting(opened, asked), asked)
    return OperatorPage(**fields, operators=[_rows(opened, within, operator, 1)[0] for operator in page])


def operator_answer(opened: Opened, within: InWindow, operator: Operator) -> OperatorAnswer:
    board, row = _rows(opened, within, operator, PAGE_ROWS)
    shown = {name: value for name, value in row if name in OperatorDetails.model_fields}
    return OperatorAnswer(
        **opened.stamp(),
        window=opened.window_view(within.window),
        operator=OperatorDetails(**{**shown, **dict(board)}),
    )


def _fitting(opened: Opened, asked: OperatorsAsked) -> Sequence[Operator]:
    shop, now = opened.index.shop, opened.now
    skill_id = None if asked.skill is None else skill_named(shop, asked.skill).id
    return [
        operator
        for operator in shop.operators.values()
        if (skill_id is None or _holds(operator, skill_id, now)) and is_asked_for(operator, opened, asked)
    ]


def _holds(operator: Operator, skill_id: str, now: int) -> bool:
    return any(
        held.skill_id == skill_id
        and (held.valid_from is None or held.valid_from <= now)
        and (held.valid_to is None or now < held.valid_to)
        for held in operator.skills
    )


def _rows(
    opened: Opened, within: InWindow, operator: Operator, inner_rows: int
) -> tuple[BoardOperator, OperatorRow]:
    """The person as a board lists them, and as the tool tells them."""
    shop = within.index.shop
    found = _found(opened, within, operator)
    row = OperatorViews(shop, within.index.zone, within.interval, inner_rows, frozenset()).operator(found)
    board = BoardOperator(
        **resource_fields(opened, shop, operator),
        max_parallel=operator.max_parallel,
        skills=sorted(
            (
                BoardSkill(
                    **dict(held.skill), valid=held.valid, valid_from=held.valid_from, valid_to=held.valid_to
                )
                for held in row.skills
            ),
            key=lambda held: held.code,
        ),
        presence=row.presence,
        doing=row.doing,
        next_available=row.next_available,
        next_available_reason=row.next_available_reason,
        status=row.status,
        figures=row.figures,
    )
    return board, row


def _found(opened: Opened, within: InWindow, operator: Operator) -> OperatorAvailability:
    index, now = opened.index, opened.now
    window = within.interval if within.is_present else (now, now + 1)
    work = index.by_operator.get(operator.id, ())
    present = operator_availability(opened.times, operator, work, Question(window, now, opened.horizon), now)
    if within.is_present:
        return present
    # That index holds the work of its own time alone, so the present is told by the other one.
    start, end = within.interval
    other = operator_availability(
        within.index.times((start - MINUTES_PER_DAY, end + MINUTES_PER_DAY)),
        operator,
        within.index.by_operator.get(operator.id, ()),
        Question(within.interval, end, end),
        end,
    )
    return replace(
        other,
        presence=present.presence,
        now=present.now,
        next_slot=present.next_slot,
        skills=held_skills(operator, within.interval, now),
    )
