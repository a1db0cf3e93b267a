"""Call trees at a collector: the same spans, the same ids, in OpenTelemetry's words for generative AI."""

import socket
from collections.abc import AsyncIterator, Iterator

import pytest
import pytest_asyncio
from fastapi import FastAPI
from opentelemetry.proto.common.v1.common_pb2 import AnyValue
from opentelemetry.proto.trace.v1.trace_pb2 import Span as WireSpan
from opentelemetry.proto.trace.v1.trace_pb2 import Status

from leadhand.context import Principal
from leadhand.errors import JsonValue
from leadhand.settings import Settings
from server.app import create_app
from tests.acceptance.json_access import at, items_at, text_at
from tests.acceptance.model_script import HttpFault, calls, says
from tests.acceptance.scripted_model import ScriptedModel
from tests.integration.collector import Collector, names_below, running_collector
from tests.integration.server.conftest import Caller, calling
from tests.integration.server.test_traces import NEST, SOON, newest_tree, small_tools

__all__ = ["small_tools"]  # a fixture

GEN_AI = "gen_ai."


@pytest.fixture
def collector() -> Iterator[Collector]:
    with running_collector() as running:
        yield running


@pytest.fixture
def app_settings(app_settings: Settings, collector: Collector) -> Settings:
    return app_settings.model_copy(update={"model_max_retries": 2, "otlp_endpoint": collector.url})


@pytest_asyncio.fixture
async def app(app_settings: Settings) -> AsyncIterator[FastAPI]:
    """Closed by the test itself: closing sends what waits."""
    yield create_app(app_settings)


def value(found: AnyValue) -> JsonValue:
    kind = found.WhichOneof("value")
    if kind == "array_value":
        return [value(part) for part in found.array_value.values]
    return found.int_value if kind == "int_value" else found.string_value


def words(span: WireSpan) -> dict[str, JsonValue]:
    return {attribute.key: value(attribute.value) for attribute in span.attributes}


@pytest.mark.usefixtures("small_tools")
async def test_a_turn_is_sent_as_the_tree_that_is_served(
    app: FastAPI, anna: Caller, model: ScriptedModel, collector: Collector
) -> None:
    model.play(
        HttpFault(429, SOON), calls(("nest", NEST), ("fail", {"why": "CANARY"})), says("The CANARY is free.")
    )
    async with app.router.lifespan_context(app):
        stream = await anna.ask("Where is the CANARY?")
        tree = await newest_tree(anna)
    assert set(collector.paths) == {"/v1/traces"}
    assert b"CANARY" not in b"".join(collector.bodies)
    spans = collector.spans()
    assert names_below(spans, None) == [
        "invoke_agent leadhand",
        "  recall",
        "  chat scripted",
        "    POST",
        "    POST",
        "  execute_tool nest",
        "    execute_tool nest",
        "      execute_tool echo",
        "  execute_tool fail",
        "  chat scripted",
        "    POST",
    ]
    assert {span.trace_id.hex() for span in spans} == {text_at(tree, "trace_id")}
    by_id = {span.span_id.hex(): span for span in spans}

    def ids(node: JsonValue) -> list[str]:
        return [text_at(node, "span_id"), *(i for child in items_at(node, "children") for i in ids(child))]

    assert sorted(ids(at(tree, "root"))) == sorted(by_id)
    _say_what_the_conventions_ask(spans, stream[0], anna.who.tenant_id)


def _say_what_the_conventions_ask(spans: list[WireSpan], first: dict[str, JsonValue], tenant: str) -> None:
    named = {span.name: span for span in sorted(spans, key=lambda span: -span.start_time_unix_nano)}
    run = words(named["invoke_agent leadhand"])
    assert run["gen_ai.operation.name"] == "invoke_agent"
    assert run["gen_ai.agent.name"] == "leadhand"
    assert run["gen_ai.usage.input_tokens"] == 1800
    assert run["leadhand.tenant.id"] == tenant
    assert run["leadhand.run.id"] == text_at(first, "messageMetadata", "run_id")
    chat = named["chat scripted"]
    assert chat.kind == WireSpan.SPAN_KIND_CLIENT
    assert {key: said for key, said in words(chat).items() if key.startswith(GEN_AI)} == {
        "gen_ai.operation.name": "chat",
        "gen_ai.provider.name": "openai",
        "gen_ai.request.model": "scripted",
        "gen_ai.response.finish_reasons": ["tool_calls"],
        "gen_ai.usage.input_tokens": 900,
        "gen_ai.usage.output_tokens": 40,
    }
    tool = words(named["execute_tool echo"])
    assert tool["gen_ai.operation.name"] == "execute_tool"
    assert tool["gen_ai.tool.name"] == "echo"
    assert str(tool["gen_ai.tool.call.id"]).endswith(".1.1")
    failed = named["execute_tool fail"]
    assert failed.status.code == Status.STATUS_CODE_ERROR
    assert words(failed)["error.type"] == "invalid_tool_input"
    refused = words(named["POST"])
    assert (refused["http.response.status_code"], refused["error.type"]) == (429, "http_429")
    assert [words(span).get("http.request.resend_count") for span in spans if span.name == "POST"] == [
        None,
        1,
        None,
    ]


async def test_a_collector_that_is_away_costs_no_turn(
    app_settings: Settings,
    model: ScriptedModel,
    two_shops: tuple[Principal, Principal],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        away = f"http://127.0.0.1:{nobody.getsockname()[1]}"
        monkeypatch.setattr("leadhand.otlp.CLOSING_S", 0.01)
        app = create_app(app_settings.model_copy(update={"otlp_endpoint": away}))
        model.play(says("Yes."))
        async with app.router.lifespan_context(app), calling(app, two_shops[0]) as caller:
            stream = await caller.ask("What is free?")
    assert stream[-1]["type"] == "finish"
