"""The event log of a run: every reader gets every event, once, in order."""

import asyncio

from leadhand.events import RunEvent, RunFinished, StepReset, StepStarted, TextDelta
from runs.log import RunLog


async def _read(log: RunLog) -> list[RunEvent]:
    return [event async for batch in log.follow() for event in batch]


def _delta(text: str) -> TextDelta:
    return TextDelta(part_id="t", text=text)


async def test_a_reader_that_comes_late_gets_the_whole_run_from_the_start() -> None:
    log = RunLog()
    log.emit(_delta("a"))
    early = asyncio.create_task(_read(log))
    await asyncio.sleep(0)
    log.emit(_delta("b"))
    late = asyncio.create_task(_read(log))
    await asyncio.sleep(0)
    log.emit(_delta("c"))
    log.emit(RunFinished())
    expected = [_delta("a"), _delta("b"), _delta("c"), RunFinished()]
    assert await early == expected
    assert await late == expected
    assert await _read(log) == expected


async def test_nothing_is_appended_after_the_run_is_over() -> None:
    log = RunLog()
    log.emit(RunFinished())
    log.emit(_delta("straggler"))
    assert await _read(log) == [RunFinished()]


async def test_a_reader_that_leaves_does_not_disturb_the_others() -> None:
    log = RunLog()
    leaving = asyncio.create_task(_read(log))
    staying = asyncio.create_task(_read(log))
    await asyncio.sleep(0)
    leaving.cancel()
    await asyncio.gather(leaving, return_exceptions=True)
    log.emit(_delta("a"))
    log.emit(RunFinished())
    assert await staying == [_delta("a"), RunFinished()]
    assert leaving.cancelled()


async def test_readers_of_a_run_that_leaves_have_read_what_there_is() -> None:
    log = RunLog()
    log.emit(_delta("a"))
    reading = asyncio.create_task(_read(log))
    await asyncio.sleep(0)
    log.emit(_delta("b"))
    log.leave()
    log.emit(RunFinished())
    assert await reading == await _read(log) == [_delta("a"), _delta("b")]
    assert log.over
    assert not log.ended


def test_the_model_call_that_is_made_again_opens_no_second_step() -> None:
    log = RunLog([StepStarted(), _delta("half"), StepReset()])
    for event in (StepStarted(), _delta("whole"), StepStarted()):
        log.emit(event)
    assert log.events[3:] == [_delta("whole"), StepStarted()]
