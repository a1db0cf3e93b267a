"""A shop's alerts, as the routes and the command line ask for them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final
from uuid import UUID

from uuid_utils.compat import uuid7

from leadhand.context import TenantContext
from leadhand.errors import InvalidRequest, JsonValue, NotFound
from reports.alerts.conditions import Condition
from reports.alerts.naming import check_names
from reports.delivery.recipients import DeliveryBounds, RecipientAsked, checked
from storage import alert_episodes, alerts
from storage.alert_episodes import Episode
from storage.alerts import Alert, AlertTerms
from storage.database import Database
from storage.report_schedules import reading_rights
from storage.transactions import Connection
from tools.base import ShopSource

# Each is looked at every quarter of an hour at least; so many serve any shop.
MAX_ALERTS: Final = 50
# Of an alert so many episodes are shown, those that are open first.
EPISODES_SHOWN: Final = 200
DEFAULT_NAME: Final = "Alert"


@dataclass(frozen=True, slots=True)
class AlertWish:
    """What somebody wants; None: as it is, and for a new alert the default. A new one needs a condition."""

    name: str | None = None
    condition: Condition | None = None
    recipients: Sequence[RecipientAsked] | None = None
    active: bool | None = None


@dataclass(frozen=True, slots=True)
class AlertStanding:
    """An alert, and for what it is and was raised."""

    alert: Alert
    episodes: tuple[Episode, ...]


@dataclass(frozen=True, slots=True)
class AlertDesk:
    """One a process; every answer is about the caller's own shop."""

    database: Database
    bounds: DeliveryBounds
    shops: ShopSource

    async def add(self, tenant: TenantContext, wish: AlertWish) -> Alert:
        """The figures are read as the caller, with what the caller may read now.

        Raises:
            InvalidRequest: there is no condition, the shop does not have what it names, a recipient cannot
                be, or the shop has too many.
        """
        await self._check(tenant, wish)
        terms = self._terms(tenant, wish, AlertTerms(DEFAULT_NAME, {}, (), tenant.user_id, (), True))
        async with self.database.transaction(tenant) as connection:
            return await add_alert(connection, terms)

    async def change(self, tenant: TenantContext, alert_id: UUID, wish: AlertWish) -> Alert:
        """From now on its figures are read as the caller. Another condition begins anew.

        Raises:
            NotFound: the shop has none of that id.
            InvalidRequest: see `add`.
        """
        await self._check(tenant, wish)
        async with self.database.transaction(tenant) as connection:
            there = await alerts.hold(connection, alert_id=alert_id)
            if there is None:
                raise absent_alert()
            terms = self._terms(tenant, wish, there)
            if terms.condition != there.condition:
                # What it was raised for is so no longer: what is true under the new one is told.
                await alert_episodes.clear_all(connection, alert_id=alert_id, at=datetime.now(UTC))
            return await alerts.change(connection, alert_id=alert_id, terms=terms)

    async def _check(self, tenant: TenantContext, wish: AlertWish) -> None:
        if wish.condition is not None:
            await check_names(wish.condition, tenant, self.shops)

    def _terms(self, tenant: TenantContext, wish: AlertWish, there: AlertTerms) -> AlertTerms:
        condition = there.condition if wish.condition is None else condition_kept(wish.condition)
        if not condition:
            raise _wrong("condition", "it says what the alert waits for")
        recipients = there.recipients
        if wish.recipients is not None:
            recipients = checked(wish.recipients, self.bounds, there.recipients)
        return AlertTerms(
            name=wish.name or there.name,
            condition=condition,
            recipients=recipients,
            owner_id=tenant.user_id,
            permissions=reading_rights(tenant.permissions),
            active=there.active if wish.active is None else wish.active,
        )

    async def listed(
        self, tenant: TenantContext, *, limit: int, after: UUID | None = None
    ) -> tuple[Alert, ...]:
        """Oldest first."""
        async with self.database.transaction(tenant, snapshot=True) as connection:
            return await alerts.listed(connection, limit=limit, after=after)

    async def get(self, tenant: TenantContext, alert_id: UUID) -> AlertStanding:
        """Raises NotFound: the shop has none of that id."""
        async with self.database.transaction(tenant, snapshot=True) as connection:
            found = await alerts.get(connection, alert_id=alert_id)
            if found is None:
                raise absent_alert()
            episodes = await alert_episodes.listed(connection, alert_id=alert_id, limit=EPISODES_SHOWN)
        return AlertStanding(found, episodes)

    async def delete(self, tenant: TenantContext, alert_id: UUID) -> None:
        """With its episodes and notices; raises NotFound."""
        async with self.database.transaction(tenant) as connection:
            if not await alerts.delete(connection, alert_id=alert_id):
                raise absent_alert()


async def add_alert(connection: Connection, terms: AlertTerms) -> Alert:
    """Joins the transaction.

    Raises:
        InvalidRequest: the shop has too many.
    """
    if await alerts.count_for_one_more(connection) >= MAX_ALERTS:
        raise _wrong("name", f"the shop has {MAX_ALERTS} alerts, and that is the most")
    return await alerts.add(connection, alert_id=uuid7(), terms=terms)


def condition_kept(condition: Condition) -> dict[str, JsonValue]:
    """As an alert keeps it; the same condition is kept the same way."""
    return condition.model_dump(mode="json")


def absent_alert() -> NotFound:
    return NotFound("There is no such alert.")


def _wrong(field: str, problem: str) -> InvalidRequest:
    return InvalidRequest(
        f"The alert cannot be kept: {problem}.",
        details={"fields": [{"field": field, "problem": problem}]},
    )
