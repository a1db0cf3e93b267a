"""How simulations look side by side, and which does best in each figure."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from pydantic import Field

from planning.zones import iso, to_minute
from storage.simulations import KeptSimulation, SimulationKind
from tools.views import View, listed


class SimulationRow(View):
    """One simulation. null: its kind has no such figure, or none is known."""

    number: int = Field(description="Its place in the question, from 1.")
    sim_id: str
    kind: SimulationKind
    what: str = Field(description="What was tried out.")
    as_of: str = Field(description="The instant that was now for it.")
    data_version: int = Field(description="The plan that it was computed from.")
    stale: bool = Field(description="The plan has changed since.")
    finish: str | None = Field(description="Of the new order, or of the one order that is changed and moves.")
    on_time: bool | None
    slack_h: float | None = Field(description="Due less finish, elapsed; negative when late.")
    tardiness_h: float | None = Field(description="Elapsed hours after the due date; 0 in time.")
    lost_h: float | None = Field(description="Working hours that a machine or a person loses.")
    orders_affected: int = Field(description="Orders whose finish or outlook differs.")
    bookings_affected: int = Field(description="Bookings that move, change or go.")
    newly_late: int
    no_longer_late: int | None
    unplaced: int = Field(description="Bookings that find no place before the planning horizon ends.")
    stuck: int = Field(description="Bookings that are hit and may not move: a person must decide.")


class BestView(View):
    """Who does best in one figure; all that have it, where they are equal."""

    figure: str
    best: str = Field(description="earliest, least or most.")
    sims: list[str]
    numbers: list[int]
    equal: bool = Field(description="All that have this figure have the same.")


@dataclass(frozen=True, slots=True)
class _Figure:
    """`rank`: lower is better; None where the simulation has no such figure."""

    name: str
    best: str
    words: str
    rank: Callable[[KeptSimulation], float | None]


_FIGURES = (
    _Figure("finish", "earliest", "earliest finish", lambda s: s.finish and s.finish.timestamp()),
    _Figure("slack_h", "most", "most slack", lambda s: None if s.slack_h is None else -s.slack_h),
    _Figure("tardiness_h", "least", "least tardiness", lambda s: s.tardiness_h),
    _Figure("lost_h", "least", "fewest hours lost", lambda s: s.lost_h),
    _Figure("orders_affected", "least", "fewest orders affected", lambda s: s.orders_affected),
    _Figure("bookings_affected", "least", "fewest bookings affected", lambda s: s.bookings_affected),
    _Figure("newly_late", "least", "fewest orders newly late", lambda s: s.newly_late),
    _Figure(
        "no_longer_late",
        "most",
        "most orders no longer late",
        lambda s: None if s.no_longer_late is None else -s.no_longer_late,
    ),
    _Figure("unplaced", "least", "fewest bookings without a place", lambda s: s.unplaced),
    _Figure("stuck", "least", "fewest bookings that may not move", lambda s: s.stuck),
)


def row_of(sim: KeptSimulation, number: int, zone: ZoneInfo) -> SimulationRow:
    return SimulationRow(
        number=number,
        sim_id=sim.sim_id,
        kind=sim.kind,
        what=sim.what,
        as_of=iso(to_minute(sim.as_of), zone),
        data_version=sim.data_version,
        stale=sim.stale,
        finish=None if sim.finish is None else iso(to_minute(sim.finish), zone),
        on_time=sim.on_time,
        slack_h=sim.slack_h,
        tardiness_h=sim.tardiness_h,
        lost_h=sim.lost_h,
        orders_affected=sim.orders_affected,
        bookings_affected=sim.bookings_affected,
        newly_late=sim.newly_late,
        no_longer_late=sim.no_longer_late,
        unplaced=sim.unplaced,
        stuck=sim.stuck,
    )


def best_of(sims: Sequence[KeptSimulation]) -> list[BestView]:
    """One row for each figure that at least two of `sims` have."""
    found: list[BestView] = []
    for figure in _FIGURES:
        ranked = [(n, s.sim_id, rank) for n, s in enumerate(sims, 1) if (rank := figure.rank(s)) is not None]
        if len(ranked) < 2:
            continue
        top = min(rank for _, _, rank in ranked)
        first = [(number, sim_id) for number, sim_id, rank in ranked if rank == top]
        found.append(
            BestView(
                figure=figure.name,
                best=figure.best,
                sims=[sim_id for _, sim_id in first],
                numbers=[number for number, _ in first],
                equal=len(first) == len(ranked),
            )
        )
    return found


def summary_of(sims: Sequence[KeptSimulation], best: Sequence[BestView]) -> str:
    """What each is alone best in, in a sentence; nothing is weighed against anything else."""
    words = {figure.name: figure.words for figure in _FIGURES}
    wins = {n: [words[b.figure] for b in best if b.numbers == [n]] for n in range(1, len(sims) + 1)}
    told = [
        f"number {n} ({sims[n - 1].what}) alone has the {listed(won, len(won))}"
        for n, won in wins.items()
        if won
    ]
    if not told:
        return f"The {len(sims)} simulations are equal in every figure that they share, or tied for the best."
    return f"Of the {len(sims)}, {'; '.join(told)}."
