"""What the places of a shop promise: its turns wait for one another, never another shop's."""

import asyncio

import pytest

from leadhand.context import Principal
from leadhand.shop_places import PLACES_PER_SHOP, ShopPlaces, place_lent

SHOP = Principal("north", "ada", frozenset())
OTHER = Principal("south", "ben", frozenset())


async def settled() -> None:
    """Every task has gone as far as it can."""
    for _ in range(20):
        await asyncio.sleep(0)


class Turn:
    """A turn that computes until it is told what to do."""

    def __init__(self, places: ShopPlaces, who: Principal) -> None:
        self.computing = False
        self.began = asyncio.Event()
        self.lend, self.come_back, self.end = asyncio.Event(), asyncio.Event(), asyncio.Event()
        self.task = asyncio.create_task(self._run(places, who))

    async def _run(self, places: ShopPlaces, who: Principal) -> None:
        async with places.place(who):
            self.computing = True
            self.began.set()
            await self.lend.wait()
            if self.end.is_set():
                return
            self.computing = False
            async with place_lent():
                await self.come_back.wait()
            self.computing = True
            await self.end.wait()


async def over(*turns: Turn) -> None:
    for turn in turns:
        for event in (turn.lend, turn.come_back, turn.end):
            event.set()
    await asyncio.gather(*(turn.task for turn in turns))


async def test_a_shop_computes_no_more_turns_at_once_than_it_has_places() -> None:
    places = ShopPlaces(2)
    turns = [Turn(places, SHOP) for _ in range(5)]
    await settled()
    assert [turn.computing for turn in turns] == [True, True, False, False, False]
    await over(*turns)


async def test_another_shop_does_not_wait_for_a_shop_that_has_taken_all_its_places() -> None:
    places = ShopPlaces(1)
    flood = [Turn(places, SHOP) for _ in range(5)]
    other = Turn(places, OTHER)
    await settled()
    assert other.computing
    await over(*flood, other)


async def test_a_turn_that_waits_for_its_model_lets_another_compute_and_comes_after_it() -> None:
    places = ShopPlaces(1)
    first, second = Turn(places, SHOP), Turn(places, SHOP)
    await settled()
    first.lend.set()
    await settled()
    assert second.computing
    first.come_back.set()
    await settled()
    assert not first.computing
    await over(second)
    await settled()
    assert first.computing
    await over(first)


@pytest.mark.parametrize("lent", [False, True])
async def test_a_turn_that_is_cancelled_leaves_its_place_to_the_next(lent: bool) -> None:
    places = ShopPlaces(1)
    first = Turn(places, SHOP)
    await settled()
    if lent:
        first.lend.set()
        await settled()
    second = Turn(places, SHOP)
    first.task.cancel()
    await asyncio.wait([first.task])
    await settled()
    assert second.computing
    third = Turn(places, SHOP)
    await settled()
    assert not third.computing
    await over(second)
    await over(third)


async def test_a_turn_that_is_cancelled_while_it_waits_takes_no_place() -> None:
    places = ShopPlaces(1)
    first, waiting = Turn(places, SHOP), Turn(places, SHOP)
    await settled()
    waiting.task.cancel()
    await asyncio.wait([waiting.task])
    await over(first)
    last = Turn(places, SHOP)
    await settled()
    assert last.computing
    await over(last)


async def test_two_calls_of_one_turn_that_both_wait_lend_its_one_place_once() -> None:
    places = ShopPlaces(1)
    both_wait = asyncio.Event()

    async def call() -> None:
        async with place_lent():
            await both_wait.wait()

    async def turn() -> None:
        async with places.place(SHOP):
            await asyncio.gather(call(), call())

    asking = asyncio.create_task(turn())
    await settled()
    others = [Turn(places, SHOP), Turn(places, SHOP)]
    await settled()
    assert [other.computing for other in others] == [True, False]
    both_wait.set()
    await over(*others)
    await asking


async def test_outside_a_place_there_is_nothing_to_lend() -> None:
    async with place_lent():
        inside = True
    assert inside


async def test_a_shop_beside_others_computes_its_turns_one_after_another() -> None:
    places = ShopPlaces()
    other = Turn(places, OTHER)
    await settled()
    await over(other)
    turns = [Turn(places, SHOP) for _ in range(3)]
    await settled()
    assert [turn.computing for turn in turns] == [True, False, False]
    turns[0].lend.set()
    await settled()
    assert [turn.computing for turn in turns] == [False, True, False]
    await over(*turns)


async def test_a_shop_that_is_alone_keeps_the_core_busy_with_all_its_places() -> None:
    places = ShopPlaces()
    turns = [Turn(places, SHOP) for _ in range(PLACES_PER_SHOP + 1)]
    await settled()
    assert [turn.computing for turn in turns] == [True] * PLACES_PER_SHOP + [False]
    await over(*turns)


async def test_beside_a_turn_that_computes_for_long_its_colleagues_turns_go_on() -> None:
    places = ShopPlaces(2, long_s=0.01)
    other = Turn(places, OTHER)
    await settled()
    await over(other)
    long, second, third = (Turn(places, SHOP) for _ in range(3))
    await settled()
    assert not second.computing
    await second.began.wait()
    assert long.computing
    assert not third.computing
    await over(long, second, third)


async def test_a_shop_is_alone_again_a_while_after_the_last_turn_of_another() -> None:
    places = ShopPlaces(company_s=0.0)
    other = Turn(places, OTHER)
    await settled()
    await over(other)
    turns = [Turn(places, SHOP) for _ in range(2)]
    await settled()
    assert [turn.computing for turn in turns] == [True, True]
    await over(*turns)
