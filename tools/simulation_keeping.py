"""Keeps what a simulation found, from its finished answer. The answer is given whether or not that works."""

import asyncio
import logging
from datetime import datetime
from typing import TypeVar

from leadhand.errors import DatabaseUnavailable, QueryTimeout
from storage.simulations import Simulation
from tools.base import ToolContext, ToolOutput

# Of the tool's own time; a database that is up needs milliseconds.
KEEP_WAIT_S = 2.0
NOT_KEPT = "This simulation could not be kept, so it cannot be compared with others later."

_log = logging.getLogger(__name__)

Out = TypeVar("Out", bound=ToolOutput)


async def with_kept(output: Out, simulation: Simulation, context: ToolContext) -> Out:
    """`output`, after `simulation` was kept; with a warning where it could not be."""
    try:
        async with asyncio.timeout(KEEP_WAIT_S):
            await context.simulations.keep(context.tenant, simulation)
    except (DatabaseUnavailable, QueryTimeout, TimeoutError) as error:
        _log.warning("simulation %s was not kept: %s", simulation.sim_id, type(error).__name__)
        return output.model_copy(update={"warnings": [*output.warnings, NOT_KEPT]})
    return output


def moment(instant: str | None) -> datetime | None:
    """An instant of an answer as a point in time."""
    return None if instant is None else datetime.fromisoformat(instant)
