"""The errors of the endpoint's client. Importing this imports the client."""

from collections.abc import Callable

import openai
from langchain_core.exceptions import ContextOverflowError
from langchain_openai import StreamChunkTimeoutError

from leadhand.errors import LeadhandError
from models import fault_wordings as wordings

REQUEST_TIMEOUT, CONFLICT, INTERNAL_SERVER_ERROR = 408, 409, 500
# A used-up budget comes as "too many requests", but waiting does not help.
QUOTA_CODES = frozenset({"insufficient_quota", "billing_hard_limit_reached"})


def endpoint_fault(exc: BaseException) -> LeadhandError | None:
    """The coded error for an exception of the client; None when it is not one of its own."""
    for kind, translate in _TRANSLATIONS:
        if isinstance(exc, kind):
            return translate(exc)
    return None


def _rate_limited(exc: BaseException) -> LeadhandError:
    return _used_up(exc) or wordings.at_its_limit(exc)


def _broken_off(exc: BaseException) -> LeadhandError:
    return _used_up(exc) or wordings.faulty(exc)


def _used_up(exc: BaseException) -> LeadhandError | None:
    if isinstance(exc, openai.APIError) and (exc.code in QUOTA_CODES or exc.type in QUOTA_CODES):
        return wordings.quota_used_up(exc)
    return None


def _by_status(exc: BaseException) -> LeadhandError:
    status = exc.status_code if isinstance(exc, openai.APIStatusError) else 0
    if status == REQUEST_TIMEOUT:
        return wordings.timed_out(exc)
    if status == CONFLICT or status >= INTERNAL_SERVER_ERROR:
        return wordings.faulty(exc)
    return wordings.bad_request(exc)


# First match wins, so subclasses stand before their bases.
_TRANSLATIONS: tuple[tuple[type[BaseException], Callable[[BaseException], LeadhandError]], ...] = (
    (StreamChunkTimeoutError, wordings.timed_out),
    (openai.APITimeoutError, wordings.timed_out),
    # The client's own subclasses of it are bad requests too.
    (ContextOverflowError, wordings.too_much_text),
    (openai.AuthenticationError, wordings.refused_key),
    (openai.PermissionDeniedError, wordings.not_permitted),
    (openai.NotFoundError, wordings.unknown_model),
    (openai.RateLimitError, _rate_limited),
    (openai.APIConnectionError, wordings.unreachable),
    (openai.APIStatusError, _by_status),
    (openai.APIResponseValidationError, wordings.not_understood),
    # An error event inside the stream: the endpoint had begun to answer.
    (openai.APIError, _broken_off),
    (openai.LengthFinishReasonError, wordings.declined),
    (openai.ContentFilterFinishReasonError, wordings.declined),
    (openai.OpenAIError, wordings.bad_request),
)
