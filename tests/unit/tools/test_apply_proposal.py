"""apply_plan_proposal, through the registry: the whole proposal or nothing, and only of the plan as it is."""

from dataclasses import replace
from datetime import timedelta

import pytest

from leadhand.errors import JsonValue, LeadhandError, NotFound, StalePlan, WriteRefused
from planning.plan_writes import with_changes
from planning.shop import Booking
from tests.integration.jobs.crowded_shop import AS_OF
from tests.unit.tools.replans_at_once import Crowded, ReplansAtOnce, planner, propose
from tools.registry import ToolRegistry
from tools.writing import ProposedWrite


async def asked(port: ReplansAtOnce, **tool_input: JsonValue) -> ProposedWrite:
    registry = ToolRegistry.discover(replans=port)
    shops = Crowded(port.shop)
    return await registry.propose("apply_plan_proposal", tool_input, planner(), shops, call_id="c")


async def replanned() -> ReplansAtOnce:
    port = ReplansAtOnce()
    await propose(port)
    return port


async def test_exactly_the_bookings_of_the_re_plan_are_proposed_and_its_gain_is_the_plans() -> None:
    port = await replanned()
    assert port.state is not None
    found = await asked(port)
    after = with_changes(port.shop, [change.row_change() for change in found.changes])
    wanted = {move.before.id: move.after for move in port.moves}
    rows: dict[str, Booking] = {b.id: b for b in after.bookings}
    assert {key: rows[key] for key in wanted} == wanted
    assert found.total_rows == len(wanted) == 6
    assert found.total_no_longer_late == 2
    assert found.applies == port.state.id
    assert found.summary == (
        "The proposal of the re-plan becomes the plan: 6 bookings move; 57 weighted late hours instead of "
        "425."
    )


async def test_a_proposal_is_found_by_its_id_too() -> None:
    port = await replanned()
    assert port.state is not None
    assert (await asked(port, proposal=str(port.state.id))).total_rows == 6


async def test_a_plan_that_has_changed_since_is_refused_with_what_to_do() -> None:
    port = await replanned()
    settings = replace(port.shop.settings, data_version=port.shop.settings.data_version + 1)
    port.shop = replace(port.shop, settings=settings)
    with pytest.raises(StalePlan) as refused:
        await asked(port)
    assert "Ask for a new re-plan" in str(refused.value.details["what_to_do"])


CASES: list[tuple[dict[str, object], type[LeadhandError]]] = [
    ({"stale": True}, StalePlan),
    ({"expires_at": AS_OF}, StalePlan),
    ({"applied_at": AS_OF - timedelta(hours=1)}, WriteRefused),
    ({"status": "running", "result": None}, WriteRefused),
    ({"status": "no_improvement"}, WriteRefused),
    ({"status": "cancelled"}, WriteRefused),
]


@pytest.mark.parametrize(("state", "error"), CASES)
async def test_what_is_no_proposal_of_the_present_plan_is_refused(
    state: dict[str, object], error: type[LeadhandError]
) -> None:
    port = await replanned()
    assert port.state is not None
    port.state = replace(port.state, **state)  # type: ignore[arg-type]  # any of its fields
    with pytest.raises(error):
        await asked(port)


@pytest.mark.parametrize("name", ["not an id", "00000000-0000-0000-0000-0000000000ff"])
async def test_an_id_that_there_is_not_is_not_found(name: str) -> None:
    with pytest.raises(NotFound):
        await asked(await replanned(), proposal=name)
