"""A plan's bookings in columns, and the figures of all machines or people that follow from them in one go.

Made once for a plan (`plan_work`), whatever the window: a question about the whole shop then goes through its
machines and people, no longer through each of their bookings.
"""

from collections.abc import Callable, Sequence
from functools import cached_property
from itertools import chain
from operator import attrgetter

import numpy as np
import numpy.typing as npt

from planning.availability import booking_order
from planning.calendars import ResourceTime, ShopTimes
from planning.figure_columns import figure_columns
from planning.figures import Figures
from planning.intervals import clip
from planning.lanes import Axis, Column, Stretches, column, stretches
from planning.shop import Booking, Interval, Machine, Minute, Operator, Shop


class WorkColumns:
    """`bookings`: all of the plan, by start; the columns name them by their place there."""

    def __init__(self, shop: Shop) -> None:
        self.bookings: Sequence[Booking] = sorted(shop.bookings, key=booking_order)
        self._machines = {key: number for number, key in enumerate(shop.machines)}
        self._operators = {key: number for number, key in enumerate(shop.operators)}
        rows = self.bookings
        self._blocks = Stretches(
            column(map(self._machines.__getitem__, map(attrgetter("machine_id"), rows))),
            column(map(attrgetter("envelope_start"), rows)),
            column(map(attrgetter("envelope_end"), rows)),
        )
        worked = [b.segments for b in rows]
        segments = list(chain.from_iterable(worked))
        start, end = column(map(attrgetter("start"), segments)), column(map(attrgetter("end"), segments))
        self._booking = np.repeat(np.arange(len(rows)), column(map(len, worked)))
        self._of_machines = Stretches(self._blocks.lane[self._booking], start, end)
        # Work without anybody lies in a lane of its own, behind those of people.
        lanes: dict[str | None, int] = {**self._operators, None: len(self._operators)}
        attending = map(lanes.__getitem__, map(attrgetter("operator_id"), segments))
        self._of_operators = Stretches(column(attending), start, end)

    @cached_property
    def clashing_machines(self) -> frozenset[str]:
        """Machines that two bookings hold at once, at any time."""
        if not self.bookings:
            return frozenset()
        blocks = self._blocks
        axis = Axis(len(self._machines), (int(blocks.start.min()), int(blocks.end.max())))
        held = axis.place(blocks)
        twice = (axis.minutes(held) > axis.minutes(held.merged()))[:, 0]
        return frozenset(key for key, lane in self._machines.items() if twice[lane])

    def work_of(self, operator_id: str) -> list[Interval]:
        """All that the person does, in no order."""
        own = self._of_operators.where(self._of_operators.lane == self._operators[operator_id])
        return list(zip(own.start.tolist(), own.end.tolist(), strict=True))

    def touching(self, window: Interval, machine_ids: frozenset[str] | None = None) -> list[Booking]:
        """Bookings of the machines (None: of all) that touch `window`, by start."""
        counted = _touch(self._blocks, window)
        if machine_ids is not None:
            counted &= self._on(self._blocks, machine_ids)
        return [self.bookings[place] for place in np.flatnonzero(counted).tolist()]

    def machines(
        self, times: ShopTimes, machines: Sequence[Machine], edges: Sequence[Minute]
    ) -> list[tuple[Figures, ...]]:
        """The figures of each between each two neighbours of `edges`, which lie within `times`."""
        lanes = _numbered(self._machines, [m.id for m in machines])
        work, blocks = lanes(self._of_machines), lanes(self._blocks)
        return figure_columns([_both(times.machine(m.id)) for m in machines], work, blocks, edges)

    def operators(
        self,
        times: ShopTimes,
        operators: Sequence[Operator],
        edges: Sequence[Minute],
        machine_ids: frozenset[str] | None = None,
    ) -> list[tuple[Figures, ...]]:
        """The same of people; only their work on the machines counts (None: on all)."""
        own = self._of_operators
        if machine_ids is not None:
            own = own.where(self._on(self._of_machines, machine_ids))
        lanes = _numbered(self._operators, [o.id for o in operators])
        shifts = [_both(times.operator(o.id)) for o in operators]
        return figure_columns(shifts, lanes(own), None, edges, [o.max_parallel for o in operators])

    def bookings_of_machines(self, machines: Sequence[Machine], window: Interval) -> list[int]:
        """How many bookings each works on in `window`."""
        return self._counted(self._of_machines, [self._machines[m.id] for m in machines], window)

    def bookings_of_operators(
        self, operators: Sequence[Operator], window: Interval, machine_ids: frozenset[str] | None = None
    ) -> list[int]:
        """How many bookings on the machines (None: on all) each works on in `window`."""
        wanted = None if machine_ids is None else self._on(self._of_machines, machine_ids)
        return self._counted(self._of_operators, [self._operators[o.id] for o in operators], window, wanted)

    @staticmethod
    def working_minutes(
        times: ShopTimes, spans: Sequence[tuple[str, Sequence[Interval]]], window: Interval
    ) -> list[int]:
        """Of each machine named, its available minutes of `window` in its spans, of overlapping ones each."""
        axis = Axis(len(spans), window)
        available = [clip(times.machine(machine_id).available, window) for machine_id, _ in spans]
        asked = axis.place(stretches([rows for _, rows in spans]))
        found = axis.minutes(asked.within(axis.place(stretches(available))))
        return [int(minutes) for minutes in found[:, 0]]

    def _counted(
        self,
        work: Stretches,
        lanes: Sequence[int],
        window: Interval,
        wanted: npt.NDArray[np.bool_] | None = None,
    ) -> list[int]:
        counted = _touch(work, window) if wanted is None else _touch(work, window) & wanted
        pairs = np.unique(work.lane[counted] * len(self.bookings) + self._booking[counted])
        count = np.bincount(pairs // max(len(self.bookings), 1), minlength=max(lanes, default=0) + 1)
        return [int(count[lane]) for lane in lanes]

    def _on(self, work: Stretches, machine_ids: frozenset[str]) -> npt.NDArray[np.bool_]:
        wanted = column(self._machines[key] for key in machine_ids if key in self._machines)
        return np.isin(work.lane, wanted)


def _both(time: ResourceTime) -> tuple[tuple[Interval, ...], tuple[Interval, ...]]:
    return time.calendar, time.available


def _touch(work: Stretches, window: Interval) -> npt.NDArray[np.bool_]:
    return (work.start < window[1]) & (work.end > window[0])


def _numbered(known: dict[str, int], ids: Sequence[str]) -> Callable[[Stretches], Stretches]:
    """Of columns by all resources those of the asked ones, numbered as these are."""
    numbers: Column = np.full(len(known) + 1, -1, np.int64)
    numbers[[known[key] for key in ids]] = np.arange(len(ids))

    def renumbered(rows: Stretches) -> Stretches:
        lane = numbers[rows.lane]
        return Stretches(lane, rows.start, rows.end).where(lane >= 0)

    return renumbered
