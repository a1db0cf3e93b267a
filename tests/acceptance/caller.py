"""One person's HTTP access to one server: chat, history, tools."""

from collections.abc import Generator
from contextlib import contextmanager
from itertools import count
from types import TracebackType

import httpx2

from leadhand.errors import JsonValue
from tests.acceptance.consumer import Consumer, Tab
from tests.acceptance.json_access import items_at, object_at, parse, text_at
from tests.acceptance.stream_reader import ChatStream
from tests.acceptance.workspace import AS_OF

REQUEST_TIMEOUT_S = 60.0
_numbers = count(1)


def new_chat_id() -> str:
    return f"chat-{next(_numbers)}-of-the-day"


class Caller:
    """Context manager around an HTTP client with this person's token and a fixed clock."""

    def __init__(self, base_url: str, token: str, *, as_of: str | None = AS_OF) -> None:
        self.base_url = base_url
        self.headers = {"authorization": f"Bearer {token}"}
        if as_of is not None:
            self.headers["x-as-of"] = as_of
        self.http = httpx2.Client(base_url=base_url, headers=self.headers, timeout=REQUEST_TIMEOUT_S)

    def __enter__(self) -> "Caller":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.http.close()

    @contextmanager
    def post_chat(self, body: JsonValue, headers: dict[str, str] | None = None) -> Generator[ChatStream]:
        """The stream of `POST /api/chat` with this body."""
        with self.http.stream("POST", "/api/chat", json=body, headers=headers) as response:
            yield ChatStream(response)

    def answer_in_chat(
        self, chat_id: str, asked: ChatStream, *answers: tuple[str, bool], reason: str | None = None
    ) -> ChatStream:
        """The answers (approval id, yes or no) to what `asked` waits for, and all that follows them."""
        said: JsonValue = {} if reason is None else {"reason": reason}
        assert isinstance(said, dict)
        parts: list[JsonValue] = [
            {
                "type": "tool-x",
                "toolCallId": "x",
                "state": "approval-responded",
                "input": {},
                "approval": {"id": approval_id, "approved": approved, **said},
            }
            for approval_id, approved in answers
        ]
        message: JsonValue = {"id": asked.message_id, "role": "assistant", "parts": parts}
        body: JsonValue = {"id": chat_id, "message": message, "messageId": asked.message_id}
        with self.http.stream("POST", "/api/chat", json=body) as response:
            return ChatStream(response, asked).to_end()

    @contextmanager
    def asking(self, chat_id: str, text: str, *, message_id: str | None = None) -> Generator[ChatStream]:
        """A question whose answer is still streaming inside the block; leaving it closes the connection."""
        with self.post_chat(question(chat_id, text, message_id=message_id)) as stream:
            yield stream

    def ask(self, chat_id: str, text: str, *, message_id: str | None = None) -> ChatStream:
        """A question and its whole answer."""
        with self.asking(chat_id, text, message_id=message_id) as stream:
            return stream.to_end()

    @contextmanager
    def following(self, chat_id: str) -> Generator[ChatStream]:
        """The stream that a reconnecting client gets."""
        with self.http.stream("GET", f"/api/chat/{chat_id}/stream") as response:
            yield ChatStream(response)

    def tab(self, consumer: Consumer, chat_id: str, **options: bool) -> Tab:
        """The same chat in a page of the npm client, with the history that the page would load."""
        history = self.history(chat_id) if self.knows(chat_id) else []
        return consumer.tab(self.base_url, chat_id, self.headers, messages=history, **options)

    def knows(self, chat_id: str) -> bool:
        return self.http.get(f"/api/threads/{chat_id}").status_code == 200

    def history(self, chat_id: str) -> list[JsonValue]:
        """The UI messages of the thread, oldest first."""
        response = self.http.get(f"/api/threads/{chat_id}/messages")
        assert response.status_code == 200, response.text
        return items_at(parse(response.content), "messages")

    def tool(self, name: str, tool_input: JsonValue) -> JsonValue:
        """The output of one tool run alone."""
        response = self.http.post(f"/api/tools/{name}", json=tool_input)
        assert response.status_code == 200, response.text
        return parse(response.content)

    def stop(self, chat_id: str) -> httpx2.Response:
        return self.http.post(f"/api/chat/{chat_id}/stop")


def question(
    chat_id: str, text: str, *, message_id: str | None = None, trigger: str = "submit-message"
) -> dict[str, JsonValue]:
    """The body of a new question, in the form with the last message alone."""
    message: JsonValue = {
        "id": message_id or f"message-{next(_numbers)}",
        "role": "user",
        "parts": [{"type": "text", "text": text}],
    }
    return {"id": chat_id, "message": message, "trigger": trigger}


def refusal(response: httpx2.Response, status: int, code: str) -> dict[str, JsonValue]:
    """The error object of a refused request, after a check of its one shape."""
    assert response.status_code == status, f"{response.status_code}: {response.text}"
    assert response.headers["content-type"].startswith("application/json")
    body = object_at(parse(response.content))
    assert set(body) == {"error"}, body
    error = object_at(body, "error")
    assert set(error) - {"details"} == {"code", "message", "retryable", "correlation_id"}, error
    assert text_at(error, "code") == code, error
    assert text_at(error, "message"), error
    assert isinstance(error["retryable"], bool), error
    assert text_at(error, "correlation_id"), error
    return error


def message_text(message: JsonValue) -> str:
    """All text parts of a UI message."""
    parts = items_at(message, "parts")
    return "\n\n".join(text_at(part, "text") for part in parts if text_at(part, "type") == "text")
