"""A change that is being made is made to its end, and why one was not made is told."""

import asyncio
from datetime import UTC, datetime

import pytest

from graph import write_calls
from graph.parts import NoApprovals
from graph.state import PlannedCall
from graph.write_calls import finished, persistently, refusal_of, told
from leadhand.context import TenantContext
from leadhand.errors import DatabaseUnavailable, RunInterrupted, WriteRefused


async def test_a_stop_in_the_midst_of_a_change_takes_effect_when_it_is_made() -> None:
    begun, go_on, made = asyncio.Event(), asyncio.Event(), asyncio.Event()

    async def change() -> None:
        begun.set()
        await go_on.wait()
        made.set()

    making = asyncio.create_task(finished(change()))
    await begun.wait()
    making.cancel()
    await asyncio.sleep(0)
    assert not making.done()
    go_on.set()
    with pytest.raises(asyncio.CancelledError):
        await making
    assert made.is_set()


async def test_while_the_database_is_away_an_approved_change_is_neither_made_twice_nor_said_to_be_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(write_calls, "APPLY_WAIT_MAX_S", 0.0)
    tries: list[int] = []

    async def away() -> None:
        tries.append(1)
        raise DatabaseUnavailable("away")

    with pytest.raises(RunInterrupted):
        await persistently(away)
    assert len(tries) == write_calls.APPLY_ATTEMPTS

    async def back() -> str:
        if len(tries) == write_calls.APPLY_ATTEMPTS:
            await away()
        return "made"

    assert await persistently(back) == "made"


@pytest.mark.parametrize(
    ("standing", "reason", "code"),
    [
        ("denied", "Not today", "approval_denied"),
        ("denied", None, "approval_denied"),
        ("expired", None, "approval_expired"),
        ("superseded", None, "approval_superseded"),
    ],
)
def test_the_model_is_told_why_a_change_was_not_made(standing: str, reason: str | None, code: str) -> None:
    refusal = refusal_of(standing, reason)
    assert refusal.code == code
    assert (reason or "") in refusal.message


def test_a_person_is_told_everything_but_the_exact_rows() -> None:
    assert told({"summary": "WO-1 moves.", "rows": [], "changes": [{"table": "booking"}]}) == {
        "summary": "WO-1 moves.",
        "rows": [],
    }


async def test_where_nobody_can_be_asked_no_change_is_made() -> None:
    call = PlannedCall(
        call_id="c", tool="x", input={}, thread_id="t", run_id="r", tenant_id="north", user_id="ada"
    )
    nobody = TenantContext("north", "ada", frozenset(), "UTC", "en-US", datetime(2026, 11, 23, tzinfo=UTC))
    with pytest.raises(WriteRefused):
        await NoApprovals().of_call(nobody, call)
