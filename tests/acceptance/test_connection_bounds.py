"""What a connection may take of the server: time, bytes and places. Spoken on raw sockets."""

import json
from collections.abc import Generator
from contextlib import ExitStack

import pytest

from tests.acceptance.caller import Caller, new_chat_id, question, refusal
from tests.acceptance.model_script import Gate, Pause, Text, plays, says
from tests.acceptance.raw_connection import RawConnection, head
from tests.acceptance.scripted_model import ScriptedModel
from tests.acceptance.server_process import ServerProcess
from tests.acceptance.workspace import Workspace

MAX_CONNECTIONS = 260
HALF = head("content-type: application/json")[:-1]


@pytest.fixture(scope="module")
def strict_server(
    builtin_server: ServerProcess, workspace: Workspace, model_settings: dict[str, str]
) -> Generator[ServerProcess]:
    """A server with little patience."""
    del builtin_server
    settings = {
        **model_settings,
        "LEADHAND_HEADER_TIMEOUT_S": "2",
        "LEADHAND_BODY_TIMEOUT_S": "1",
        "LEADHAND_WRITE_TIMEOUT_S": "2",
        "LEADHAND_KEEP_ALIVE_TIMEOUT_S": "1",
        "LEADHAND_MAX_HEADER_BYTES": "8000",
        "LEADHAND_MAX_CONNECTIONS": str(MAX_CONNECTIONS),
        "LEADHAND_MAX_USER_STREAMS": "2",
    }
    with ServerProcess(workspace, "strict", settings) as server:
        yield server


@pytest.fixture
def anna(strict_server: ServerProcess, anna_token: str) -> Generator[Caller]:
    with Caller(strict_server.url, anna_token) as caller:
        yield caller


@pytest.fixture
def line(strict_server: ServerProcess) -> Generator[RawConnection]:
    with RawConnection(strict_server.port) as connection:
        yield connection


def test_half_a_header_is_told_that_it_is_late_and_the_connection_closed(line: RawConnection) -> None:
    line.send(HALF)
    answer = line.answer()
    assert (answer.status, answer.code) == (408, "request_timeout")
    assert answer.headers["connection"] == "close"
    assert answer.headers["x-content-type-options"] == "nosniff"


def test_a_header_byte_by_byte_is_late_as_a_whole(line: RawConnection) -> None:
    line.drip(head(f"x-slow: {'x' * 5_000}"))
    assert line.answer().code == "request_timeout"


def test_line_ends_for_ever_are_no_request(line: RawConnection) -> None:
    line.drip(b"\r\n" * 3_000)
    assert line.answer().code == "request_timeout"


def test_a_connection_that_says_nothing_is_closed_without_a_word(line: RawConnection) -> None:
    assert line.until_closed() == b""


def test_an_idle_connection_is_closed_after_its_answer(line: RawConnection) -> None:
    line.send(head(method="GET", path="/healthz"), b"\r\n")
    answer = line.answer()
    assert (answer.status, "connection" in answer.headers) == (200, False)


def test_half_a_body_is_told_that_it_is_late_and_the_connection_closed(
    line: RawConnection, anna_token: str
) -> None:
    line.send(
        head(f"authorization: Bearer {anna_token}", "content-type: application/json", "content-length: 500"),
        b'\r\n{"id": ',
    )
    answer = line.answer()
    assert (answer.status, answer.code) == (408, "request_timeout")


def test_a_body_that_nobody_waits_for_is_not_taken_for_ever(line: RawConnection) -> None:
    """A stranger is refused by the header; the connection still ends if the body never does."""
    line.send(head("content-length: 100000"), b"\r\n")
    line.drip(b"x" * 1_000)
    assert line.answer().code == "unauthorized"


@pytest.mark.parametrize(
    "sent",
    [
        head(f"x-large: {'x' * 9_000}") + b"\r\n",
        head(*(f"x-{number}: y" for number in range(2_000))) + b"\r\n",
        head(path=f"/api/threads?cursor={'x' * 9_000}", method="GET") + b"\r\n",
        head() + b"x-endless: " + b"x" * 200_000,
    ],
    ids=["one header", "many headers", "address", "without an end"],
)
def test_a_header_above_the_limit_is_refused(line: RawConnection, sent: bytes) -> None:
    line.send(sent)
    answer = line.answer()
    assert (answer.status, answer.code) == (431, "headers_too_large")


