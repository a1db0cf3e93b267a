"""Opening the desk again and again until it opens, and giving up only where waiting would not help."""

import asyncio
from contextlib import AbstractAsyncContextManager

import pytest

from leadhand.errors import DatabaseUnavailable, LeadhandError, SchemaOutdated, UnsafeDatabaseRole
from leadhand.settings import Settings
from runs.desk import Desk
from server.desk_keeper import DeskKeeper


class Refusing:
    """Refuses with one error after the other; `exhausted` is set when the last one has been given out."""

    def __init__(self, *errors: Exception) -> None:
        self._errors = list(errors)
        self.exhausted = asyncio.Event()

    def __call__(self, settings: Settings) -> AbstractAsyncContextManager[Desk]:
        error = self._errors.pop(0) if len(self._errors) > 1 else self._errors[0]
        if len(self._errors) == 1:
            self.exhausted.set()
        raise error


def keeper(opener: Refusing) -> DeskKeeper:
    return DeskKeeper(Settings(), opener, first_retry_s=0.001)


@pytest.mark.parametrize("error", [DatabaseUnavailable("away"), SchemaOutdated("old")])
async def test_what_passes_by_itself_is_the_reason_that_is_given(error: LeadhandError) -> None:
    kept = keeper(Refusing(error))
    await kept.start()
    with pytest.raises(type(error)):
        await kept.check_ready()
    await kept.close()


@pytest.mark.parametrize("error", [UnsafeDatabaseRole("superuser"), RuntimeError("a bug")])
async def test_what_a_person_must_mend_stops_the_start(error: Exception) -> None:
    kept = keeper(Refusing(error))
    with pytest.raises(type(error)):
        await kept.start()
    await kept.close()


async def test_once_started_no_fault_of_a_retry_ends_the_retries() -> None:
    away = DatabaseUnavailable("away")
    opener = Refusing(away, RuntimeError("odd"), UnsafeDatabaseRole("superuser"), away)
    kept = keeper(opener)
    await kept.start()
    await opener.exhausted.wait()
    with pytest.raises(LeadhandError):
        assert kept.desk
    await kept.close()


async def test_a_server_that_waits_for_its_database_stops_at_once() -> None:
    kept = DeskKeeper(Settings(), Refusing(DatabaseUnavailable("away")), first_retry_s=3600)
    await kept.start()
    async with asyncio.timeout(10):
        await kept.close()
    with pytest.raises(DatabaseUnavailable):
        await kept.check_ready()
