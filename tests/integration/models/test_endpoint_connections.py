"""What goes over the wire to an endpoint, and what becomes of the connections."""

import asyncio
import gc
from pathlib import Path

import pytest

from leadhand.errors import ModelTimeout, ModelUnavailable
from leadhand.settings import ModelClient
from models.lean import direct
from tests.integration.models.asking import (
    Outcome,
    Recorder,
    Way,
    ask,
    environment_of,
    fault_of,
    model_at,
    outcome_of,
    settings_for,
)
from tests.integration.models.certificates import server_tls, write_certificate
from tests.integration.models.fault_table import HELLO_SAID, fault
from tests.integration.models.scripted_endpoint import (
    HELLO,
    WHOLE,
    Client,
    Endpoint,
    endpoint,
    hangs,
    redirects,
    streams,
)

both_clients = pytest.mark.parametrize("client", ModelClient)
every_way = pytest.mark.parametrize("way", Way)


async def asked(way: Way, monkeypatch: pytest.MonkeyPatch) -> Endpoint:
    monkeypatch.setenv("OPENAI_ORG_ID", "org-1")
    monkeypatch.setenv("OPENAI_PROJECT_ID", "proj-1")
    with environment_of(way) as client:
        async with (
            endpoint(streams(WHOLE)) as server,
            model_at(settings_for(server.url, client=client, key="sk-mine")) as chat_model,
        ):
            await ask(chat_model, Recorder(), "When is the Größte free?")
    return server


async def test_every_way_sends_the_same_request(monkeypatch: pytest.MonkeyPatch) -> None:
    stock = await asked(Way.STOCK, monkeypatch)
    (body,) = stock.calls
    assert body["stream_options"] == {"include_usage": True}
    assert isinstance(body["tools"], list)
    for way in Way:
        server = await asked(way, monkeypatch)
        assert server.calls == stock.calls
        assert server.paths == ["/v1/chat/completions"]
        (headers,) = server.headers
        assert headers["authorization"] == "Bearer sk-mine"
        assert (headers["openai-organization"], headers["openai-project"]) == ("org-1", "proj-1")
        assert headers["content-type"] == "application/json"


@both_clients
async def test_a_local_endpoint_needs_no_key(client: ModelClient) -> None:
    async with (
        endpoint(streams(WHOLE)) as server,
        model_at(settings_for(server.url, client=client)) as chat_model,
    ):
        await ask(chat_model, Recorder())
    assert server.keys == ["Bearer none"]


@both_clients
@pytest.mark.parametrize("done", [True, False])
async def test_a_connection_is_kept_for_the_next_question(client: ModelClient, done: bool) -> None:
    async with (
        endpoint(streams(WHOLE, keep=True, done=done)) as server,
        model_at(settings_for(server.url, client=client)) as chat_model,
    ):
        for _ in range(3):
            assert await outcome_of(chat_model) == HELLO_SAID
    assert (len(server.calls), server.connections) == (3, 1)


async def test_a_body_that_ends_a_little_after_the_answer_costs_no_connection() -> None:
    told, end = asyncio.Queue[None](), asyncio.Queue[None]()

    async def reply(client: Client) -> None:
        await streams(WHOLE, keep=True, end=False)(client)
        await end.get()
        await client.send(b"0\r\n\r\n")
        told.put_nowait(None)

    async with endpoint(reply) as server, model_at(settings_for(server.url)) as chat_model:
        for _ in range(20):
            assert await outcome_of(chat_model) == HELLO_SAID
            end.put_nowait(None)
            await told.get()
    assert server.connections < len(server.calls)


@every_way
async def test_a_stopped_run_hangs_up_at_once(way: Way) -> None:
    with environment_of(way) as client:
        async with (
            endpoint(hangs(HELLO)) as server,
            model_at(settings_for(server.url, client=client)) as chat_model,
        ):
            recorder = Recorder()
            asking = asyncio.create_task(ask(chat_model, recorder))
            await recorder.hears("Hello")
            asking.cancel()
            with pytest.raises(asyncio.CancelledError):
                await asking
            await asyncio.wait_for(server.gone.wait(), 5)


