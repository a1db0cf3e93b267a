"""What a scripted model is told to do: replies made of steps, and what it saw of a request."""

import json
import threading
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import TypeAlias

from leadhand.errors import JsonValue
from tests.acceptance.json_access import at, items_at, text_at

GATE_TIMEOUT_S = 60.0


class Gate:
    """A pause under the test's control: the model reaches it and waits until the test opens it."""

    def __init__(self) -> None:
        self._reached = threading.Event()
        self._opened: Future[None] = Future()

    def wait_reached(self) -> None:
        """Block the test until the model stands at the gate."""
        assert self._reached.wait(GATE_TIMEOUT_S), "the model never reached this point of its script"

    def open(self) -> None:
        if not self._opened.done():
            self._opened.set_result(None)

    def reach(self) -> Future[None]:
        """For the model's side: note the arrival, get what to wait for."""
        self._reached.set()
        return self._opened


@dataclass(frozen=True, slots=True)
class Text:
    """One content delta."""

    delta: str


@dataclass(frozen=True, slots=True)
class CallStart:
    """The first delta of a tool call: its place among parallel calls, the provider's id, the name."""

    index: int
    call_id: str
    name: str


@dataclass(frozen=True, slots=True)
class CallFragment:
    """The next piece of the JSON text of a call's arguments."""

    index: int
    fragment: str


@dataclass(frozen=True, slots=True)
class Pause:
    gate: Gate


@dataclass(frozen=True, slots=True)
class Cut:
    """Reset the connection here, in the middle of the chunked body."""


@dataclass(frozen=True, slots=True)
class Hang:
    """Say nothing more, for as long as the client stays."""


@dataclass(frozen=True, slots=True)
class Raw:
    """Bytes sent as they are in the place of a frame: what a broken proxy or provider might send."""

    body: bytes


@dataclass(frozen=True, slots=True)
class Chatter:
    """Say something, an empty comment by default, again and again for as long as the client stays."""

    body: bytes = b": processing\n\n"


@dataclass(frozen=True, slots=True)
class End:
    """End the body in good order here, with no finish reason: a proxy that has lost its upstream."""


Step: TypeAlias = Text | CallStart | CallFragment | Pause | Cut | Hang | Raw | Chatter | End


@dataclass(frozen=True, slots=True)
class Usage:
    prompt_tokens: int = 900
    completion_tokens: int = 40


@dataclass(frozen=True, slots=True)
class Streamed:
    """A reply by steps; with no `finish_reason` it follows from them, with no `usage` none is reported."""

    steps: tuple[Step, ...]
    finish_reason: str | None = None
    usage: Usage | None = field(default_factory=Usage)


@dataclass(frozen=True, slots=True)
class HttpFault:
    """A refusal before any stream, as providers word it; `code` follows from the status unless given."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict[str, str])
    message: str = "scripted fault"
    code: str | None = None

    @property
    def body(self) -> bytes:
        kind = self.code or ("rate_limit_exceeded" if self.status == 429 else "server_error")
        return json.dumps({"error": {"message": self.message, "type": kind, "code": kind}}).encode()


@dataclass(frozen=True, slots=True)
class Page:
    """A 200 with a body that is no stream: a web page, an error in good order."""

    body: bytes
    content_type: str = "text/html"


@dataclass(frozen=True, slots=True)
class Silence:
    """The request is taken and never answered."""


@dataclass(frozen=True, slots=True)
class Drop:
    """The connection is reset in place of an answer."""


ModelReply: TypeAlias = Streamed | HttpFault | Page | Silence | Drop


@dataclass(frozen=True, slots=True)
class ModelRequest:
    """One request as it reached the model. `gone` is set when the client leaves before the reply is over."""

    number: int
    body: JsonValue
    headers: Mapping[str, str]
    gone: threading.Event = field(default_factory=threading.Event)

    @property
    def messages(self) -> list[JsonValue]:
        return items_at(self.body, "messages")

    @property
    def roles(self) -> list[str]:
        return [text_at(message, "role") for message in self.messages]

    @property
    def tool_names(self) -> list[str]:
        return [text_at(tool, "function", "name") for tool in items_at(self.body, "tools")]

    def contents(self, role: str) -> list[str]:
        """The texts of all messages of one role, in order."""
        return [_content(message) for message in self.messages if at(message, "role") == role]

    @property
    def last_user_text(self) -> str:
        return self.contents("user")[-1]

    @property
    def trailing_tool_results(self) -> list[str]:
        """The contents of the tool messages at the end: the results that this call is to work with."""
        results: list[str] = []
        for message in reversed(self.messages):
            if at(message, "role") != "tool":
                break
            results.insert(0, _content(message))
        return results


ReplyRule: TypeAlias = Callable[[ModelRequest], ModelReply]


def _content(message: JsonValue) -> str:
    content = at(message, "content")
    if isinstance(content, list):
        return "".join(text_at(part, "text") for part in content)
    return content if isinstance(content, str) else ""


def says(*deltas: str, usage: Usage | None = None, finish_reason: str | None = None) -> Streamed:
    """An answer in the given deltas."""
    return Streamed(tuple(Text(delta) for delta in deltas), finish_reason, usage or Usage())


def plays(*steps: Step) -> Streamed:
    """A reply step by step."""
    return Streamed(steps)


def calls(*tools: tuple[str, JsonValue], fragment_chars: int = 0, call_id: str = "call") -> Streamed:
    """One or several parallel tool calls, their arguments whole or in fragments of `fragment_chars`."""
    steps: list[Step] = []
    for index, (name, arguments) in enumerate(tools):
        steps.extend(call_steps(name, arguments, index=index, fragment_chars=fragment_chars, call_id=call_id))
    return Streamed(tuple(steps))


def call_steps(
    name: str, arguments: JsonValue, *, index: int = 0, fragment_chars: int = 0, call_id: str = "call"
) -> list[Step]:
    """The steps of one call; `arguments` that are a string are sent as they are, broken JSON too."""
    written = arguments if isinstance(arguments, str) else json.dumps(arguments)
    size = fragment_chars or max(1, len(written))
    fragments = [written[start : start + size] for start in range(0, len(written), size)]
    start = CallStart(index, f"{call_id}_{index}", name)
    return [start, *(CallFragment(index, fragment) for fragment in fragments)]
