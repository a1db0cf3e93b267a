"""compare_simulations: earlier simulations side by side."""

import re
from collections.abc import Sequence
from typing import Annotated
from zoneinfo import ZoneInfo

from pydantic import Field
from rapidfuzz import process

from leadhand.errors import InvalidToolInput, JsonValue, NotFound
from planning.zones import iso, to_minute
from storage.simulations import KEEP, KeptSimulation
from tools.base import Tool, ToolContext, ToolInput, ToolOutput
from tools.names import MAX_NAME_CHARS
from tools.simulation_views import BestView, SimulationRow, best_of, row_of, summary_of
from tools.views import count_of, evidence

MIN_SIMS, MAX_SIMS = 2, 4
_SUGGESTIONS = 5
_LIKE = 60
_SHOWN_CHARS = 60
_ID = re.compile(r"(?:sim[\s_-]*)?([0-9a-f]{16})")


class CompareSimulationsInput(ToolInput):
    sims: list[Annotated[str, Field(max_length=MAX_NAME_CHARS)]] = Field(
        min_length=MIN_SIMS,
        max_length=MAX_SIMS,
        description="`sim_id` of earlier simulations, 2 to 4 different ones, such as sim-0123456789abcdef.",
    )


class CompareSimulationsOutput(ToolOutput):
    """`data_version` is that of the plan now; each row has its own."""

    summary: str = Field(description="What each is alone best in, in a sentence.")
    sims: list[SimulationRow] = Field(description="As asked.")
    best: list[BestView] = Field(description="By figure, those that at least two of them have.")


async def run(asked: CompareSimulationsInput, context: ToolContext) -> CompareSimulationsOutput:
    ids = [_sim_id(text) for text in asked.sims]
    if len(set(ids)) < len(ids):
        raise _same()
    kept = await context.simulations.kept(context.tenant)
    sims = _found(ids, kept)
    zone = ZoneInfo(context.tenant.timezone)
    best = best_of(sims)
    return CompareSimulationsOutput(
        data_version=sims[0].data_version_now,
        as_of=iso(to_minute(context.tenant.as_of), zone),
        timezone=context.tenant.timezone,
        assumptions=_assumptions(sims),
        warnings=_warnings(sims),
        evidence=evidence(simulation=ids),
        summary=summary_of(sims, best),
        sims=[row_of(sim, number, zone) for number, sim in enumerate(sims, 1)],
        best=best,
    )


def _sim_id(text: str) -> str:
    """The id as it is kept, where the text is one but for case and signs."""
    written = _ID.fullmatch(text.strip().casefold())
    return f"sim-{written.group(1)}" if written else text.strip()


def _found(ids: Sequence[str], kept: Sequence[KeptSimulation]) -> list[KeptSimulation]:
    """Raises NotFound for the first that is unknown, with those that it may be, else the newest."""
    by_id = {sim.sim_id: sim for sim in kept}
    for sim_id in ids:
        if sim_id not in by_id:
            raise _not_found(sim_id, kept)
    return [by_id[sim_id] for sim_id in ids]


def _not_found(sim_id: str, kept: Sequence[KeptSimulation]) -> NotFound:
    by_id = {sim.sim_id: sim for sim in kept}
    asked = "".join(char if char.isprintable() else " " for char in sim_id[:_SHOWN_CHARS])
    hits = process.extract(asked, list(by_id), limit=_SUGGESTIONS, score_cutoff=_LIKE)
    offered = [by_id[hit[0]] for hit in hits] or list(kept[:_SUGGESTIONS])
    suggestions: list[JsonValue] = [
        {"id": s.sim_id, "code": s.sim_id, "name": s.sim_id, "what": s.what} for s in offered
    ]
    hint = f" Did you mean {offered[0].sim_id} ({offered[0].what})?" if hits else ""
    return NotFound(
        f"No simulation “{asked}” is kept: the newest {KEEP} of a shop are.{hint}",
        details={"kind": "simulation", "name": asked, "suggestions": suggestions},
    )


def _same() -> InvalidToolInput:
    wrong: JsonValue = {
        "field": "sims",
        "problem": "names one simulation twice",
        "right": f"{MIN_SIMS} to {MAX_SIMS} different ones",
    }
    return InvalidToolInput("`sims` names one simulation twice.", details={"fields": [wrong]})


def _assumptions(sims: Sequence[KeptSimulation]) -> list[str]:
    told = ["The figures are those of each simulation when it was made; nothing was computed again."]
    if len({sim.kind for sim in sims}) > 1:
        told.append("A new order and a change of the plan are compared only in the figures that both have.")
    return told


def _warnings(sims: Sequence[KeptSimulation]) -> list[str]:
    told: list[str] = []
    stale = sum(sim.stale for sim in sims)
    if stale:
        told.append(
            f"The plan has changed since {count_of(stale, 'simulation')}: make them again to be sure."
        )
    if len({sim.data_version for sim in sims}) > 1:
        told.append("They were computed from different versions of the plan.")
    elif len({sim.as_of for sim in sims}) > 1:
        told.append("They were made at different times, so “now” is not the same for all.")
    return told


TOOL = Tool(
    name="compare_simulations",
    label="Comparing simulations…",
    description=(
        "Sets 2 to 4 earlier simulations side by side: what was tried out, finish, on time, slack, "
        "tardiness, hours lost, orders and bookings affected, newly late, no longer late, work without a "
        "place, and which does best in each. Use it for “compare the two”, “which of these is better”, "
        "“compare sim-0123456789abcdef with sim-fedcba9876543210”. `sims` are the `sim_id` of earlier "
        "answers of simulate_new_order and simulate_schedule_change. It computes nothing anew: what has "
        "not been simulated yet, simulate first. Not for comparing machines, people or work centers."
    ),
    input_model=CompareSimulationsInput,
    output_model=CompareSimulationsOutput,
    run=run,
)
