"""A server process that died: when it is started again, and when the server gives up."""

from cli.restarts import LAST_WAIT_S, MAX_EARLY_DEATHS, STEADY_S, Restarts


def test_each_death_soon_after_the_start_is_waited_for_longer() -> None:
    restarts = Restarts()
    waits = [restarts.wait_s(1.0, others_serve=True) for _ in range(4)]
    assert waits == [0.5, 1.0, 2.0, 4.0]


def test_a_process_that_served_for_a_while_is_started_again_soon_and_its_past_is_forgotten() -> None:
    restarts = Restarts()
    for _ in range(MAX_EARLY_DEATHS - 1):
        restarts.wait_s(0.0, others_serve=False)
    assert restarts.wait_s(STEADY_S, others_serve=False) == 0.5
    assert restarts.wait_s(0.0, others_serve=False) == 1.0


def test_one_that_dies_every_time_is_given_up_when_nobody_serves() -> None:
    restarts = Restarts()
    waits = [restarts.wait_s(0.0, others_serve=False) for _ in range(MAX_EARLY_DEATHS)]
    assert [wait is None for wait in waits] == [False] * (MAX_EARLY_DEATHS - 1) + [True]


def test_while_others_serve_it_is_tried_for_ever_in_bounded_intervals() -> None:
    restarts = Restarts()
    waits = [restarts.wait_s(0.0, others_serve=True) for _ in range(50)]
    assert waits[-1] == LAST_WAIT_S
