"""A port that keeps simulations in this process, and a registry with it."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import TypeVar

from leadhand.context import TenantContext
from leadhand.errors import JsonValue
from planning.shop import Shop
from storage.simulations import KeptSimulation, Simulation
from tests.unit.tools.shops import AS_OF, OneShop, tenant
from tools.base import ToolOutput
from tools.catalog.compare_simulations import CompareSimulationsOutput
from tools.registry import ToolRegistry

Out = TypeVar("Out", bound=ToolOutput)


@dataclass
class Kept:
    """Simulations of one shop. `version`: of its plan now."""

    version: int = 7
    rows: list[Simulation] = field(default_factory=list[Simulation])

    async def keep(self, tenant: TenantContext, simulation: Simulation) -> None:
        assert tenant.tenant_id == "demo"
        self.rows.append(simulation)

    async def kept(self, tenant: TenantContext) -> tuple[KeptSimulation, ...]:
        assert tenant.tenant_id == "demo"
        return tuple(KeptSimulation(**asdict(row), data_version_now=self.version) for row in self.rows[::-1])

    async def ask(
        self,
        name: str,
        tool_input: dict[str, JsonValue],
        shop: Shop,
        kind: type[Out],
        as_of: datetime = AS_OF,
    ) -> Out:
        """Run a tool that keeps and finds simulations here."""
        registry = ToolRegistry.discover(simulations=self)
        output = await registry.run(name, tool_input, tenant(as_of), OneShop(shop), call_id="c1")
        assert isinstance(output, kind)
        return output

    async def compare(self, shop: Shop, *sims: str, as_of: datetime = AS_OF) -> CompareSimulationsOutput:
        asked: dict[str, JsonValue] = {"sims": list[JsonValue](sims)}
        return await self.ask("compare_simulations", asked, shop, CompareSimulationsOutput, as_of)


def ids(rows: Sequence[Simulation]) -> list[str]:
    return [row.sim_id for row in rows]
