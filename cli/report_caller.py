"""Who sits at the terminal and asks about a shop's reports."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from leadhand.clock import utc_minute
from leadhand.context import Permission, Principal, TenantContext
from leadhand.errors import InvalidRequest, NotFound
from leadhand.settings import Settings
from reports.delivery.recipients import DeliveryBounds
from reports.schedules.service import ReportDesk
from storage.database import Database
from storage.tenants import read_tenant

RIGHTS = frozenset(
    {
        Permission.PLANNING_READ,
        Permission.KNOWLEDGE_READ,
        Permission.REPORTS_READ,
        Permission.REPORTS_WRITE,
    }
)
NEVER = "–"
MAX_NAME_CHARS = 120
# A row a line, however narrow the terminal: programs read this too.
LINE_CHARS = 400


@dataclass(frozen=True, slots=True)
class Caller:
    tenant: TenantContext
    desk: ReportDesk

    def minute(self, moment: datetime | None) -> str:
        """In the shop's own time."""
        if moment is None:
            return NEVER
        return moment.astimezone(ZoneInfo(self.tenant.timezone)).strftime("%Y-%m-%d %H:%M")


@asynccontextmanager
async def caller(settings: Settings, *, shop: str, user: str) -> AsyncGenerator[Caller]:
    """Raises NotFound: there is no such shop."""
    async with Database.open(settings) as database:
        yield await caller_of(settings, database, shop=shop, user=user)


async def caller_of(settings: Settings, database: Database, *, shop: str, user: str) -> Caller:
    """Raises NotFound: there is no such shop."""
    async with database.transaction(Principal(shop, user, RIGHTS), snapshot=True) as connection:
        found = await read_tenant(connection, tenant_id=shop)
    if found is None:
        raise NotFound(f"There is no shop {shop}; `leadhand demo --shop {shop}` makes one to try.")
    tenant = TenantContext(shop, user, RIGHTS, found.timezone, found.locale, utc_minute())
    return Caller(tenant, ReportDesk(database, DeliveryBounds.of(settings)))


def fit_name(name: str) -> str:
    """As it is kept; raises InvalidRequest."""
    line = name.strip()
    if len(line) > MAX_NAME_CHARS or not line.isprintable():
        problem = f"it is one line of at most {MAX_NAME_CHARS} characters"
        raise InvalidRequest(
            f"The name cannot be kept: {problem}.",
            details={"fields": [{"field": "name", "problem": problem}]},
        )
    return line


def known_id(text: str, absent: NotFound) -> UUID:
    """An id that nobody can have been given is one that there is not."""
    try:
        return UUID(text)
    except ValueError:
        raise absent from None
