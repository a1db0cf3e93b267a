"""What machines and people are alike in on a board: a resource has a calendar, is in use for a time, and is
listed by code beside its load in a window.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

from typing_extensions import TypedDict

from planning.shop import Machine, Operator, Shop
from tools.boards.lookup import says
from tools.boards.opened import (
    BoardAnswer,
    BoardPage,
    CalendarName,
    InWindow,
    Opened,
    Stamp,
    calendar_name,
    is_active,
)
from tools.boards.paging import after_code, code_cursor, page_by_key
from tools.views import View, WindowView

Resource = TypeVar("Resource", Machine, Operator)


class BoardResource(View):
    """`active_from`, `active_to`: null without a bound."""

    id: str
    code: str
    name: str
    calendar: CalendarName
    active: bool
    active_from: str | None
    active_to: str | None


class ResourcePage(BoardPage):
    """In order of code."""

    window: WindowView
    total: int


class ResourceAnswer(BoardAnswer):
    window: WindowView


@dataclass(frozen=True, slots=True)
class ResourcesAsked:
    """`active`: at this minute; None: those too that are no longer, or not yet."""

    limit: int
    active: bool | None = None
    text: str | None = None
    cursor: str | None = None


class ResourceFields(TypedDict):
    """The fields of `BoardResource`."""

    id: str
    code: str
    name: str
    calendar: CalendarName
    active: bool
    active_from: str | None
    active_to: str | None


class PageFields(Stamp):
    """The fields of `ResourcePage`."""

    warnings: list[str]
    next_cursor: str | None
    window: WindowView
    total: int


def resource_fields(opened: Opened, shop: Shop, row: Machine | Operator) -> ResourceFields:
    return ResourceFields(
        id=row.id,
        code=row.code,
        name=row.name,
        calendar=calendar_name(shop, row.calendar_id),
        active=is_active(row, opened.now),
        active_from=opened.at(row.active_from),
        active_to=opened.at(row.active_to),
    )


def is_asked_for(row: Machine | Operator, opened: Opened, asked: ResourcesAsked) -> bool:
    """Whether use and texts are as asked."""
    if asked.active is not None and is_active(row, opened.now) is not asked.active:
        return False
    return asked.text is None or says(asked.text, row.code, row.name)


def page_of(
    opened: Opened, within: InWindow, rows: Sequence[Resource], asked: ResourcesAsked
) -> tuple[list[Resource], PageFields]:
    """One page of the rows, and what is said of it; raises InvalidRequest for a cursor of another list."""
    page, following = page_by_key(rows, lambda row: (row.code,), after_code(asked.cursor), asked.limit)
    return page, PageFields(
        **opened.stamp(),
        warnings=[],
        next_cursor=code_cursor(following),
        window=opened.window_view(within.window),
        total=len(rows),
    )
