"""Every way to ask an endpoint comes to the same: answer, code, and number of requests."""

import pytest

from leadhand.errors import JsonValue, ModelUnavailable, TokenLimit
from tests.integration.models.asking import Outcome, Way, outcome
from tests.integration.models.fault_table import CASES, HELLO_SAID, Case, fault, sse
from tests.integration.models.scripted_endpoint import HELLO, WHOLE, chunk, says, streams

NO_INDEX: JsonValue = {"id": "c1", "function": {"name": "check_capacity", "arguments": '{"hours": 1}'}}


@pytest.mark.parametrize("way", Way)
@pytest.mark.parametrize("name", CASES)
async def test_what_an_endpoint_does_comes_to_the_same_whoever_asks(name: str, way: Way) -> None:
    case = CASES[name]
    found = await outcome(way, *case.replies, retries=case.retries, read_timeout_s=case.read_timeout_s)
    if case.expected.fault is TokenLimit:
        found.text = ""  # where a flood is cut depends on how it arrives
    assert found == case.expected


# The stock client takes the first for damaged, loses the second, and stumbles over the third.
FORGIVEN: dict[str, Case] = {
    "events without data": Case([says("retry: 3000\n\nevent: ping\n\n" + sse(WHOLE))], HELLO_SAID),
    "a call without an index": Case(
        [streams((chunk({"tool_calls": [NO_INDEX]}), chunk({}, "tool_calls")))],
        Outcome(calls=[("check_capacity", {"hours": 1})], finish="tool_calls"),
    ),
    "JSON that is no chunk": Case(
        [streams((*HELLO, {"choices": "none"}))], fault(ModelUnavailable, text="Hello")
    ),
}


@pytest.mark.parametrize("way", [Way.LEAN, Way.FOLLOWED, Way.PROXIED])
@pytest.mark.parametrize("name", FORGIVEN)
async def test_the_lean_client_copes_with_more(name: str, way: Way) -> None:
    assert await outcome(way, *FORGIVEN[name].replies) == FORGIVEN[name].expected
