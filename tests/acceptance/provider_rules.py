"""What providers insist on in a request; a history that breaks a rule is refused with a 400, for ever."""

import re

from leadhand.errors import JsonValue
from tests.acceptance.json_access import at, items_at, object_at, parse, text_at

TOOL_NAME = re.compile(r"[A-Za-z0-9_-]{1,64}")
ROLES = {"system", "user", "assistant", "tool"}


def broken_rule(messages: list[JsonValue]) -> str | None:
    """The first rule that the messages of a request break, None when a strict provider would take them."""
    try:
        _check(messages)
    except AssertionError as broken:
        return str(broken)
    return None


def _check(messages: list[JsonValue]) -> None:
    assert messages, "no messages"
    waiting: list[str] = []
    for number, message in enumerate(messages):
        role = text_at(message, "role")
        assert role in ROLES, f"message {number} has the role {role}"
        if role == "tool":
            call_id = text_at(message, "tool_call_id")
            assert call_id in waiting, f"message {number} answers {call_id}, which was not called just before"
            waiting.remove(call_id)
            assert text_at(message, "content"), f"message {number} is an empty tool result"
            continue
        assert not waiting, f"message {number} comes before the results of {waiting}"
        calls = items_at(message, "tool_calls") if role == "assistant" else []
        waiting = [_checked_call(call) for call in calls]
        assert len(set(waiting)) == len(waiting), f"message {number} uses a call id twice"
        assert calls or _says_something(message), f"message {number} ({role}) says nothing"
    assert not waiting, f"the results of {waiting} are missing"
    assert text_at(messages[-1], "role") != "assistant", "there is nothing to answer"


def _checked_call(call: JsonValue) -> str:
    name = text_at(call, "function", "name")
    assert TOOL_NAME.fullmatch(name), f"no provider takes a tool of the name {name!r}"
    object_at(parse(text_at(call, "function", "arguments")))
    return text_at(call, "id")


def _says_something(message: JsonValue) -> bool:
    content = at(message, "content")
    if isinstance(content, list):
        return any(text_at(part, "text").strip() for part in content)
    return isinstance(content, str) and bool(content.strip())
