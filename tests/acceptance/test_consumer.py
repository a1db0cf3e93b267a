"""The Node consumer against streams written by hand: it takes the right ones and reports the wrong ones."""

import json
import threading
from collections.abc import Generator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from leadhand.errors import JsonValue
from tests.acceptance.consumer import Consumer
from tests.acceptance.json_access import at, items_at, parse, text_at

TURN: list[JsonValue] = [
    {"type": "start", "messageId": "m1"},
    {"type": "data-status", "data": {"node": "agent", "label": "Thinking…"}, "transient": True},
    {"type": "start-step"},
    {"type": "tool-input-start", "toolCallId": "c1", "toolName": "get_machine_availability"},
    {"type": "tool-input-delta", "toolCallId": "c1", "inputTextDelta": '{"machines":["Puma"]}'},
    {
        "type": "tool-input-available",
        "toolCallId": "c1",
        "toolName": "get_machine_availability",
        "input": {"machines": ["Puma"]},
    },
    {"type": "tool-output-available", "toolCallId": "c1", "output": {"free_h": 12.5}},
    {"type": "finish-step"},
    {"type": "start-step"},
    {"type": "text-start", "id": "t1"},
    {"type": "text-delta", "id": "t1", "delta": "12.5 hours "},
    {"type": "text-delta", "id": "t1", "delta": "are free."},
    {"type": "text-end", "id": "t1"},
    {"type": "finish-step"},
    {"type": "finish", "finishReason": "stop", "messageMetadata": {"model": "scripted-1"}},
]


class HandWrittenServer(ThreadingHTTPServer):
    """Answers every POST with `chunks`, every GET with 204; notes the bodies."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.chunks: list[JsonValue] = []
        self.bodies: list[JsonValue] = []
        self.status = 200

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class _Handler(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        server = self.server
        assert isinstance(server, HandWrittenServer)
        length = int(self.headers["content-length"])
        server.bodies.append(parse(self.rfile.read(length)))
        self.send_response(server.status)
        self.send_header("content-type", "text/event-stream")
        self.end_headers()
        for chunk in server.chunks:
            self.wfile.write(b"data: " + json.dumps(chunk).encode() + b"\n\n")
        self.wfile.write(b"data: [DONE]\n\n")

    def do_GET(self) -> None:
        self.send_response(204)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        del format, args


@pytest.fixture
def hand_written() -> Generator[HandWrittenServer]:
    with HandWrittenServer() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def test_a_good_stream_becomes_the_message_a_page_shows(
    consumer: Consumer, hand_written: HandWrittenServer
) -> None:
    hand_written.chunks = TURN
    turn = (
        consumer.tab(hand_written.url, "chat-1", {"authorization": "Bearer x"}).send("How free?").succeeded()
    )
    assert turn.answer.id == "m1"
    assert turn.answer.text == "12.5 hours are free."
    assert turn.answer.metadata == {"model": "scripted-1"}
    assert [text_at(part, "state") for part in turn.answer.tool_parts()] == ["output-available"]
    assert [text_at(part, "data", "label") for part in turn.data] == ["Thinking…"]
    assert at(hand_written.bodies[0], "trigger") == "submit-message"
    assert text_at(items_at(hand_written.bodies[0], "messages")[0], "parts", 0, "text") == "How free?"


def test_the_last_message_alone_can_be_sent(consumer: Consumer, hand_written: HandWrittenServer) -> None:
    hand_written.chunks = TURN
    consumer.tab(hand_written.url, "chat-1", {}, only_last=True).send("How free?").succeeded()
    body = hand_written.bodies[0]
    assert at(body, "messages") is None
    assert text_at(body, "message", "parts", 0, "text") == "How free?"


@pytest.mark.parametrize(
    "wrong",
    [
        {"type": "tool-result", "toolCallId": "c1"},
        {"type": "finish", "finishReason": "tool_calls"},
        {"type": "text-delta", "id": "never-opened", "delta": "x"},
    ],
    ids=["unknown type", "unknown reason", "delta of no part"],
)
def test_a_chunk_that_breaks_the_protocol_is_an_error_at_the_consumer(
    consumer: Consumer, hand_written: HandWrittenServer, wrong: JsonValue
) -> None:
    hand_written.chunks = [TURN[0], wrong]
    turn = consumer.tab(hand_written.url, "chat-1", {}).send("go")
    assert turn.status == "error"
    with pytest.raises(AssertionError):
        turn.succeeded()


def test_a_tab_that_stops_after_some_chunks_reports_the_abort(
    consumer: Consumer, hand_written: HandWrittenServer
) -> None:
    hand_written.chunks = TURN
    turn = consumer.tab(hand_written.url, "chat-1", {}).start_send("go", stopAfter=4).result()
    assert turn.status == "ready"
    assert turn.finish is not None
    assert turn.finish.is_abort


def test_resuming_where_nothing_runs_leaves_the_chat_ready(
    consumer: Consumer, hand_written: HandWrittenServer
) -> None:
    turn = consumer.tab(hand_written.url, "chat-1", {}).resume()
    assert (turn.status, turn.http_status, turn.chunks) == ("ready", 204, [])


def test_a_history_with_a_null_field_is_refused(consumer: Consumer) -> None:
    good: JsonValue = {"id": "u", "role": "user", "parts": [{"type": "text", "text": "hello"}]}
    consumer.validate([good])
    bad: JsonValue = {"id": "u", "role": "user", "parts": [{"type": "text", "text": "hello", "state": None}]}
    with pytest.raises(AssertionError):
        consumer.validate([bad])
