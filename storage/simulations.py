"""What simulations of a shop found: a few figures each, the newest ones, for the whole shop to compare."""

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Literal, TypeAlias

from leadhand.context import TenantIdentity
from storage.database import Database
from storage.json_values import storable_text
from storage.named_queries import named_queries
from storage.rows import execute, fetch_all

# A shop keeps so many.
KEEP = 200
MAX_WHAT_CHARS = 300

_SQL = named_queries("simulations")

SimulationKind: TypeAlias = Literal["new_order", "schedule_change"]


@dataclass(frozen=True, slots=True)
class Simulation:
    """One simulation. `what`: what was tried out, in words of at most MAX_WHAT_CHARS.

    Hours as the simulation told them. None: a figure that this kind has not, or that is not known.
    """

    sim_id: str
    kind: SimulationKind
    what: str
    as_of: datetime
    data_version: int
    finish: datetime | None
    on_time: bool | None
    slack_h: float | None
    tardiness_h: float | None
    lost_h: float | None
    orders_affected: int
    bookings_affected: int
    newly_late: int
    no_longer_late: int | None
    unplaced: int
    stuck: int


@dataclass(frozen=True, slots=True)
class KeptSimulation(Simulation):
    """`data_version_now` is that of the shop's plan."""

    data_version_now: int

    @property
    def stale(self) -> bool:
        """Whether the plan has changed since."""
        return self.data_version != self.data_version_now


@dataclass(frozen=True, slots=True)
class SimulationShelf:
    """Where a shop's simulations are kept; the tools' port (`tools.simulation_port`)."""

    database: Database

    async def keep(self, tenant: TenantIdentity, simulation: Simulation) -> None:
        """Keep it for the shop of `tenant`, beside the newest others.

        Raises:
            DatabaseUnavailable, QueryTimeout: it was not kept.
        """
        params = {**asdict(simulation), "what": storable_text(simulation.what)[:MAX_WHAT_CHARS]}
        async with self.database.transaction(tenant) as connection:
            await execute(connection, _SQL["keep"], params)
            await execute(connection, _SQL["prune"], {"keep": KEEP})

    async def kept(self, tenant: TenantIdentity) -> tuple[KeptSimulation, ...]:
        """All that the shop has, newest first."""
        async with self.database.transaction(tenant, snapshot=True) as connection:
            return await fetch_all(connection, _SQL["kept"], {}, KeptSimulation)
