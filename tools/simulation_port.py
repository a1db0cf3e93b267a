"""What the tools need of earlier simulations: each leaves its figures here, to be compared later."""

from typing import Protocol

from leadhand.context import TenantContext
from leadhand.errors import DatabaseUnavailable
from storage.simulations import KeptSimulation, Simulation


class SimulationPort(Protocol):
    """Simulations of one shop; `storage` implements it."""

    async def keep(self, tenant: TenantContext, simulation: Simulation) -> None:
        """Keep its figures; raises DatabaseUnavailable or QueryTimeout."""
        ...

    async def kept(self, tenant: TenantContext) -> tuple[KeptSimulation, ...]:
        """All that the shop has, newest first."""
        ...


class NoSimulations:
    """Where there is no database that could keep one."""

    async def keep(self, tenant: TenantContext, simulation: Simulation) -> None:
        del tenant, simulation

    async def kept(self, tenant: TenantContext) -> tuple[KeptSimulation, ...]:
        del tenant
        raise DatabaseUnavailable("Simulations are kept in the database, and there is none here.")
