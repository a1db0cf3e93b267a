"""One ticker looks for schedules and alerts; neither waits for the other's trouble."""

import asyncio

import pytest

from leadhand.errors import QueryTimeout
from reports.ticker import Ticker


async def broken() -> int:
    raise QueryTimeout("The database took too long.")


def test_what_goes_wrong_with_one_kind_keeps_no_other_waiting_and_is_told() -> None:
    looked: list[str] = []

    async def alerts() -> int:
        await asyncio.sleep(0)
        looked.append("alerts")
        return 3

    with pytest.raises(QueryTimeout):
        asyncio.run(Ticker((broken, alerts)).tick())
    assert looked == ["alerts"]
    assert asyncio.run(Ticker((alerts, alerts)).tick()) == 6
