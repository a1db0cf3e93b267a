"""What must be true of every stored conversation, whatever happened to it."""

from leadhand.errors import JsonValue
from tests.acceptance.caller import Caller
from tests.acceptance.consumer import Consumer
from tests.acceptance.json_access import at, items_at, text_at

UNFINISHED_STATES = {"streaming", "input-streaming", "input-available", "approval-requested"}


def sound_history(caller: Caller, consumer: Consumer, chat_id: str, *, roles: str) -> list[JsonValue]:
    """The thread's messages, after the npm package took them and nothing in them was found unfinished.

    `roles`: the expected roles by their first letters, "uaua" for two questions with their answers.
    """
    messages = caller.history(chat_id)
    assert "".join(text_at(message, "role")[0] for message in messages) == roles
    consumer.validate(messages)
    for message in messages:
        for part in items_at(message, "parts"):
            assert at(part, "state") not in UNFINISHED_STATES, part
    ids = [text_at(message, "id") for message in messages]
    assert len(set(ids)) == len(ids), f"a message stands twice: {ids}"
    return messages


def until_idle(caller: Caller, chat_id: str) -> None:
    """Follow the running turn of the thread, if any, to its end."""
    with caller.http.stream("GET", f"/api/chat/{chat_id}/stream") as response:
        if response.status_code == 204:
            return
        for _ in response.iter_bytes():
            pass
