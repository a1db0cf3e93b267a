"""Who may start one more turn: shares of a person and a shop at once, and budgets of a day."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from uuid import uuid4

import pytest

from leadhand.context import TenantContext
from leadhand.errors import BudgetExhausted, InvalidSetting, LeadhandError, TooManyRuns
from leadhand.events import RunFinished, RunStopped
from leadhand.prices import Cost
from leadhand.settings import Settings
from runs.active import ActiveRun
from runs.desk import Desk, open_desk
from storage import runs, threads
from storage.database import Database
from storage.usage import TurnLimits
from tests.acceptance.model_script import Gate, Pause, Text, Usage, plays, says
from tests.acceptance.scripted_model import ScriptedModel
from tests.integration.runs.conftest import AS_OF, Planner, ending, events_of, open_shop, said

PRICES = '{"scripted": {"input": 2, "cached_input": 1, "output": 10, "currency": "EUR"}}'


@asynccontextmanager
async def desk_with(settings: Settings, **bounds: object) -> AsyncGenerator[Desk]:
    async with open_desk(settings.model_copy(update=bounds)) as desk:
        yield desk


async def person(desk: Desk, name: str = "ada", shop: TenantContext | None = None) -> Planner:
    """Somebody with a thread of their own, in a new shop or in a colleague's."""
    if shop is not None:
        return Planner(desk, replace(shop, user_id=name))
    who = await open_shop(desk.database, "north")
    return Planner(
        desk, TenantContext(who.tenant_id, name, who.permissions, "America/Chicago", "en-US", AS_OF)
    )


def on_another_thread(planner: Planner) -> Planner:
    return replace(planner, chat_id=uuid4().hex)


async def started(planners: list[Planner]) -> tuple[list[ActiveRun], list[LeadhandError]]:
    """All asked at the same moment: the runs, and what the others were refused with."""
    outcomes = await asyncio.gather(*(planner.start("When?") for planner in planners), return_exceptions=True)
    runs = [outcome for outcome in outcomes if isinstance(outcome, ActiveRun)]
    refused = [outcome for outcome in outcomes if isinstance(outcome, LeadhandError)]
    assert len(runs) + len(refused) == len(planners), outcomes
    return runs, refused


async def test_of_many_questions_at_the_same_moment_no_more_run_than_a_person_may_have(
    desk_settings: Settings, model: ScriptedModel
) -> None:
    gate = Gate()
    model.play(*[plays(Pause(gate), Text("Monday."))] * 3, says("Tuesday."))
    # Two processes on one database: what counts are the rows.
    async with (
        desk_with(desk_settings, max_user_runs=2) as here,
        desk_with(desk_settings, max_user_runs=2) as there,
    ):
        ada = await person(here)
        elsewhere = replace(ada, desk=there)
        asked = [on_another_thread(planner) for planner in [ada, elsewhere] * 5]
        running, refused = await started(asked)
        assert len(running) == 2
        assert {type(error) for error in refused} == {TooManyRuns}
        assert refused[0].details == {"limit": "user_runs", "max": 2, "retry_after_s": 5}
        colleague = await (await person(here, "carl", ada.who)).start("When?")
        gate.open()
        for run in [*running, colleague]:
            assert said(await events_of(run)) == "Monday."
        assert said(await ada.ask("And now?")) == "Tuesday."


async def test_a_shop_at_its_limit_is_refused_and_another_shop_is_not(
    desk_settings: Settings, model: ScriptedModel
) -> None:
    gate = Gate()
    model.play(*[plays(Pause(gate), Text("Monday."))] * 3)
    async with desk_with(desk_settings, max_shop_runs=2) as desk:
        ada = await person(desk)
        people = [await person(desk, name, ada.who) for name in ("bob", "carl", "dora", "eve")]
        running, refused = await started(people)
        assert (len(running), {str(error.details["limit"]) for error in refused}) == (2, {"shop_runs"})
        elsewhere = await (await person(desk)).start("When?")
        gate.open()
        for run in [*running, elsewhere]:
            await events_of(run)


async def test_a_turn_that_is_refused_leaves_nothing(desk_settings: Settings, model: ScriptedModel) -> None:
    gate = Gate()
    model.play(plays(Pause(gate), Text("Monday.")))
    async with desk_with(desk_settings, max_user_runs=1) as desk:
        ada = await person(desk)
        first = await ada.start("When?")
        second = on_another_thread(ada)
        with pytest.raises(TooManyRuns):
            await second.start("And the other?")
        async with desk.database.transaction(ada.who) as conn:
            assert await threads.get_thread(conn, who=ada.who, chat_id=second.chat_id) is None
        gate.open()
        await events_of(first)


async def test_a_run_whose_process_died_takes_no_place(
    desk_settings: Settings, model: ScriptedModel, database: Database
) -> None:
    model.play(says("Monday."))
    async with desk_with(desk_settings, max_user_runs=1) as desk:
        ada = await person(desk)
        async with database.transaction(ada.who) as conn:
            thread = await threads.create_or_get_thread(conn, chat_id="another")
            await runs.admit(
                conn,
                run_id=uuid4(),
                thread_id=thread.id,
                owner="dead process",
                lease_s=-1,
                model="scripted",
                permissions=ada.who.permissions,
                as_of=AS_OF,
                limits=TurnLimits(max_shop_runs=1, max_user_runs=1),
                timezone="UTC",
            )
        assert said(await ada.ask("When?")) == "Monday."