@every_way
async def test_a_run_stopped_before_the_first_token_hangs_up_at_once(way: Way) -> None:
    with environment_of(way) as client:
        async with (
            endpoint(hangs()) as server,
            model_at(settings_for(server.url, client=client)) as chat_model,
        ):
            asking = asyncio.create_task(ask(chat_model, Recorder()))
            await server.asked.wait()
            asking.cancel()
            with pytest.raises(asyncio.CancelledError):
                await asking
            await asyncio.wait_for(server.gone.wait(), 5)


@every_way
async def test_nothing_is_left_behind_by_questions_that_are_over_stopped_or_failed(way: Way) -> None:
    before = asyncio.all_tasks()
    with environment_of(way) as client:
        async with endpoint(hangs(HELLO), streams(HELLO, end=False), streams(WHOLE)) as server:
            async with model_at(
                settings_for(server.url, client=client, retries=0, read_timeout_s=0.3)
            ) as chat_model:
                assert await outcome_of(chat_model) == fault(ModelTimeout, text="Hello")
                assert await outcome_of(chat_model) == fault(ModelUnavailable, text="Hello")
                assert await outcome_of(chat_model) == HELLO_SAID
            await asyncio.wait_for(server.gone.wait(), 5)
    gc.collect()
    if left := asyncio.all_tasks() - before:
        await asyncio.wait(left, timeout=5)
    assert not asyncio.all_tasks() - before


async def test_whoever_finds_every_connection_in_use_is_told_so_in_time(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(direct, "MAX_CONNECTIONS", 1)
    with environment_of(Way.LEAN) as client:
        async with endpoint(hangs()) as server:
            settings = settings_for(server.url, client=client, retries=0)
            hurried = settings.model_copy(update={"model_connect_timeout_s": 0.3})
            async with model_at(hurried) as chat_model:
                first = asyncio.create_task(outcome_of(chat_model))
                await server.asked.wait()
                assert await outcome_of(chat_model) == fault(ModelTimeout)
                first.cancel()
                await asyncio.wait([first])


@every_way
async def test_closing_the_model_ends_what_is_being_read(way: Way) -> None:
    with environment_of(way) as client:
        async with endpoint(hangs(HELLO)) as server:
            async with model_at(settings_for(server.url, client=client, retries=0)) as chat_model:
                recorder = Recorder()
                asking = asyncio.create_task(ask(chat_model, recorder))
                await recorder.hears("Hello")
            assert await fault_of(asking)


@both_clients
async def test_the_environments_proxy_is_asked_for_an_address_that_is_not_exempt(
    client: ModelClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with endpoint(streams(WHOLE)) as proxy:
        monkeypatch.setenv("HTTP_PROXY", proxy.url.removesuffix("/v1"))
        async with model_at(settings_for("http://model.invalid/v1", client=client)) as chat_model:
            assert await outcome_of(chat_model) == HELLO_SAID
    assert proxy.paths == ["http://model.invalid/v1/chat/completions"]


@both_clients
async def test_an_endpoint_over_tls_is_trusted_by_the_certificates_that_the_environment_names(
    client: ModelClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found: dict[str, Outcome] = {}
    for name in ("127.0.0.1", "127.0.0.2"):
        certificate = write_certificate(tmp_path / name, address=name)
        async with endpoint(streams(WHOLE), tls=server_tls(certificate)) as server:
            for trusted in (True, False):
                if trusted:
                    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
                else:
                    monkeypatch.delenv("SSL_CERT_FILE")
                async with model_at(settings_for(server.url, client=client, retries=0)) as chat_model:
                    found[f"{name} {trusted}"] = await outcome_of(chat_model)
    unreachable = fault(ModelUnavailable)
    assert found == {
        "127.0.0.1 True": HELLO_SAID,
        "127.0.0.1 False": unreachable,
        "127.0.0.2 True": unreachable,
        "127.0.0.2 False": unreachable,
    }


@both_clients
async def test_a_key_never_follows_a_redirect_to_another_host(client: ModelClient) -> None:
    async with (
        endpoint(streams(WHOLE)) as other,
        endpoint(redirects(307, f"{other.url}/chat/completions")) as server,
        model_at(settings_for(server.url, client=client, key="sk-mine")) as chat_model,
    ):
        assert await outcome_of(chat_model) == HELLO_SAID
    assert (server.keys, other.keys) == (["Bearer sk-mine"], [""])
    assert other.calls == server.calls
