"""The shop's machines and operators, as a board lists them."""

from datetime import UTC, datetime
from typing import Final
from zoneinfo import ZoneInfo

from pydantic import BaseModel

from leadhand.context import TenantContext
from planning.shop import Interval, Machine, Minute, Operator, Shop
from runs.desk import Desk
from server.caller import OpenDesk, Reader
from server.paging import DEFAULT_LIMIT, Cursor, Limit, page_by_key
from server.routes.described import api_router

router = api_router("shop")

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


class NamedRow(BaseModel):
    id: str
    code: str
    name: str


class CalendarRow(BaseModel):
    id: str
    name: str


class MachineRow(NamedRow):
    """`active_from`, `active_to`: ISO 8601 with the shop's offset, null without a bound."""

    work_center: NamedRow
    calendar: CalendarRow
    active_from: str | None
    active_to: str | None


class SkillRow(NamedRow):
    valid_from: str | None
    valid_to: str | None


class OperatorRow(NamedRow):
    """`max_parallel`: how many machines the operator can attend at once."""

    calendar: CalendarRow
    max_parallel: int
    skills: list[SkillRow]
    active_from: str | None
    active_to: str | None


class MachinePage(BaseModel):
    """In order of code. `next_cursor` is null on the last page; `total` counts all pages."""

    machines: list[MachineRow]
    total: int
    next_cursor: str | None


class OperatorPage(BaseModel):
    """In order of code. `next_cursor` is null on the last page; `total` counts all pages."""

    operators: list[OperatorRow]
    total: int
    next_cursor: str | None


@router.get("/machines", summary="The shop's machines")
async def list_machines(
    tenant: Reader, desk: OpenDesk, cursor: Cursor = None, limit: Limit = DEFAULT_LIMIT
) -> MachinePage:
    shop = await _load(desk, tenant)
    page, following = page_by_key(list(shop.machines.values()), lambda machine: machine.code, cursor, limit)
    rows = [_machine_row(shop, machine) for machine in page]
    return MachinePage(machines=rows, total=len(shop.machines), next_cursor=following)


@router.get("/operators", summary="The shop's operators and their skills")
async def list_operators(
    tenant: Reader, desk: OpenDesk, cursor: Cursor = None, limit: Limit = DEFAULT_LIMIT
) -> OperatorPage:
    shop = await _load(desk, tenant)
    page, following = page_by_key(list(shop.operators.values()), lambda person: person.code, cursor, limit)
    rows = [_operator_row(shop, operator) for operator in page]
    return OperatorPage(operators=rows, total=len(shop.operators), next_cursor=following)


async def _load(desk: Desk, tenant: TenantContext) -> Shop:
    """Master data; the window is the present minute, since no booking is shown."""
    now = int((tenant.as_of - _EPOCH).total_seconds()) // 60
    window: Interval = (now, now + 1)
    return await desk.shops.load(tenant, window)


def _machine_row(shop: Shop, machine: Machine) -> MachineRow:
    center = shop.work_centers[machine.work_center_id]
    return MachineRow(
        id=machine.id,
        code=machine.code,
        name=machine.name,
        work_center=NamedRow(id=center.id, code=center.code, name=center.name),
        calendar=_calendar_row(shop, machine.calendar_id),
        active_from=_local(shop, machine.active_from),
        active_to=_local(shop, machine.active_to),
    )


def _operator_row(shop: Shop, operator: Operator) -> OperatorRow:
    skills = [
        SkillRow(
            id=held.skill_id,
            code=shop.skills[held.skill_id].code,
            name=shop.skills[held.skill_id].name,
            valid_from=_local(shop, held.valid_from),
            valid_to=_local(shop, held.valid_to),
        )
        for held in operator.skills
    ]
    return OperatorRow(
        id=operator.id,
        code=operator.code,
        name=operator.name,
        calendar=_calendar_row(shop, operator.calendar_id),
        max_parallel=operator.max_parallel,
        skills=sorted(skills, key=lambda skill: skill.code),
        active_from=_local(shop, operator.active_from),
        active_to=_local(shop, operator.active_to),
    )


def _calendar_row(shop: Shop, calendar_id: str) -> CalendarRow:
    return CalendarRow(id=calendar_id, name=shop.calendars[calendar_id].name)


def _local(shop: Shop, minute: Minute | None) -> str | None:
    if minute is None:
        return None
    return datetime.fromtimestamp(minute * 60, ZoneInfo(shop.settings.timezone)).isoformat()
