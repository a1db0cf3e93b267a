"""Re-planning of free work: priority list, forward insertion, and a solver that only polishes."""

from planning.replanning.question import (
    ChangeWeights,
    ReplanExtent,
    ReplanMove,
    ReplanProgress,
    ReplanProposal,
    ReplanRequest,
    ReplanScore,
    ReplanStage,
    ReplanStatus,
    StoppedBy,
)
from planning.replanning.replan import replan

__all__ = [
    "ChangeWeights",
    "ReplanExtent",
    "ReplanMove",
    "ReplanProgress",
    "ReplanProposal",
    "ReplanRequest",
    "ReplanScore",
    "ReplanStage",
    "ReplanStatus",
    "StoppedBy",
    "replan",
]
