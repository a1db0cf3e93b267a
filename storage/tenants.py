"""A shop's settings."""

from dataclasses import dataclass
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from leadhand.errors import InvalidRequest
from planning.shop import ShopSettings
from storage.json_values import to_jsonb
from storage.local_times import clock_text
from storage.named_queries import named_queries
from storage.rows import execute, fetch_one
from storage.transactions import Connection

_SQL = named_queries("tenants")


@dataclass(frozen=True, slots=True)
class TenantSettings:
    """What a turn needs to know of the shop; `data_version` moves with every change of its plan."""

    name: str
    timezone: str
    locale: str
    data_version: int


async def read_tenant(connection: Connection, tenant_id: str) -> TenantSettings | None:
    """The shop of this transaction, or None when it does not exist (or is not the caller's)."""
    return await fetch_one(connection, _SQL["read_tenant"], {"tenant_id": tenant_id}, TenantSettings)


async def upsert_tenant_settings(connection: Connection, *, tenant_id: str, settings: ShopSettings) -> None:
    """Create the shop or change its settings; `data_version` is the database's own.

    Raises:
        InvalidRequest: the time zone has no IANA name.
    """
    try:
        ZoneInfo(settings.timezone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise InvalidRequest(f"{settings.timezone} is not the name of a time zone.") from None
    params = {
        "tenant_id": tenant_id,
        "name": settings.name,
        "timezone": settings.timezone,
        "locale": settings.locale,
        "standard_overtime": to_jsonb(
            [
                {
                    "weekday": slot.weekday,
                    "start_local": clock_text(slot.start_local_min),
                    "end_local": clock_text(slot.end_local_min),
                    "ends_next_day": slot.ends_next_day,
                }
                for slot in settings.standard_overtime
            ]
        ),
        "at_risk_buffer_h": settings.at_risk_buffer_h,
        "site_calendar_id": settings.site_calendar_id,
        "due_cutoff_local": clock_text(settings.due_cutoff_local_min),
        "utilization_threshold": settings.utilization_threshold_pct,
        "frozen_hours": settings.frozen_hours,
        "horizon_days": settings.horizon_days,
    }
    await execute(connection, _SQL["upsert_tenant_settings"], params)
