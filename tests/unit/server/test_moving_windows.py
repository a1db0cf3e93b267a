"""The store of the rate limits: exact within its window, and without anything of idle keys."""

import asyncio

from hypothesis import given
from hypothesis import strategies as st
from limits import RateLimitItemPerMinute
from limits.aio.strategies import MovingWindowRateLimiter

from server.moving_windows import SWEEP_INTERVAL_S, MovingWindows

THREE = RateLimitItemPerMinute(3)


class Clock:
    now = 1_000.0

    def __call__(self) -> float:
        return self.now


@given(st.lists(st.tuples(st.integers(0, 40), st.sampled_from("ab"))))
def test_a_hit_passes_when_fewer_than_the_limit_passed_in_the_minute_before(
    steps: list[tuple[int, str]],
) -> None:
    clock = Clock()
    limiter = MovingWindowRateLimiter(MovingWindows(clock))
    passed: dict[str, list[float]] = {"a": [], "b": []}

    async def run() -> None:
        for pause_s, key in steps:
            clock.now += pause_s
            lately = [moment for moment in passed[key] if moment > clock.now - 60]
            assert await limiter.hit(THREE, key) is (len(lately) < 3)
            if len(lately) < 3:
                passed[key].append(clock.now)
            window = await limiter.get_window_stats(THREE, key)
            assert window.reset_time == (lately or [clock.now])[0] + 60

    asyncio.run(run())


async def test_of_people_who_left_nothing_stays() -> None:
    clock = Clock()
    windows = MovingWindows(clock)
    limiter = MovingWindowRateLimiter(windows)
    for person in range(100):
        await limiter.hit(THREE, str(person))
    clock.now += 60 + SWEEP_INTERVAL_S
    await limiter.hit(THREE, "somebody else")
    assert await windows.reset() == 1