@pytest.mark.parametrize("sent", [b"\x16\x03\x01\x02\x00\x01\x00", b"HELLO\r\n\r\n", b"GET / SPDY/9\r\n\r\n"])
def test_what_is_no_http_is_refused_in_the_one_shape(line: RawConnection, sent: bytes) -> None:
    line.send(sent)
    answer = line.answer()
    assert (answer.status, answer.code) == (400, "invalid_request")


def test_requests_far_ahead_of_their_answers_end_the_connection(line: RawConnection, anna_token: str) -> None:
    request = head(f"authorization: Bearer {anna_token}", method="GET", path="/api/machines") + b"\r\n"
    line.send(request * 500)
    assert line.until_closed().count(b"HTTP/1.1 200") < 100


def test_two_hundred_half_headers_do_not_keep_anybody_from_asking(
    strict_server: ServerProcess, anna: Caller, scripted_model: ScriptedModel
) -> None:
    scripted_model.play(says("Monday."))
    with ExitStack() as held:
        lines = [held.enter_context(RawConnection(strict_server.port)) for _ in range(200)]
        for line in lines:
            line.send(HALF)
        assert anna.ask(new_chat_id(), "When is it free?").text == "Monday."
        assert {line.answer().code for line in lines} == {"request_timeout"}


def test_beyond_the_most_connections_the_next_is_told_to_come_back(
    strict_server: ServerProcess,
) -> None:
    with ExitStack() as held:
        lines = [held.enter_context(RawConnection(strict_server.port)) for _ in range(2 * MAX_CONNECTIONS)]
        for line in lines:
            line.send(HALF)
        answers = [line.answer() for line in lines]
    refused = [answer for answer in answers if answer.code == "too_many_connections"]
    assert {(answer.status, int(answer.headers["retry-after"]) > 0) for answer in refused} == {(503, True)}
    assert {answer.code for answer in answers} == {"too_many_connections", "request_timeout"}
    strict_server.wait_ready()


def test_a_reader_that_never_reads_does_not_hold_up_the_turn_and_is_cut(
    strict_server: ServerProcess, anna: Caller, anna_token: str, scripted_model: ScriptedModel
) -> None:
    # Six bytes each on the wire; far more than the buffers of the two kernels and the server hold.
    words = "\x01" * 3_900
    scripted_model.play(says(*[words] * 100), says("Still there."))
    chat = new_chat_id()
    body = json.dumps(question(chat, "Tell me everything.")).encode()
    with RawConnection(strict_server.port, receive_buffer_bytes=4_096) as line:
        line.send(
            head(
                f"authorization: Bearer {anna_token}",
                "content-type: application/json",
                f"content-length: {len(body)}",
            ),
            b"\r\n",
            body,
        )
        # Every round of these waits for the server.
        while len(anna.history(chat) if anna.knows(chat) else []) < 2:
            pass
        while "client does not read: cut" not in strict_server.log:
            assert anna.http.get("/healthz").status_code == 200
        received = line.until_closed()
    assert b'"start-step"' in received
    assert b"[DONE]" not in received
    assert anna.ask(chat, "Are you still there?").text == "Still there."


def test_a_person_with_as_many_streams_as_they_may_is_told_to_close_one(
    anna: Caller, scripted_model: ScriptedModel
) -> None:
    gate = Gate()
    scripted_model.play(plays(Text("One"), Pause(gate), Text(" moment.")))
    chat = new_chat_id()
    with anna.asking(chat, "When?") as first, anna.following(chat) as second:
        second.until_text("One")
        response = anna.http.get(f"/api/chat/{chat}/stream")
        error = refusal(response, 429, "too_many_streams")
        assert (error["retryable"], int(response.headers["retry-after"]) > 0) == (True, True)
        gate.open()
        assert first.to_end().text == second.to_end().text == "One moment."
    while (again := anna.http.get(f"/api/chat/{chat}/stream")).status_code == 429:
        refusal(again, 429, "too_many_streams")  # the places are given back a moment after the last byte
    assert again.status_code == 204
