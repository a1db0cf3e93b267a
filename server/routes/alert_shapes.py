"""What the routes of alerts take and give."""

from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict

from leadhand.context import TenantContext
from leadhand.errors import JsonValue
from reports.alerts.conditions import Condition
from reports.alerts.service import AlertStanding, AlertWish
from server.routes.report_shapes import Name, RecipientRow, Recipients
from storage.alert_episodes import Episode
from storage.alerts import Alert


class AlertAsked(BaseModel):
    """What is to be told, and to whom. Everybody who may read reports finds it listed."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "name": "Late orders",
                    "condition": {"kind": "order_late", "hours": 8},
                    "recipients": [{"kind": "folder", "target": "md"}],
                }
            ]
        },
    )

    name: Name
    condition: Condition
    recipients: Recipients = []
    active: bool = True

    def wish(self) -> AlertWish:
        return AlertWish(self.name, self.condition, self.recipients, self.active)


class AlertChange(BaseModel):
    """What is to be different. Another condition begins anew: what is true under it is told."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"active": False}]})

    name: Name | None = None
    condition: Condition | None = None
    recipients: Recipients | None = None
    active: bool | None = None

    def wish(self) -> AlertWish:
        return AlertWish(self.name, self.condition, self.recipients, self.active)


class AlertRow(BaseModel):
    """`owner`: as whom its figures are read. `raised`: for how many subjects it holds.

    `looked_at`: when its figures were last looked at, in vain where there is a `code`.
    """

    id: UUID
    name: str
    condition: dict[str, JsonValue]
    recipients: list[RecipientRow]
    owner: str
    active: bool
    raised: int
    code: str | None
    looked_at: datetime | None
    created_at: datetime
    updated_at: datetime


class AlertPage(BaseModel):
    """Oldest first. `next_cursor` is null on the last page."""

    alerts: list[AlertRow]
    next_cursor: str | None


class EpisodeRow(BaseModel):
    """For `subject` it was true from `raised_at` to `cleared_at`, null while it is.

    `evidence`: the figures at `raised_at`, the tool that gave them, what it was asked, the rows they rest on.
    `report`: the notice, a report of its own: /api/reports/{id} shows its deliveries. null: no longer kept.
    """

    subject: str
    label: str
    episode: int
    raised_at: datetime
    cleared_at: datetime | None
    evidence: dict[str, JsonValue]
    report: UUID | None


class AlertDetails(AlertRow):
    """`episodes`: open ones first, then the newest; 200 at most."""

    episodes: list[EpisodeRow]


def alert_row(alert: Alert, tenant: TenantContext) -> AlertRow:
    """Instants with the shop's offset."""
    zone = ZoneInfo(tenant.timezone)
    return AlertRow(
        id=alert.id,
        name=alert.name,
        condition=alert.condition,
        recipients=[RecipientRow(kind=one.kind, target=one.target) for one in alert.recipients],
        owner=alert.owner_id,
        active=alert.active,
        raised=alert.raised,
        code=alert.code,
        looked_at=alert.looked_at and alert.looked_at.astimezone(zone),
        created_at=alert.created_at.astimezone(zone),
        updated_at=alert.updated_at.astimezone(zone),
    )


def alert_details(standing: AlertStanding, tenant: TenantContext) -> AlertDetails:
    return AlertDetails(
        **alert_row(standing.alert, tenant).model_dump(),
        episodes=[_episode(one, ZoneInfo(tenant.timezone)) for one in standing.episodes],
    )


def _episode(episode: Episode, zone: ZoneInfo) -> EpisodeRow:
    return EpisodeRow(
        subject=episode.subject,
        label=episode.label,
        episode=episode.episode,
        raised_at=episode.raised_at.astimezone(zone),
        cleared_at=episode.cleared_at and episode.cleared_at.astimezone(zone),
        evidence=episode.evidence,
        report=episode.report_id,
    )
