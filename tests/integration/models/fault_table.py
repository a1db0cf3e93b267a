"""What an endpoint can do, and what must come of it whichever client asks."""

import json
from collections.abc import Sequence
from dataclasses import dataclass

from leadhand.errors import (
    ContextOverflow,
    JsonValue,
    LeadhandError,
    ModelRejected,
    ModelTimeout,
    ModelUnavailable,
    TokenLimit,
)
from tests.integration.models.asking import Outcome
from tests.integration.models.scripted_endpoint import (
    HELLO,
    USAGE,
    WHOLE,
    Reply,
    chunk,
    compressed,
    fails,
    framed,
    hangs,
    redirects,
    says,
    sends,
    streams,
    tool_call_chunk,
)

SOON = {"retry_after_ms": "1"}
HELLO_SAID = Outcome("Hello", tokens=(7, 2), finish="stop")
HELLO_IN_TWO = Outcome("Hello", tokens=(7, 2), finish="stop", requests=2)
ARGUMENTS = '{"hours": 50, "note": "Größe → 5"}'
STREAM_HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n"
CHUNKED_HEAD = STREAM_HEAD + b"transfer-encoding: chunked\r\nconnection: close\r\n\r\n"
UNTIL_CLOSE_HEAD = STREAM_HEAD + b"connection: close\r\n\r\n"


@dataclass(frozen=True, slots=True)
class Case:
    replies: Sequence[Reply]
    expected: Outcome
    retries: int = 1
    read_timeout_s: float = 5.0


def sse(events: Sequence[dict[str, JsonValue]], *, line_end: str = "\n", done: bool = True) -> str:
    """The text of a stream."""
    texts = [json.dumps(event, ensure_ascii=False) for event in events] + (["[DONE]"] if done else [])
    return "".join(f"data: {text}{line_end}{line_end}" for text in texts)


def _pretty(events: Sequence[dict[str, JsonValue]]) -> str:
    texts = [json.dumps(event, indent=1) for event in events]
    blocks = ["\n".join(f"data: {line}" for line in text.split("\n")) for text in texts]
    return "\n\n".join([*blocks, "data: [DONE]", ""])


def _call(*fragments: dict[str, JsonValue]) -> tuple[dict[str, JsonValue], ...]:
    return (*fragments, chunk({}, "tool_calls"), USAGE)


def _called(*calls: tuple[str, JsonValue]) -> Outcome:
    return Outcome(calls=list(calls), tokens=(7, 2), finish="tool_calls")


def fault(kind: type[LeadhandError], *, requests: int = 1, text: str = "") -> Outcome:
    return Outcome(text=text, fault=kind, requests=requests)


_IN_CHARACTERS = _call(
    tool_call_chunk(name="check_capacity", arguments=""),
    *(tool_call_chunk(call_id=None, arguments=character) for character in ARGUMENTS),
)
_TWO_AT_ONCE = _call(
    tool_call_chunk(index=0, call_id="a", name="check_capacity", arguments='{"hours"'),
    tool_call_chunk(index=1, call_id="b", name="list_machines", arguments="{"),
    tool_call_chunk(index=0, call_id=None, arguments=": 1}"),
    tool_call_chunk(index=1, call_id=None, arguments="}"),
)
_TWO_UNDER_ONE_INDEX = _call(
    tool_call_chunk(index=0, call_id="a", name="check_capacity", arguments='{"hours": 1}'),
    tool_call_chunk(index=0, call_id="b", name="list_machines", arguments="{}"),
)
_AZURE: dict[str, JsonValue] = {**chunk({}), "choices": [], "prompt_filter_results": []}
_UMLAUTS = (chunk({"content": "Größe → 5 mm 🙂"}), chunk({}, "stop"), USAGE)
_ERROR: dict[str, JsonValue] = {"error": {"message": "SECRET", "type": "server_error", "code": None}}
_QUOTA: dict[str, JsonValue] = {"error": {"message": "SECRET", "code": "insufficient_quota"}}
_OVERFLOW: dict[str, JsonValue] = {"error": {"message": "Your input exceeds the context window"}}
_COMPLETION: JsonValue = {"object": "chat.completion", "choices": [{"message": {"content": "hi"}}]}
_BYTE_BY_BYTE = [framed(bytes([byte])) for byte in sse(_UMLAUTS).encode()]

