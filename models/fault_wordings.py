"""What can be wrong with the model, in words for the person who asked; each takes the exception it is about.

What only the operator can mend is said to the operator: in the error's note.
"""

from leadhand.errors import (
    ContextOverflow,
    LeadhandError,
    ModelRejected,
    ModelTimeout,
    ModelUnavailable,
    TokenLimit,
)

NOT_SET_UP = (
    "The language model is not set up correctly on this server. Please tell whoever runs it; "
    "`leadhand doctor` says what is wrong."
)
REFUSED = "The language model refuses to work on this. Please tell whoever runs this server."


def timed_out(exc: BaseException | None = None) -> LeadhandError:
    del exc
    return ModelTimeout("The language model did not answer in time. Please try again.")


def unreachable(exc: BaseException | None = None) -> LeadhandError:
    del exc
    return ModelUnavailable(
        "The language model cannot be reached, or the connection to it broke. Please try again."
    )


def faulty(exc: BaseException | None = None) -> LeadhandError:
    del exc
    return ModelUnavailable("The language model has a fault of its own right now. Please try again.")


def at_its_limit(exc: BaseException | None = None) -> LeadhandError:
    del exc
    return ModelUnavailable("The language model is at its limit for now. Please try again in a moment.")


def quota_used_up(exc: BaseException | None = None) -> LeadhandError:
    del exc
    return ModelRejected(REFUSED, note="the quota of the account at the model endpoint is used up")


def refused_key(exc: BaseException | None = None) -> LeadhandError:
    del exc
    return ModelRejected(NOT_SET_UP, note="the model endpoint refuses the key; check OPENAI_API_KEY")


def not_permitted(exc: BaseException | None = None) -> LeadhandError:
    del exc
    return ModelRejected(
        NOT_SET_UP, note="the model endpoint does not permit this key to use the model; check LEADHAND_MODEL"
    )


def unknown_model(exc: BaseException | None = None) -> LeadhandError:
    del exc
    return ModelRejected(
        NOT_SET_UP, note="the model endpoint knows no such model; check LEADHAND_MODEL and OPENAI_BASE_URL"
    )


def too_much_text(exc: BaseException | None = None) -> LeadhandError:
    del exc
    return ContextOverflow(
        "This conversation has become too long for the language model. Please start a new one.",
        note="the model reads less than it is sent; set LEADHAND_WINDOW_TOKENS below its context",
    )


def declined(exc: BaseException | None = None) -> LeadhandError:
    del exc
    return ModelRejected("The language model declines to answer this.")


def bad_request(exc: BaseException | None = None) -> LeadhandError:
    del exc
    return ModelRejected(REFUSED, note="the model endpoint refuses the request")


def not_understood(exc: BaseException | None = None) -> LeadhandError:
    del exc
    return ModelRejected(
        NOT_SET_UP, note="the model endpoint's answer is not a chat completion; check OPENAI_BASE_URL"
    )


def damaged(note: str) -> LeadhandError:
    return ModelUnavailable(
        "The language model's answer was damaged on the way. Please try again.", note=note
    )


def broken_off() -> LeadhandError:
    return ModelUnavailable(
        "The language model's answer broke off before its end. Please try again.",
        note="the model endpoint's answer ended without a finish reason",
    )


def endless() -> LeadhandError:
    return TokenLimit("The model's answer grew beyond the allowed length, so it was stopped.")
