"""What no plan can beat: each order as if it were alone with the work that stays."""

from collections.abc import Set as AbstractSet

from planning.replanning.decoder import Decoder
from planning.shop import Minute


def least_tardiness(decoder: Decoder, may_stay: AbstractSet[str] = frozenset()) -> int:
    """A lower bound of the weighted tardiness, the orders without free work included.

    Every job where it ends first beside fixed work only, or where it is now if that is earlier (it may start
    before its order's release). The bookings `may_stay` may do so whatever rule they break there.
    """
    work = decoder.work
    ends: dict[int, Minute] = {}
    total = work.fixed_tardiness
    for job in work.jobs:
        over_at = max([job.over_at, *(ends[dep] + lag for dep, lag in job.deps)])
        placed = decoder.place(job, max(over_at, job.ready_at), decoder.base)
        stays = decoder.stay(job, over_at, decoder.base)
        possible = [p.end for p in (placed, stays) if p is not None]
        possible += [job.booking.envelope_end] if job.booking.id in may_stay else []
        ends[job.number] = min(possible, default=job.booking.envelope_end)
    for order in work.orders:
        finish = max([order.fixed_finish, *(ends[n] + lag for n, lag in order.ends)])
        total += order.tardiness(finish)
    return total