RIGHT: dict[str, Case] = {
    "an answer in pieces": Case([streams(WHOLE)], HELLO_SAID),
    "tool-call JSON in single characters": Case(
        [streams(_IN_CHARACTERS)], _called(("check_capacity", {"hours": 50, "note": "Größe → 5"}))
    ),
    "two calls at once, interleaved": Case(
        [streams(_TWO_AT_ONCE)], _called(("check_capacity", {"hours": 1}), ("list_machines", {}))
    ),
    "two calls under one index": Case(
        [streams(_TWO_UNDER_ONE_INDEX)], _called(("check_capacity", {"hours": 1}), ("list_machines", {}))
    ),
    "a call whose arguments are no JSON": Case(
        [streams(_call(tool_call_chunk(name="check_capacity", arguments='{"hours": 5')))],
        _called(("check_capacity", "The tool's input is not valid JSON.")),
    ),
    "lines that end with CRLF": Case([says(sse(WHOLE, line_end="\r\n"))], HELLO_SAID),
    "lines that end with CR": Case([says(sse(WHOLE, line_end="\r"))], HELLO_SAID),
    "comments, names and ids": Case(
        [says(sse(WHOLE).replace("data: ", ": hi\nevent: x\ndata:"))], HELLO_SAID
    ),
    "events over several lines": Case([says(_pretty(WHOLE))], HELLO_SAID),
    "no [DONE]": Case([streams(WHOLE, done=False)], HELLO_SAID),
    "more after [DONE]": Case([says(sse(WHOLE) + "data: nonsense\n\n")], HELLO_SAID),
    "usage missing": Case([streams(WHOLE[:-1])], Outcome("Hello", finish="stop")),
    "choices that begin empty": Case([streams((_AZURE, *WHOLE))], HELLO_SAID),
    "an answer cut by its length": Case(
        [streams((*HELLO, chunk({}, "length")))], Outcome("Hello", finish="length")
    ),
    "an empty answer": Case([streams((chunk({"content": None}), chunk({}, "stop")))], Outcome(finish="stop")),
    "umlauts and emoji in single bytes": Case(
        [sends(CHUNKED_HEAD, *_BYTE_BY_BYTE, b"0\r\n\r\n")],
        Outcome("Größe → 5 mm 🙂", tokens=(7, 2), finish="stop"),
    ),
    "a body until the connection closes": Case(
        [sends(UNTIL_CLOSE_HEAD, sse(WHOLE, done=False).encode())], HELLO_SAID
    ),
    "a head in single bytes": Case(
        [sends(*(bytes([byte]) for byte in UNTIL_CLOSE_HEAD), sse(WHOLE).encode())], HELLO_SAID
    ),
    "early hints before the answer": Case(
        [sends(b"HTTP/1.1 103 Early Hints\r\nlink: </x>\r\n\r\n", UNTIL_CLOSE_HEAD, sse(WHOLE).encode())],
        HELLO_SAID,
    ),
    "gzip": Case([compressed(sse(WHOLE), "gzip")], HELLO_SAID),
    "deflate": Case([compressed(sse(WHOLE), "deflate")], HELLO_SAID),
    "deflate without its wrapping": Case([compressed(sse(WHOLE), "raw deflate")], HELLO_SAID),
    "a long answer in one piece": Case(
        [streams((chunk({"content": "x" * 390_000}), chunk({}, "stop")))],
        Outcome("x" * 390_000, finish="stop"),
    ),
    "a redirect that keeps the request": Case(
        [redirects(307, "/v2/chat/completions"), streams(WHOLE)], HELLO_IN_TWO
    ),
    "a redirect that makes it a GET": Case([redirects(302, "/elsewhere"), streams(WHOLE)], HELLO_IN_TWO),
}

RETRIED: dict[str, Case] = {
    **{
        f"{status}, then an answer": Case([fails(status, **SOON), streams(WHOLE)], HELLO_IN_TWO)
        for status in (408, 409, 429, 500, 502, 503, 529)
    },
    "500 without a word about when": Case([fails(500), streams(WHOLE)], HELLO_IN_TWO),
    "400 that asks to be tried again": Case(
        [fails(400, x_should_retry="true", **SOON), streams(WHOLE)], HELLO_IN_TWO
    ),
    "a connection closed without an answer": Case([sends(b""), streams(WHOLE)], HELLO_IN_TWO),
    "500 every time": Case([fails(500, **SOON)], fault(ModelUnavailable, requests=4), retries=3),
    "429 every time": Case([fails(429, **SOON)], fault(ModelUnavailable, requests=3), retries=2),
    "500 that wants no other try": Case([fails(500, x_should_retry="false")], fault(ModelUnavailable)),
    "429 with too long a wait": Case([fails(429, retry_after="21")], fault(ModelUnavailable)),
    "429 with too long a wait in milliseconds": Case(
        [fails(429, retry_after_ms="60000")], fault(ModelUnavailable)
    ),
    "a used-up quota": Case([fails(429, code="insufficient_quota")], fault(ModelRejected), retries=0),
    "not HTTP": Case([sends(b"SSH-2.0-OpenSSH_9.9\r\n")], fault(ModelUnavailable), retries=0),
    "a head without end": Case(
        [sends(STREAM_HEAD + b"x-long: " + b"x" * 200_000)], fault(ModelUnavailable), retries=0
    ),
}

