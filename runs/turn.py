"""What a caller asks for: one turn on one of their threads."""

from dataclasses import dataclass
from enum import StrEnum


class Trigger(StrEnum):
    SUBMIT = "submit-message"
    REGENERATE = "regenerate-message"


@dataclass(frozen=True, slots=True)
class TurnRequest:
    """The only things taken from a chat request; everything else is the server's own.

    `chat_id`: the client's id of the thread. `user_message_id`, `text`: the newest user message, absent in a
    bare regenerate. `message_id`: with SUBMIT the user message that is edited, with REGENERATE the message to
    answer anew. `idempotency_key`: the header, if one was sent.
    """

    chat_id: str
    trigger: Trigger = Trigger.SUBMIT
    message_id: str | None = None
    user_message_id: str | None = None
    text: str | None = None
    idempotency_key: str | None = None
