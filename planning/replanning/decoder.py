"""From a priority list to a plan: forward insertion, job by job, beside the work that stays (6.2, 6.6)."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

from planning.calendars import ShopTimes
from planning.intervals import clip, intersect, normalize
from planning.replanning.question import ChangeWeights, ReplanScore
from planning.replanning.roster import Attended, Member, Pools, Roster
from planning.replanning.tracks import Track
from planning.replanning.work import Job, Work
from planning.shop import Booking, Interval, Minute, Segment
from planning.workplaces import Need, Workplace, first_block


@dataclass(frozen=True, slots=True)
class PriorityList:
    """Jobs in the order in which they are placed; `keep`: those that stay where they are if they can.

    `forced`: the only option of a job that is allowed, by job; empty: none is forced.
    """

    jobs: tuple[int, ...]
    keep: frozenset[int] = frozenset()
    forced: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Placed:
    """Where a job lands; `option` None: where it was."""

    option: int | None
    start: Minute
    end: Minute
    people: tuple[Attended, ...] = ()


@dataclass(frozen=True, slots=True)
class Plan:
    """A decoded list: where each of its jobs lies, and the score of their orders."""

    source: PriorityList
    placed: tuple[tuple[int, Placed], ...]
    score: ReplanScore


_Ranked: TypeAlias = tuple[Minute, Minute, tuple[int, str, str]]


class Floorplan:
    """Machines and people with the work that stays; forks take more."""

    def __init__(self, tracks: dict[str, Track], roster: Roster) -> None:
        self._tracks = tracks
        self._own: dict[str, Track] = {}
        self.roster = roster

    def fork(self) -> "Floorplan":
        return Floorplan({**self._tracks, **self._own}, self.roster.fork())

    def track(self, machine_id: str) -> Track:
        return self._own.get(machine_id) or self._tracks[machine_id]

    def take(self, machine_id: str, start: Minute, end: Minute, people: Iterable[Attended]) -> None:
        """Work that is placed."""
        if end > start:
            track = self._own.get(machine_id)
            if track is None:
                track = self._own[machine_id] = self._tracks[machine_id].copy()
            track.block(start, end)
        for since, until, operator_id in people:
            self.roster.take(operator_id, since, until)


class Decoder:
    """Decodes lists over the same free work, any number of times."""

    def __init__(self, times: ShopTimes, work: Work, weights: ChangeWeights, as_of: Minute) -> None:
        self.work = work
        self.times = times
        self.pools = Pools(times)
        self._as_of = as_of
        self.weights = weights
        self._horizon = times.window[1]
        machines = {job.booking.machine_id for job in work.jobs}
        machines |= {option.machine_id for job in work.jobs for option in job.options}
        self._skill = {key: self._skill_of(key) for key in machines}
        self.base = self._floorplan(machines)
        self._stands = tuple(self._can_ever_stand(job) for job in work.jobs)
        self._people = tuple(_people_of(job.booking) for job in work.jobs)

    def crew(self, machine_id: str) -> tuple[Member, ...]:
        """Who may attend the machine, by code."""
        return self.pools.of(self._skill[machine_id])

    def skill(self, machine_id: str) -> str | None:
        return self._skill[machine_id]

    def decode(self, source: PriorityList, floor: Floorplan, *, not_above: int | None = None) -> Plan | None:
        """The plan of the list's jobs (whole orders) beside what is on `floor`, which stays as it is.

        None: a job finds no place before the horizon ends, or the weighted tardiness exceeds `not_above`.
        """
        return _Decoding(self, source, floor.fork(), not_above).run()

    def place(self, job: Job, ready: Minute, floor: Floorplan, option: int | None = None) -> Placed | None:
        """Where the job ends first on any of its machines (or on the one of `option`)."""
        options = range(len(job.options)) if option is None else (option,)
        found: list[tuple[_Ranked, int]] = []
        for index in options:
            choice = job.options[index]
            if not choice.minutes:
                return Placed(None if choice.machine_id == job.booking.machine_id else index, ready, ready)
            span = floor.track(choice.machine_id).first(ready, choice.minutes, splittable=job.splittable)
            if span is not None:
                found.append(((span[1], span[0], choice.rank), index))
        if not any(job.options[index].attended_min for _, index in found):
            if not found:
                return None
            (end, start, _), index = min(found)
            return Placed(index, start, end)
        return self._with_people(job, ready, floor, sorted(found))

    def _with_people(
        self, job: Job, ready: Minute, floor: Floorplan, found: Sequence[tuple[_Ranked, int]]
    ) -> Placed | None:
        """The machines in the order in which they alone would be done; people can only make it later."""
        best: tuple[_Ranked, Placed] | None = None
        for rank, index in found:
            if best is not None and best[0] <= rank:
                break
            placed = self._attended(job, index, ready, floor, (rank[1], rank[0]))
            if placed is not None:
                key = placed.end, placed.start, rank[2]
                if best is None or key < best[0]:
                    best = key, placed
        return None if best is None else best[1]

    def _attended(
        self, job: Job, index: int, ready: Minute, floor: Floorplan, alone: Interval
    ) -> Placed | None:
        """On one machine with people; `alone` is where it would be without."""
        option = job.options[index]
        if not option.attended_min:
            return Placed(index, *alone)
        track, members = floor.track(option.machine_id), self.crew(option.machine_id)
        place = track.workplace
        start, end = alone
        turn = end if option.attended_min == option.minutes else track.turn(start, option.attended_min)
        people = floor.roster.cover(members, clip(place.available, (start, turn)))
        if people is not None:
            return Placed(index, start, end, people)
        need = Need(option.attended_min, option.minutes - option.attended_min, job.splittable)

        def attended(within: Interval) -> tuple[Interval, ...]:
            return intersect(clip(place.available, within), floor.roster.free(members, within))

        beside = place.beside(track.envelopes)
        block = first_block(beside, attended, need, ready, self._horizon)
        if block is None:
            return None
        people = floor.roster.cover(members, attended((block.start, block.turn)))
        return None if people is None else Placed(index, block.start, block.end, people)

    def stay(self, job: Job, over_at: Minute, floor: Floorplan) -> Placed | None:
        """Where the job is now, if nothing of it is taken and all before it is over; else None."""
        row = job.booking
        if not self._stands[job.number] or row.envelope_start < over_at:
            return None
        if row.envelope_end > row.envelope_start and not floor.track(row.machine_id).is_free(
            row.envelope_start, row.envelope_end
        ):
            return None
        people = _attendance(row)
        for start, end, operator_id in people:
            if not floor.roster.can_attend(self._member(row.machine_id, operator_id), (start, end)):
                return None
        return Placed(None, row.envelope_start, row.envelope_end, people)

    def change_points(self, job: Job, placed: Placed) -> int:
        """What the change of this booking costs in the second goal."""
        row = job.booking
        points = 0
        if placed.option is not None and job.options[placed.option].machine_id != row.machine_id:
            points += self.weights.machine
        if placed.start != row.envelope_start:
            points += self.weights.start
        if frozenset(who for _, _, who in placed.people) != self._people[job.number]:
            points += self.weights.operator
        return points

    def booking(self, job: Job, placed: Placed) -> Booking:
        """The booking as it is placed."""
        row = job.booking
        if placed.option is None:
            if placed.start == row.envelope_start:
                return row
            moved = tuple(replace(s, start=placed.start, end=placed.start) for s in row.segments)
            return replace(row, envelope_start=placed.start, envelope_end=placed.end, segments=moved)
        option = job.options[placed.option]
        place: Workplace = self.base.track(option.machine_id).workplace
        turn = placed.people[-1][1] if placed.people else placed.start
        segments = (
            *(Segment(*stretch) for stretch in placed.people),
            *(Segment(start, end) for start, end in clip(place.available, (turn, placed.end))),
        )
        same = option.machine_id == row.machine_id and placed.start == row.envelope_start
        if same and placed.end == row.envelope_end and segments == row.segments:
            return row
        return replace(
            row,
            machine_id=option.machine_id,
            envelope_start=placed.start,
            envelope_end=placed.end,
            segments=segments,
            waived_conflict=False,
        )

    def beside(self, floor: Floorplan, plan: Plan, jobs: frozenset[int]) -> Floorplan:
        """The floor with the plan's other jobs on it."""
        other = floor.fork()
        for number, placed in plan.placed:
            if number not in jobs:
                job = self.work.jobs[number]
                machine_id = (
                    job.booking.machine_id if placed.option is None else job.options[placed.option].machine_id
                )
                other.take(machine_id, placed.start, placed.end, placed.people)
        return other.fork()

    def as_it_stands(self) -> Plan:
        """The plan before anything moves, scored without its faults."""
        placed = {
            job.number: Placed(
                None, job.booking.envelope_start, job.booking.envelope_end, _attendance(job.booking)
            )
            for job in self.work.jobs
        }
        return self.plan_of(placed)

    def plan_of(self, placed: Mapping[int, Placed]) -> Plan:
        """Places (of whole orders) as a plan: its list is in order of start."""
        numbers = sorted(placed, key=lambda n: (placed[n].start, placed[n].end, n))
        jobs = self.work.jobs
        source = PriorityList(
            tuple(numbers),
            frozenset(n for n in numbers if placed[n].option is None),
            tuple((n, option) for n in numbers if (option := placed[n].option) is not None),
        )
        tardiness = finish_sum = 0
        for order in {jobs[n].order for n in numbers}:
            row = self.work.orders[order]
            finish = max([row.fixed_finish, *(placed[n].end + lag for n, lag in row.ends)])
            tardiness += row.tardiness(finish)
            finish_sum += self.after_start(finish)
        points = sum(self.change_points(jobs[n], placed[n]) for n in numbers)
        return Plan(source, tuple(placed.items()), self.score(tardiness, points, finish_sum))

    def score(self, tardiness: int, points: int, finish_sum: int) -> ReplanScore:
        """With what the orders without free work add."""
        return ReplanScore(
            tardiness + self.work.fixed_tardiness, 0, points, finish_sum + self.work.fixed_finish_sum
        )

    def after_start(self, finish: Minute) -> int:
        return finish - self._as_of

    def _floorplan(self, machines: Iterable[str]) -> Floorplan:
        shop = self.times.shop
        taken: dict[str, list[Interval]] = {key: [] for key in machines}
        for row in self.work.fixed:
            if row.machine_id in taken and row.envelope_end > row.envelope_start:
                taken[row.machine_id].append((row.envelope_start, row.envelope_end))
        tracks = {
            key: Track(
                Workplace(key, shop.machines[key].code, self.times.machine(key).available, ()), taken[key]
            )
            for key in sorted(taken)
        }
        roster = Roster(self.times)
        roster.take_all(self.work.fixed)
        return Floorplan(tracks, roster.fork())

    def _can_ever_stand(self, job: Job) -> bool:
        """Whether its machine is open where it is, and it takes what it should; people apart."""
        work = normalize((s.start, s.end) for s in job.booking.segments)
        available = self.times.machine(job.booking.machine_id).available
        return intersect(work, available) == work

    def _skill_of(self, machine_id: str) -> str | None:
        shop = self.times.shop
        return shop.work_centers[shop.machines[machine_id].work_center_id].skill_id

    def _member(self, machine_id: str, operator_id: str) -> Member:
        for member in self.crew(machine_id):
            if member.operator_id == operator_id:
                return member
        return Member(operator_id, ())  # not qualified: never free


