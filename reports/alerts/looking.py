"""Looks at the figures of an alert's condition: with the tools, as its owner, about one state of the plan."""

from collections.abc import Iterable, Set
from dataclasses import dataclass

from leadhand.context import Permission, TenantContext
from leadhand.errors import JsonValue
from reports.alerts.conditions import Condition, DataTrust, NewConflict, OldData, OrderLate
from reports.alerts.data_quality import data_trust, old_data
from reports.alerts.figures import Figures, Subject
from reports.alerts.late_orders import late_orders
from reports.alerts.machine_load import machine_load
from reports.alerts.new_conflicts import new_conflicts
from reports.content import ATTEMPTS
from reports.gathering import Gathering, OneState, PlanMoved
from reports.options import ReportParts
from reports.wording import words_for
from storage.alert_episodes import Raised


@dataclass(frozen=True, slots=True)
class Look:
    """What was seen. `data_version`: of the plan; the oldest where a plan that never rests gave several."""

    figures: Figures
    gathering: Gathering
    data_version: int

    def evidence(self, keys: Iterable[str]) -> tuple[Raised, ...]:
        """Of these subjects, in the order of the figures."""
        wanted = set(keys)
        return tuple(self._raised(one) for one in self.figures.subjects if one.key in wanted)

    def _raised(self, subject: Subject) -> Raised:
        source = self.gathering.sources[0]
        rows: list[JsonValue] = [{"table": table, "ids": list(ids)} for table, ids in subject.rows.items()]
        return Raised(
            subject.key,
            subject.label,
            {
                "as_of": self.gathering.tenant.as_of.isoformat(),
                "data_version": self.data_version,
                "tool": source.tool,
                "input": source.input,
                "figures": dict(subject.figures),
                "rows": rows,
            },
        )


async def look(tenant: TenantContext, parts: ReportParts, condition: Condition, open_: Set[str]) -> Look:
    """`open_`: the subjects that the alert is raised for.

    Raises:
        PermissionDenied: `tenant` may not read the plan.
        NotFound, Ambiguous: what the condition names.
        LeadhandError: what the tools raise.
    """
    tenant.require(Permission.PLANNING_READ)
    for attempt in range(1, ATTEMPTS + 1):
        shops = OneState(parts.shops, strict=attempt < ATTEMPTS)
        gathering = Gathering(tenant, parts, words_for(None, tenant.locale), shops)
        try:
            figures = await _figures(condition, gathering, open_)
        except PlanMoved:
            continue
        return Look(figures, gathering, min(one.data_version or 0 for one in gathering.sources))
    raise AssertionError("the last attempt takes any state")


async def _figures(condition: Condition, gathering: Gathering, open_: Set[str]) -> Figures:
    match condition:
        case OrderLate():
            return await late_orders(condition, gathering, open_)
        case NewConflict():
            return await new_conflicts(condition, gathering)
        case OldData():
            return await old_data(condition, gathering)
        case DataTrust():
            return await data_trust(condition, gathering)
        case _:
            return await machine_load(condition, gathering)
