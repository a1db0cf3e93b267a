"""A demo shop without its work: settings, calendars, machines, people, and when they are away."""

from dataclasses import dataclass, replace
from datetime import date
from zoneinfo import ZoneInfo

from planning.calendars import ShopTimes
from planning.shop import Absence, Downtime, Shop
from storage.demo import machines, people, site
from storage.demo.dates import PlanDates
from storage.demo.draw import Ids, dice
from storage.demo.machines import Cell
from storage.demo.people import Crew
from storage.demo.sizes import EXTENTS, DemoSize, Extent


@dataclass(frozen=True, slots=True)
class Master:
    """`shop` has this morning's breakdown and sick call; `expected` is what the planner had in mind."""

    extent: Extent
    ids: Ids
    dates: PlanDates
    cells: tuple[Cell, ...]
    crew: Crew
    shop: Shop
    expected: Shop

    def times(self) -> ShopTimes:
        """Times of the forward plan."""
        return ShopTimes(self.expected, self.dates.window)

    def past_times(self, days: int | None = None) -> ShopTimes:
        """Times of the `days` before, or of all the years that the history may take."""
        days = days or 365 * self.extent.history_years
        return ShopTimes(self.shop, (self.dates.local_midnight(-days), self.dates.anchor))


def master(*, size: DemoSize, seed: int, today: date, name: str) -> Master:
    extent, ids = EXTENTS[size], Ids(seed)
    settings = site.shop_settings(name, ids)
    calendars = site.calendars(ids)
    exceptions = site.exceptions(calendars, ids, today=today, years_back=extent.history_years)
    closed = {
        e.production_date for e in exceptions if e.production_date and e.kind is site.ExceptionKind.CLOSURE
    }
    dates = PlanDates.around(today, ZoneInfo(settings.timezone), closed)
    skills = machines.skills(ids)
    cells = machines.cells(size, ids, calendars=calendars, skills=skills)
    crew = people.crew(
        extent.operators,
        ids,
        dice(seed, "crew"),
        cells=cells,
        calendars=calendars,
        skills=skills,
        dates=dates,
    )
    planned = machines.maintenance(cells, ids, dice(seed, "maintenance"), dates=dates)
    away = people.vacations(crew, ids, dice(seed, "absences"), dates=dates)
    broken = machines.breakdown(cells, ids, since=dates.anchor - 150)
    sick = people.sick_leave(crew, ids, since=dates.local_midnight(0))
    shop = Shop(
        settings=settings,
        calendars={c.id: c for c in calendars.values()},
        exceptions=exceptions,
        work_centers={c.work_center.id: c.work_center for c in cells},
        machines={m.id: m for cell in cells for m in cell.machines},
        skills={s.id: s for s in skills.values()},
        operators=crew.operators,
    )
    return Master(
        extent,
        ids,
        dates,
        cells,
        crew,
        shop=_with(shop, (*planned, *broken), (*away, sick)),
        expected=_with(
            shop,
            (*planned, *(replace(d, start=dates.settled) for d in broken)),
            (*away, replace(sick, start=dates.settled)),
        ),
    )


def _with(shop: Shop, downtimes: tuple[Downtime, ...], absences: tuple[Absence, ...]) -> Shop:
    return replace(shop, downtimes=downtimes, absences=absences)