class _Decoding:
    """One run over one list."""

    def __init__(
        self, decoder: Decoder, source: PriorityList, floor: Floorplan, not_above: int | None
    ) -> None:
        self._decoder = decoder
        self._source = source
        self._floor = floor
        self._forced = dict(source.forced)
        self._not_above = not_above
        self._placed: dict[int, Placed] = {}
        self._left: dict[int, int] = {}
        self._tardiness = self._points = self._finish_sum = 0

    def run(self) -> Plan | None:
        for number in self._source.jobs:
            if number in self._source.keep:
                self._keep(self._decoder.work.jobs[number])
        for number in self._source.jobs:
            if number not in self._placed and not self._place_with_those_before(number):
                return None
        score = self._decoder.score(self._tardiness, self._points, self._finish_sum)
        return Plan(self._source, tuple(self._placed.items()), score)

    def _place_with_those_before(self, number: int) -> bool:
        waiting = [number]
        while waiting:
            job = self._decoder.work.jobs[waiting[-1]]
            missing = [dep for dep, _ in job.deps if dep not in self._placed]
            if missing:
                waiting += missing
                continue
            waiting.pop()
            if job.number not in self._placed and not self._place(job):
                return False
        return True

    def _keep(self, job: Job) -> None:
        """What stays is placed first, so that nothing that moves is in its way."""
        if all(dep in self._placed for dep, _ in job.deps):
            placed = self._decoder.stay(job, self._over_at(job), self._floor)
            if placed is not None:
                self._settle(job, placed)

    def _place(self, job: Job) -> bool:
        over_at = self._over_at(job)
        placed = self._decoder.stay(job, over_at, self._floor) if job.number in self._source.keep else None
        if placed is None:
            ready = max(over_at, job.ready_at)
            placed = self._decoder.place(job, ready, self._floor, self._forced.get(job.number))
        if placed is None:
            return False
        self._settle(job, placed)
        return self._not_above is None or self._tardiness <= self._not_above

    def _over_at(self, job: Job) -> Minute:
        return max([job.over_at, *(self._placed[dep].end + lag for dep, lag in job.deps)])

    def _settle(self, job: Job, placed: Placed) -> None:
        machine_id = (
            job.booking.machine_id if placed.option is None else job.options[placed.option].machine_id
        )
        self._floor.take(machine_id, placed.start, placed.end, placed.people)
        self._placed[job.number] = placed
        self._points += self._decoder.change_points(job, placed)
        self._count(job)

    def _count(self, job: Job) -> None:
        """Once the last job of its order is placed, what the order adds."""
        order = self._decoder.work.orders[job.order]
        left = self._left.get(job.order, len(order.jobs)) - 1
        self._left[job.order] = left
        if left:
            return
        finish = order.fixed_finish
        for number, lag in order.ends:
            finish = max(finish, self._placed[number].end + lag)
        self._tardiness += order.tardiness(finish)
        self._finish_sum += self._decoder.after_start(finish)


def _attendance(booking: Booking) -> tuple[Attended, ...]:
    return tuple((s.start, s.end, s.operator_id) for s in booking.segments if s.operator_id is not None)


def _people_of(booking: Booking) -> frozenset[str]:
    return frozenset(s.operator_id for s in booking.segments if s.operator_id is not None)