REFUSED: dict[str, Case] = {
    **{str(status): Case([fails(status)], fault(ModelRejected)) for status in (400, 401, 403, 404, 418, 422)},
    "413": Case([fails(413)], fault(ContextOverflow)),
    "400 by the vendor's code for too much text": Case(
        [fails(400, code="context_length_exceeded")], fault(ContextOverflow)
    ),
    "400 in a local server's words for too much text": Case(
        [fails(400, message="This model's maximum context length is 4096 tokens.")], fault(ContextOverflow)
    ),
    "a redirect to nowhere": Case([redirects(307)], fault(ModelRejected)),
    "a redirect to another protocol": Case(
        [redirects(307, "ftp://127.0.0.1/v1")], fault(ModelUnavailable), retries=0
    ),
    "redirects in a circle": Case([redirects(307, "/v1")], fault(ModelUnavailable, requests=21), retries=0),
    "a whole answer as JSON": Case([says(json.dumps(_COMPLETION), "application/json")], fault(ModelRejected)),
    "a web page": Case([says("<html>hello</html>", "text/html")], fault(ModelRejected)),
    "nothing at all": Case([says("")], fault(ModelRejected)),
}

BROKEN: dict[str, Case] = {
    "silence from the start": Case([hangs()], fault(ModelTimeout), retries=0, read_timeout_s=0.3),
    "silence, every time": Case([hangs()], fault(ModelTimeout, requests=2), retries=1, read_timeout_s=0.3),
    "silence after the head": Case([hangs([])], fault(ModelTimeout), retries=1, read_timeout_s=0.3),
    "silence in the middle": Case(
        [hangs(HELLO)], fault(ModelTimeout, text="Hello"), retries=2, read_timeout_s=0.3
    ),
    "comments and no answer": Case(
        [hangs(HELLO, keep_alive_s=0.1)], fault(ModelTimeout, text="Hello"), read_timeout_s=0.4
    ),
    "cut in the middle": Case(
        [streams(HELLO, done=False, end=False)], fault(ModelUnavailable, text="Hello"), retries=2
    ),
    "cut in the middle of a call": Case(
        [streams(_IN_CHARACTERS[:9], done=False, end=False)], fault(ModelUnavailable)
    ),
    "cut in the middle of an event": Case(
        [sends(CHUNKED_HEAD, framed(sse(HELLO)[:-40].encode()))], fault(ModelUnavailable, text="Hel")
    ),
    "ended in good order but unfinished": Case(
        [streams((*HELLO, USAGE))], fault(ModelUnavailable, text="Hello")
    ),
    "an event that is no JSON": Case(
        [says(sse(HELLO, done=False) + 'data: {"choices": [\n\n')], fault(ModelUnavailable, text="Hello")
    ),
    "an event that is no UTF-8": Case(
        [sends(UNTIL_CLOSE_HEAD, sse(HELLO, done=False).encode() + b'data: {"\xff": 1}\n\n')],
        fault(ModelUnavailable, text="Hello"),
    ),
    "an error instead of an answer": Case([streams((_ERROR,))], fault(ModelUnavailable)),
    "an error in the middle": Case([streams((*HELLO, _ERROR))], fault(ModelUnavailable, text="Hello")),
    "a used-up quota in the middle": Case([streams((*HELLO, _QUOTA))], fault(ModelRejected, text="Hello")),
    "too much text, said in the stream": Case([streams((_OVERFLOW,))], fault(ContextOverflow)),
    "a body that is not its encoding": Case([compressed("", "broken gzip")], fault(ModelUnavailable)),
    "a megabyte in one piece": Case(
        [streams((chunk({"content": "x" * 1_000_000}), chunk({}, "stop")))], fault(TokenLimit)
    ),
    "a megabyte in small pieces": Case(
        [streams((*(chunk({"content": "x" * 10_000}) for _ in range(100)), chunk({}, "stop")))],
        fault(TokenLimit),
    ),
    "an endless tool input": Case(
        [streams(_call(tool_call_chunk(name="check_capacity", arguments="[" * 150_000)))], fault(TokenLimit)
    ),
}

CASES: dict[str, Case] = {**RIGHT, **RETRIED, **REFUSED, **BROKEN}