async def test_a_turn_begun_within_the_budget_ends_and_the_next_waits_for_the_shops_next_day(
    desk_settings: Settings, model: ScriptedModel
) -> None:
    model.play(says("Monday.", usage=Usage(900, 200)), says("Hello.", usage=Usage(10, 10)))
    async with desk_with(desk_settings, user_tokens_per_day=1_000) as desk:
        ada = await person(desk)
        assert said(await ada.ask("When?")) == "Monday."
        with pytest.raises(BudgetExhausted) as refused:
            await ada.start("And then?")
        details = refused.value.details
        assert (details["budget"], details["max"]) == ("user_tokens_per_day", 1_000)
        resets_at = datetime.fromisoformat(str(details["resets_at"]))
        assert (resets_at.hour, resets_at.minute) == (0, 0)
        assert resets_at.utcoffset() != UTC.utcoffset(None), "midnight in Chicago"
        assert 0 < refused.value.retry_after_s <= 25 * 3600
        assert len(await ada.history()) == 2
        assert said(await (await person(desk, "carl", ada.who)).ask("Hello?")) == "Hello."


@pytest.mark.parametrize("reported", [-900, 2**63 - 1])
async def test_a_report_of_tokens_that_cannot_be_true_is_taken_for_none_and_the_turn_is_charged_all_the_same(
    desk_settings: Settings, model: ScriptedModel, reported: int
) -> None:
    model.play(says("Monday.", usage=Usage(reported, reported)))
    async with desk_with(desk_settings, user_tokens_per_day=100) as desk:
        ada = await person(desk)
        assert isinstance(ending(await ada.ask("When?")), RunFinished)
        assert (await ada.run_row()).usage.tokens.total == 0
        with pytest.raises(BudgetExhausted):
            await ada.start("And then?")


async def test_what_was_answered_before_is_replayed_when_the_budget_is_spent(
    desk_settings: Settings, model: ScriptedModel
) -> None:
    model.play(says("Monday.", usage=Usage(900, 200)))
    async with desk_with(desk_settings, shop_tokens_per_day=1_000) as desk:
        ada = await person(desk)
        await events_of(await ada.start("When?", "m1"))
        assert said(await events_of(await ada.start("When?", "m1"))) == "Monday."


async def test_a_shops_budget_counts_all_its_people_and_nobody_elses(
    desk_settings: Settings, model: ScriptedModel
) -> None:
    model.play(*[says("Monday.", usage=Usage(500, 100))] * 3)
    async with desk_with(desk_settings, shop_tokens_per_day=1_000) as desk:
        ada = await person(desk)
        carl = await person(desk, "carl", ada.who)
        await ada.ask("When?")
        await carl.ask("When?")
        for planner in (ada, carl):
            with pytest.raises(BudgetExhausted) as refused:
                await planner.start("And then?")
            assert refused.value.details["budget"] == "shop_tokens_per_day"
        await (await person(desk)).ask("When?")


async def test_a_turn_has_its_cost_in_stream_row_transcript_and_replay(
    desk_settings: Settings, model: ScriptedModel
) -> None:
    model.play(says("Monday.", usage=Usage(1_000, 100)), says("Tuesday.", usage=Usage(1, 0)))
    async with desk_with(desk_settings, prices=PRICES, shop_cost_per_day=Decimal("0.003001")) as desk:
        ada = await person(desk)
        cost = Cost(Decimal("0.003000"), "EUR")
        end = ending(await events_of(await ada.start("When?", "m1")))
        assert isinstance(end, RunFinished)
        assert end.cost == cost
        assert (await ada.run_row()).usage.cost == cost
        assert (await ada.history())[1].metadata["cost"] == {"amount": "0.003000", "currency": "EUR"}
        assert ending(await events_of(await ada.start("When?", "m1"))).cost == cost
        await ada.ask("And then?")
        with pytest.raises(BudgetExhausted) as refused:
            await ada.start("And then?")
        assert refused.value.details["max"] == "0.003001"


async def test_a_stopped_turn_is_charged_by_our_own_count(
    desk_settings: Settings, model: ScriptedModel
) -> None:
    gate = Gate()
    model.play(plays(Text("Monday, " * 100), Pause(gate)))
    async with desk_with(desk_settings, user_tokens_per_day=100) as desk:
        ada = await person(desk)
        run = await ada.start("When?")
        await asyncio.to_thread(gate.wait_reached)
        await desk.runs.stop(ada.who, ada.chat_id)
        assert isinstance(ending(await events_of(run)), RunStopped)
        gate.open()
        with pytest.raises(BudgetExhausted):
            await ada.start("And then?")


async def test_a_cost_budget_for_a_model_without_a_price_is_a_wrong_setting(desk_settings: Settings) -> None:
    with pytest.raises(InvalidSetting, match="LEADHAND_SHOP_COST_PER_DAY"):
        async with desk_with(desk_settings, shop_cost_per_day=Decimal(1)):
            pass
    priced = {"prices": PRICES, "shop_cost_per_day": Decimal(1)}
    with pytest.raises(InvalidSetting, match="needs the price of little"):
        async with desk_with(desk_settings, small_model="little", **priced):
            pass
    with pytest.raises(InvalidSetting, match="LEADHAND_PRICES"):
        async with desk_with(desk_settings, prices="no such file"):
            pass
