"""What the TOML files beside this module say, as checked values."""

import tomllib
from functools import lru_cache
from importlib import resources
from typing import Annotated, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from planning.shop import Attendance
from storage.demo.sizes import DemoSize


def _local_minutes(value: object) -> object:
    if isinstance(value, str):
        hours, minutes = value.split(":")
        return int(hours) * 60 + int(minutes)
    return value


LocalTime = Annotated[int, BeforeValidator(_local_minutes)]
Range = tuple[int, int]


class _Template(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class ShiftTemplate(_Template):
    weekdays: tuple[int, ...]
    start: LocalTime
    end: LocalTime
    breaks: tuple[tuple[LocalTime, LocalTime], ...] = ()


class CalendarTemplate(_Template):
    key: str
    name: str
    shifts: tuple[str, ...]


class OvertimeTemplate(_Template):
    weekday: int
    start: LocalTime
    end: LocalTime


class BesideHoliday(_Template):
    holiday: str
    days_after: int
    name: str


class Closures(_Template):
    country: str
    subdivision: str
    observed: tuple[str, ...]
    beside: tuple[BesideHoliday, ...]


class SiteTemplate(_Template):
    timezone: str
    locale: str
    at_risk_buffer_h: int
    utilization_threshold_pct: int
    horizon_days: int
    shifts: dict[str, ShiftTemplate]
    calendars: tuple[CalendarTemplate, ...]
    standard_overtime: tuple[OvertimeTemplate, ...]
    closures: Closures


class MachineTemplate(_Template):
    code: str
    name: str
    keep_single: bool = False
    breaks_down: bool = False


class WorkCenterTemplate(_Template):
    code: str
    name: str
    count: dict[DemoSize, int]
    people: float
    share: float
    calendar: str
    machines: tuple[MachineTemplate, ...]
    skill: str | None = None


class SkillTemplate(_Template):
    key: str
    code: str
    name: str


class MachineryTemplate(_Template):
    work_centers: tuple[WorkCenterTemplate, ...]
    skills: tuple[SkillTemplate, ...]


class StepTemplate(_Template):
    does: str
    at: str | None = None
    setup: Range = (0, 0)
    run: Range = (0, 0)
    attendance: Attendance = Attendance.NONE
    whole: bool = False
    optional: bool = False
    wait_min: int = 0
    outside_days: int | None = None


class PartTemplate(_Template):
    name: str
    material: str
    quantity: Range
    steps: tuple[StepTemplate, ...]


class PartsTemplate(_Template):
    parts: tuple[PartTemplate, ...] = Field(min_length=1)


class PeopleTemplate(_Template):
    first_names: tuple[str, ...]
    last_names: tuple[str, ...]
    customers: tuple[str, ...]


T = TypeVar("T", bound=BaseModel)


def _read(name: str, model: type[T]) -> T:
    text = resources.files("storage.demo").joinpath(name).read_text(encoding="utf-8")
    return model.model_validate(tomllib.loads(text))


@lru_cache(maxsize=1)
def site() -> SiteTemplate:
    return _read("site.toml", SiteTemplate)


@lru_cache(maxsize=1)
def machinery() -> MachineryTemplate:
    return _read("machines.toml", MachineryTemplate)


@lru_cache(maxsize=1)
def parts() -> tuple[PartTemplate, ...]:
    return _read("parts.toml", PartsTemplate).parts


@lru_cache(maxsize=1)
def people() -> PeopleTemplate:
    return _read("people.toml", PeopleTemplate)
