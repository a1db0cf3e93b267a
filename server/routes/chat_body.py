"""What a chat request may say, and the little of it that counts: the newest user text."""

from typing import Annotated, Final
from uuid import UUID

from fastapi import Path
from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    JsonValue,
    StrictBool,
    StringConstraints,
    ValidationError,
)

from leadhand.context import Permission, TenantContext
from leadhand.errors import InvalidRequest
from runs.answers import Answer
from runs.turn import Trigger, TurnRequest

MAX_MESSAGES: Final = 2_000
MAX_PARTS: Final = 2_000
MAX_ANSWERS: Final = 50
MAX_REASON_CHARS: Final = 1_000

# Chat and message ids come from the client, UUIDs and 16 alphanumerics mostly; they stand in paths and logs.
ClientId = Annotated[
    str, StringConstraints(min_length=1, max_length=200, pattern=r"^[A-Za-z0-9._~:@=+,!-]+$")
]

# As a path parameter; the name in the path is the public one.
ChatId = Annotated[ClientId, Path(alias="id", description="The client's chat id")]


class ClientMessage(BaseModel):
    """A UI message as the client sees it. Only the newest is looked into; answers are taken as they are."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    role: str = Field(max_length=50, examples=["user"])
    id: ClientId | None = Field(default=None, examples=["bIof71OTlRmakwQg"])
    parts: list[JsonValue] = Field(default_factory=list[JsonValue], max_length=MAX_PARTS)


class _Said(BaseModel):
    """`approval` of a tool part that a person has answered; what else the client holds in it is ignored."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    id: UUID
    approved: StrictBool
    reason: str | None = Field(default=None, max_length=MAX_REASON_CHARS)


class ChatBody(BaseModel):
    """Either the whole `messages`, as `DefaultChatTransport` sends them, or just the last `message`."""

    model_config = ConfigDict(
        extra="ignore",
        frozen=True,
        json_schema_extra={
            "examples": [
                {
                    "id": "9fbfe144-a4d3-47de-8cc3-64e9786a3bc3",
                    "trigger": "submit-message",
                    "messages": [
                        {
                            "id": "bIof71OTlRmakwQg",
                            "role": "user",
                            "parts": [{"type": "text", "text": "When is the Puma 3100 available?"}],
                        }
                    ],
                }
            ]
        },
    )

    id: ClientId
    messages: list[ClientMessage] | None = Field(default=None, max_length=MAX_MESSAGES)
    message: ClientMessage | None = None
    trigger: Trigger = Trigger.SUBMIT
    message_id: ClientId | None = Field(default=None, alias="messageId")
    model: str | None = Field(default=None, max_length=200, description="Needs the permission `studio`.")
    temperature: float | None = Field(default=None, description="Needs the permission `studio`.")

    @property
    def newest(self) -> ClientMessage | None:
        if self.message is not None:
            return self.message
        return self.messages[-1] if self.messages else None


def turn_of(body: ChatBody, idempotency_key: str | None, max_chars: int) -> TurnRequest:
    """The turn that `body` asks for.

    Raises:
        InvalidRequest: no user message to answer, an attachment, no text, or more than `max_chars` of it.
    """
    newest = body.newest
    if body.trigger is Trigger.SUBMIT and (newest is None or newest.role != "user"):
        raise _wrong("messages", "the last message should be the user's")
    asked = newest if newest is not None and newest.role == "user" else None
    return TurnRequest(
        chat_id=body.id,
        trigger=body.trigger,
        message_id=body.message_id,
        user_message_id=asked.id if asked else None,
        text=_text_of(asked, max_chars) if asked else None,
        idempotency_key=idempotency_key,
    )


def answers_of(body: ChatBody) -> list[Answer]:
    """The answers to approvals that `body` brings: an assistant's message as the newest has nothing else.

    Raises:
        InvalidRequest: an answer that is none, or a reason that is too long.
    """
    newest = body.newest
    if body.trigger is not Trigger.SUBMIT or newest is None or newest.role != "assistant":
        return []
    answers: list[Answer] = []
    for number, part in enumerate(newest.parts):
        if isinstance(part, dict) and part.get("state") == "approval-responded":
            answers.append(_answer(part.get("approval"), f"parts.{number}.approval"))
    if len(answers) > MAX_ANSWERS:
        raise _wrong("parts", f"there are more than {MAX_ANSWERS} answers")
    return answers


def _answer(given: JsonValue, place: str) -> Answer:
    try:
        said = _Said.model_validate(given)
    except ValidationError:
        raise _wrong(
            place, "should have the id of an approval, `approved` and at most a short reason"
        ) from None
    return Answer(said.id, said.approved, said.reason)


def check_choice(body: ChatBody, tenant: TenantContext, model_name: str) -> None:
    """A model or temperature that the answer would not be made with is refused, not ignored.

    Raises:
        PermissionDenied: asked without the permission `studio`.
        InvalidRequest: another model than the server's, or a temperature.
    """
    if body.model is None and body.temperature is None:
        return
    tenant.require(Permission.STUDIO)
    if body.temperature is not None:
        raise _wrong("temperature", "this server leaves the temperature to its model")
    if body.model != model_name:
        raise _wrong("model", f"this server answers with {model_name}")


def _text_of(message: ClientMessage, max_chars: int) -> str:
    texts: list[str] = []
    for number, part in enumerate(message.parts):
        kind, text = (part.get("type"), part.get("text")) if isinstance(part, dict) else (None, None)
        if kind == "file":
            raise _wrong(f"parts.{number}", "attachments are not supported; please send text only")
        if kind == "text":
            if not isinstance(text, str):
                raise _wrong(f"parts.{number}.text", "should be a string")
            texts.append(text)
    joined = "\n".join(texts)
    if not joined.strip():
        raise _wrong("parts", "the message has no text")
    if len(joined) > max_chars:
        raise _wrong("parts", f"the text is longer than {max_chars} characters")
    return joined


def _wrong(field: str, problem: str) -> InvalidRequest:
    return InvalidRequest(
        f"The message cannot be answered: {problem}.",
        details={"fields": [{"field": field, "problem": problem}]},
    )
