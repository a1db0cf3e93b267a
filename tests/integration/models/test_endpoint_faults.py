"""What is told when an endpoint misbehaves, and how long we wait for it; beside the table of faults."""

import time
from email.utils import formatdate

import pytest

from leadhand.errors import LeadhandError, ModelRejected, ModelUnavailable
from leadhand.settings import ModelClient
from tests.integration.models.asking import Recorder, Way, ask, fault_of, model_at, outcome, settings_for
from tests.integration.models.fault_table import HELLO_IN_TWO, fault
from tests.integration.models.scripted_endpoint import WHOLE, Reply, endpoint, fails, says, streams

both_clients = pytest.mark.parametrize("client", ModelClient)


async def told_after(reply: Reply, client: ModelClient) -> LeadhandError:
    async with (
        endpoint(reply) as server,
        model_at(settings_for(server.url, client=client, retries=0)) as chat_model,
    ):
        return await fault_of(ask(chat_model, Recorder()))


@both_clients
@pytest.mark.parametrize(
    ("reply", "words"),
    [
        (fails(401), "OPENAI_API_KEY"),
        (fails(403), "permit"),
        (fails(404), "LEADHAND_MODEL"),
        (fails(400), "refuses"),
        (fails(422), "refuses"),
        (fails(429, code="insufficient_quota"), "quota"),
        (says("<html>hello</html>", "text/html"), "OPENAI_BASE_URL"),
    ],
)
async def test_what_the_operator_must_mend_is_said_to_the_operator_without_the_providers_text(
    client: ModelClient, reply: Reply, words: str
) -> None:
    told = await told_after(reply, client)
    assert isinstance(told, ModelRejected)
    assert not told.retryable
    assert words in told.note
    assert "SECRET" not in told.message + told.note


@pytest.mark.parametrize("way", [Way.STOCK, Way.LEAN])
@pytest.mark.parametrize("wait", ["0", "1"])
async def test_a_short_wait_that_the_provider_asks_for_is_kept(way: Way, wait: str) -> None:
    started = time.monotonic()
    assert await outcome(way, fails(429, retry_after=wait), streams(WHOLE)) == HELLO_IN_TWO
    assert time.monotonic() - started >= float(wait)


@pytest.mark.parametrize("way", [Way.STOCK, Way.LEAN])
@pytest.mark.parametrize("wait", ["9999", "inf", "in an hour"])
async def test_a_long_wait_is_not_sat_out_but_reported_as_unavailable(way: Way, wait: str) -> None:
    started = time.monotonic()
    if wait == "in an hour":
        wait = formatdate(time.time() + 3600, usegmt=True)
    assert await outcome(way, fails(429, retry_after=wait), retries=3) == fault(ModelUnavailable)
    assert time.monotonic() - started < 5


@both_clients
async def test_a_refused_connection_is_unavailable(client: ModelClient) -> None:
    async with endpoint(streams(WHOLE)) as server:
        url = server.url
    async with model_at(settings_for(url, client=client, retries=0)) as chat_model:
        assert isinstance(await fault_of(ask(chat_model, Recorder())), ModelUnavailable)


@both_clients
async def test_a_name_that_nobody_has_is_unavailable(client: ModelClient) -> None:
    settings = settings_for("http://nobody.invalid/v1", client=client, retries=0)
    async with model_at(settings) as chat_model:
        assert isinstance(await fault_of(ask(chat_model, Recorder())), ModelUnavailable)
