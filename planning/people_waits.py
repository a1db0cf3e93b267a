"""Work that stood before an open, free machine because nobody qualified was free, by skill."""

from collections import defaultdict
from collections.abc import Mapping

from planning.calendars import ShopTimes
from planning.floor import Floor
from planning.intervals import clip, overlap, subtract, total
from planning.plan_waits import PlanWaits
from planning.shop import Interval, Intervals


class PeopleWaits:
    """Of one plan in one window; work that is planned without people awaits nobody."""

    def __init__(self, times: ShopTimes, plan: PlanWaits, window: Interval) -> None:
        self._shop, self._plan = times.shop, plan
        waited = [wait for wait in plan.waits if wait.attended and not wait.busy]
        start = min([window[0], *(wait.span[0] for wait in waited)])
        end = max([window[1], *(wait.span[1] for wait in waited)])
        self._floor = Floor(times.shop, (start, end))
        self._crews: dict[str | None, Intervals] = {}
        self._nobody: dict[str, Intervals] = {}
        self._queue: defaultdict[str, int] = defaultdict(int)
        self._delays: defaultdict[str, defaultdict[str, int]] = defaultdict(lambda: defaultdict(int))
        for machine_id, standing in plan.standing.items():
            unmanned, skill_id = self._unmanned(machine_id)
            for row in standing:
                if skill_id is not None and row.attended and overlap(row.span, window):
                    span = max(row.span[0], window[0]), min(row.span[1], window[1])
                    self._queue[skill_id] += total(clip(unmanned, span))
        for wait in waited:
            unmanned, skill_id = self._unmanned(wait.machine_id)
            minutes = total(clip(unmanned, wait.span))
            if skill_id is not None and minutes:
                self._delays[skill_id][wait.order_id] += minutes

    def queue(self, skill_id: str) -> int:
        """Minutes of the window, each operation counted."""
        return self._queue.get(skill_id, 0)

    def delays(self, skill_id: str) -> Mapping[str, int]:
        """Late order → minutes that it waited for somebody with the skill."""
        return self._delays.get(skill_id, {})

    def _unmanned(self, machine_id: str) -> tuple[Intervals, str | None]:
        """When the machine is open and free and nobody with its skill is, and that skill."""
        skill_id = self._shop.work_centers[self._shop.machines[machine_id].work_center_id].skill_id
        if machine_id not in self._nobody:
            place = self._floor.workplace(machine_id)
            if skill_id not in self._crews:
                self._crews[skill_id] = self._floor.crew(skill_id).free_within(self._floor.window)
            idle = subtract(place.available, place.envelopes)
            self._nobody[machine_id] = subtract(idle, self._crews[skill_id])
        return self._nobody[machine_id], skill_id
