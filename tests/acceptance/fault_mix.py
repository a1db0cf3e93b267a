"""A draw of the model's faults for turns on two servers, one of which will be killed in the midst of them."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from random import Random

from tests.acceptance.caller import Caller
from tests.acceptance.fault_cases import PUMA, RIGHT, WRONG, Case
from tests.acceptance.model_script import CallFragment, CallStart, Gate, Pause, Step, Streamed, Text, plays
from tests.acceptance.server_process import ServerProcess
from tests.acceptance.unsteady_pair import UnsteadyPair

TURNS_OF_A_SERVER = 6


@dataclass(frozen=True, slots=True)
class FaultMix:
    """`doomed`: asked at the server that is killed, which happens when all of their `gates` are reached.

    Their first call of the model halts somewhere and is made again; all else is as their case says.
    """

    cases: Mapping[str, Case]
    gates: Mapping[str, Gate]
    kills_the_worker: bool

    @classmethod
    def drawn(cls, seed: int) -> "FaultMix":
        random = Random(seed)  # noqa: S311 - to be drawn again
        known = {**RIGHT, **WRONG}
        names = random.sample(sorted(known), 2 * TURNS_OF_A_SERVER)
        gates = {name: Gate() for name in names[:TURNS_OF_A_SERVER]}
        cases = {
            name: _halting(known[name], gates[name], random) if name in gates else known[name]
            for name in names
        }
        return cls(cases, gates, random.random() < 0.5)

    @property
    def doomed(self) -> list[str]:
        return list(self.gates)

    @property
    def safe(self) -> list[str]:
        return [name for name in self.cases if name not in self.gates]

    def roles(
        self, pair: UnsteadyPair, callers: tuple[Caller, Caller]
    ) -> tuple[ServerProcess, Caller, Caller]:
        """Who is killed, the caller there, and the caller at the server that stays."""
        if self.kills_the_worker:
            return pair.left, callers[0], callers[1]
        return pair.right, callers[1], callers[0]


def _halting(case: Case, gate: Gate, random: Random) -> Case:
    begun: tuple[Step, ...] = random.choice(
        [(), (Text("Let me "),), (CallStart(0, "call_9", PUMA[0]), CallFragment(0, '{"machines": ["Pu'))]
    )
    halt: Streamed = plays(*begun, Pause(gate))
    return replace(case, replies=(halt, *case.replies), model_calls=case.model_calls + 1)
