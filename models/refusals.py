"""What a provider means by a status that is not success; the same for every client."""

from dataclasses import dataclass

from leadhand.errors import JsonValue, LeadhandError
from models import fault_wordings as wordings

REQUEST_TIMEOUT, CONFLICT, TOO_MUCH, TOO_MANY, SERVER_ERROR = 408, 409, 413, 429, 500
# A used-up budget comes as "too many requests", but waiting does not help.
QUOTA_CODES = frozenset({"insufficient_quota", "billing_hard_limit_reached"})
OVERFLOW_CODES = frozenset({"context_length_exceeded", "exceed_context_size_error"})
# What vendors and local servers write when a prompt is longer than the model's context.
OVERFLOW_WORDINGS = (
    "context_length_exceeded",
    "Input tokens exceed the configured limit",
    "prompt is too long",
    "ContextWindowExceededError",
    "exceeds the context window",
    "maximum context length",
)


@dataclass(frozen=True, slots=True)
class ProviderError:
    """The provider's account of it. `text` decides between causes and is never shown or kept."""

    code: str = ""
    kind: str = ""
    text: str = ""

    @classmethod
    def of(cls, body: JsonValue) -> "ProviderError":
        """From the body of an error, with or without the wrapping `error`."""
        error = body.get("error", body) if isinstance(body, dict) else body
        if not isinstance(error, dict):
            return cls(text=error if isinstance(error, str) else "")
        message = error.get("message")
        code, kind = error.get("code"), error.get("type")
        return cls(
            code="" if code is None else str(code),
            kind=kind if isinstance(kind, str) else "",
            text=message if isinstance(message, str) else "",
        )

    @property
    def quota_used_up(self) -> bool:
        return self.code in QUOTA_CODES or self.kind in QUOTA_CODES

    @property
    def overflow(self) -> bool:
        named = self.code in OVERFLOW_CODES or self.kind in OVERFLOW_CODES
        return named or any(words in self.text for words in OVERFLOW_WORDINGS)


def refusal(status: int, error: ProviderError) -> LeadhandError:
    """The coded error for an answer with this status."""
    fault = _by_status(status, error)
    fault.note = fault.note or f"the model endpoint answers with HTTP status {status}"
    return fault


def refusal_in_stream(error: ProviderError) -> LeadhandError:
    """The coded error for an error event after the answer has begun."""
    if error.overflow:
        return wordings.too_much_text()
    if error.quota_used_up:
        return wordings.quota_used_up()
    fault = wordings.faulty()
    fault.note = "the model endpoint broke its answer off with an error"
    return fault


def _by_status(status: int, error: ProviderError) -> LeadhandError:
    if status == TOO_MUCH or (status < SERVER_ERROR and error.overflow):
        return wordings.too_much_text()
    if status == TOO_MANY:
        return wordings.quota_used_up() if error.quota_used_up else wordings.at_its_limit()
    if status == CONFLICT or status >= SERVER_ERROR:
        return wordings.faulty()
    said = _SAID.get(status, wordings.bad_request)
    return said()


_SAID = {
    401: wordings.refused_key,
    403: wordings.not_permitted,
    404: wordings.unknown_model,
    REQUEST_TIMEOUT: wordings.timed_out,
}
