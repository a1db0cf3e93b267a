"""The figures of planning-domain section 4 for many resources and buckets in one go; see `planning.lanes`."""

from collections.abc import Sequence
from itertools import starmap

import numpy as np

from planning.figures import Figures
from planning.intervals import clip
from planning.lanes import Axis, Stretches, stretches
from planning.shop import Intervals, Minute


def figure_columns(
    times: Sequence[tuple[Intervals, Intervals]],
    work: Stretches,
    blocks: Stretches | None,
    edges: Sequence[Minute],
    max_parallel: Sequence[int] | None = None,
) -> list[tuple[Figures, ...]]:
    """For each lane its figures between each two neighbours of `edges` (ascending).

    `times`: calendar time and available time by lane. `blocks` None: what is worked on is what is blocked.
    `max_parallel` None: 1 each.
    """
    window, axis = (edges[0], edges[-1]), Axis(len(times), edges)
    available = axis.place(stretches([clip(own, window) for _, own in times]))
    inside = axis.place(work)
    worked = inside.merged()
    load, once = axis.minutes(inside), axis.minutes(worked)
    busy = clamped = axis.minutes(worked.within(available))
    if blocks is not None:
        clamped = axis.minutes(axis.place(blocks).merged().within(available))
    in_time = busy if np.array_equal(load, once) else axis.minutes(inside.within(available))
    open_ = shift_time = axis.minutes(available)
    if any(calendar is not own for calendar, own in times):
        shift_time = axis.minutes(axis.place(stretches([clip(calendar, window) for calendar, _ in times])))
    parallel = np.array(max_parallel or [1] * len(times), np.int64)[:, None]
    outside, doubled, idle, free = load - in_time, load - once, clamped - busy, open_ - clamped
    columns = shift_time, open_, open_ * parallel, load, outside, busy, doubled, idle, free
    table: list[list[list[int]]] = np.stack(columns, axis=-1).tolist()
    return [tuple(starmap(Figures, lane)) for lane in table]
