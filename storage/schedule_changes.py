"""Report schedules as a write changes them: a schedule before and after, without what is shown to nobody."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from uuid import UUID

from pydantic import TypeAdapter

from leadhand.context import TenantContext
from leadhand.errors import JsonValue, StalePlan
from storage import report_schedules
from storage.report_schedules import Recipient, RecipientKind, ScheduleTerms, reading_rights
from storage.transactions import Connection

TABLE = "report_schedule"


@dataclass(frozen=True, slots=True)
class Addressee:
    """A recipient without its secret."""

    kind: RecipientKind
    target: str


@dataclass(frozen=True, slots=True)
class ScheduleState:
    """What a person sees of a schedule and decides. `next_at` moves by itself and makes no difference."""

    name: str
    due: str
    timezone: str | None
    options: dict[str, JsonValue]
    recipients: tuple[Addressee, ...]
    active: bool
    next_at: datetime = field(compare=False)

    @classmethod
    def of(cls, terms: ScheduleTerms) -> "ScheduleState":
        return cls(
            name=terms.name,
            due=terms.due,
            timezone=terms.timezone,
            options=terms.options,
            recipients=tuple(Addressee(one.kind, one.target) for one in terms.recipients),
            active=terms.active,
            next_at=terms.next_at,
        )

    def same_time(self, other: "ScheduleState") -> bool:
        """Whether both are due at the same times."""
        times = [(one.due, one.timezone, one.active) for one in (self, other)]
        return times[0] == times[1]


@dataclass(frozen=True, slots=True)
class ScheduleChange:
    """One schedule before and after; `before` None: it is added, `after` None: it is removed."""

    schedule_id: UUID
    before: ScheduleState | None
    after: ScheduleState | None


_STATE = TypeAdapter(ScheduleState)


def schedule_change_json(change: ScheduleChange) -> dict[str, JsonValue]:
    before, after = (
        None if state is None else _STATE.dump_python(state, mode="json")
        for state in (change.before, change.after)
    )
    return {"table": TABLE, "id": str(change.schedule_id), "before": before, "after": after}


def schedule_change_from(value: dict[str, JsonValue]) -> ScheduleChange:
    """The change that `schedule_change_json` wrote. Raises ValueError: it is none."""
    before, after = (
        None if value[side] is None else _STATE.validate_python(value[side]) for side in ("before", "after")
    )
    return ScheduleChange(UUID(str(value["id"])), before, after)


async def change_schedules(
    connection: Connection, tenant: TenantContext, changes: Sequence[ScheduleChange]
) -> None:
    """Make `changes` in the transaction's shop; reports are made as `tenant` from now on.

    Raises:
        StalePlan: a schedule is not what it was, or there is no room for one more; the transaction must be
            rolled back.
        psycopg.IntegrityError: what is to be added is there.
    """
    for change in changes:
        held = await report_schedules.hold(connection, schedule_id=change.schedule_id)
        there = None if held is None else ScheduleState.of(held)
        if there != change.before:
            raise StalePlan(
                "The report schedule has been changed since this was proposed.",
                details={"moved": [str(change.schedule_id)]},
            )
        if change.after is None:
            await report_schedules.delete(connection, schedule_id=change.schedule_id)
        elif held is None or there is None:
            if await report_schedules.is_full(connection):
                raise StalePlan("Meanwhile the shop has as many report schedules as it may have.")
            terms = _terms(tenant, change.after, ())
            await report_schedules.add(connection, schedule_id=change.schedule_id, terms=terms)
        else:
            # One that is due right now and stays as it is keeps its period.
            kept = change.after.same_time(there)
            after = replace(change.after, next_at=there.next_at) if kept else change.after
            terms = _terms(tenant, after, held.recipients)
            await report_schedules.change(connection, schedule_id=change.schedule_id, terms=terms)


def _terms(tenant: TenantContext, state: ScheduleState, kept: Sequence[Recipient]) -> ScheduleTerms:
    """`kept`: recipients until now, which have their secrets."""
    secrets = {(one.kind, one.target): one.secret for one in kept}
    return ScheduleTerms(
        name=state.name,
        due=state.due,
        timezone=state.timezone,
        options=state.options,
        recipients=tuple(
            Recipient(one.kind, one.target, secrets.get((one.kind, one.target))) for one in state.recipients
        ),
        owner_id=tenant.user_id,
        permissions=reading_rights(tenant.permissions),
        active=state.active,
        next_at=state.next_at,
    )
