"""From when to when machines and people are in use, and people have their skills: as the file says, else as
the plan has it."""

from collections.abc import Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

from storage.foreign.day_edges import LAST_IN_USE, at_edge
from storage.foreign.reading import RowReader
from storage.foreign.shop_names import Named, ShopNames, StoredSkill, StoredUse

# How the active_to of a machine that does not run any more begins, where the file does not say since when.
NEVER_AGAIN = "2000-01-01 00:00"


def in_use(reader: RowReader, kind: str, stored: Named | None, shop: ShopNames) -> dict[str, str]:
    """From when to when it is in use, both days included; what no column says stays as the plan has it."""
    layout = reader.layout
    if not (layout.has("active_from") or layout.has("active_to")):
        return {}
    before = _before(kind, stored, shop)
    first, last = reader.moment("active_from"), reader.moment("active_to")
    if layout.has("active_from"):
        before["active_from"] = first.canonical if first else ""
    if layout.has("active_to"):
        before["active_to"] = (at_edge(reader, LAST_IN_USE, last) if last else "") or ""
    return before


def stopped_or_runs(
    said: Mapping[str, str], stored: Named | None, shop: ShopNames, *, ended: bool
) -> dict[str, str]:
    """The same of a machine where it, or others, are out of service: since the day that the file says, else
    for good. One that runs again is not out of use as an earlier file had it."""
    found = dict(said) or _before("machine", stored, shop)
    if ended:
        return {**found, "active_to": said.get("active_to") or NEVER_AGAIN}
    return {**found, "active_to": "" if found["active_to"].startswith("2000-01-01") else found["active_to"]}


def _before(kind: str, stored: Named | None, shop: ShopNames) -> dict[str, str]:
    same = (use for use in shop.in_use if stored is not None and (use.kind, use.id) == (kind, stored.id))
    found = next(same, StoredUse(kind, ""))
    zone = ZoneInfo(shop.timezone)
    return {"active_from": _cell(found.active_from, zone), "active_to": _cell(found.active_to, zone)}


def skill_before(operator: str, skill: str, shop: ShopNames) -> dict[str, str]:
    """From when to when the plan has a skill of a person: always and for good, where it has it not."""
    of_both = [s for s in shop.skills_held if (s.operator_id, s.skill_id) == (operator, skill)]
    always = [s for s in of_both if s.valid_from is None]
    found = next(iter([*always, *of_both[-1:]]), StoredSkill(operator, skill))
    zone = ZoneInfo(shop.timezone)
    return {"valid_from": _cell(found.valid_from, zone), "valid_to": _cell(found.valid_to, zone)}


def _cell(at: datetime | None, zone: ZoneInfo) -> str:
    return "" if at is None else at.astimezone(zone).isoformat(timespec="minutes")
