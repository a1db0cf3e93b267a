"""What went wrong with the model, in words that are safe to show.

The text of a provider's error is never repeated: it may hold the prompt, a key or a path.
"""

from collections.abc import Callable

import httpx2
import openai
from langchain_core.exceptions import (
    ContextOverflowError,
    ModelError,
    ModelTimeoutError,
    OutputParserException,
)
from langchain_openai import StreamChunkTimeoutError

from leadhand.errors import LeadhandError, ModelRejected, ModelTimeout, ModelUnavailable

REQUEST_TIMEOUT, CONFLICT, INTERNAL_SERVER_ERROR = 408, 409, 500
# A used-up budget comes as "too many requests", but waiting does not help.
QUOTA_CODES = frozenset({"insufficient_quota", "billing_hard_limit_reached"})


def as_leadhand_error(exc: BaseException) -> LeadhandError | None:
    """The coded error for an exception of a model call; None when it is not one of the model's.

    ModelUnavailable and ModelTimeout are retryable, ModelRejected is not.
    """
    if isinstance(exc, LeadhandError):
        return exc
    for kind, translate in _TRANSLATIONS:
        if isinstance(exc, kind):
            return translate(exc)
    return None


def _timeout(exc: BaseException) -> LeadhandError:
    del exc
    return ModelTimeout("The model did not answer in time.")


def _unreachable(exc: BaseException) -> LeadhandError:
    del exc
    return ModelUnavailable("The model endpoint cannot be reached, or the connection to it broke.")


def _faulty(exc: BaseException) -> LeadhandError:
    del exc
    return ModelUnavailable("The model endpoint reports a fault of its own.")


def _rate_limited(exc: BaseException) -> LeadhandError:
    return _used_up(exc) or ModelUnavailable("The model endpoint is at its limit for now.")


def _broken_off(exc: BaseException) -> LeadhandError:
    return _used_up(exc) or _faulty(exc)


def _used_up(exc: BaseException) -> LeadhandError | None:
    if isinstance(exc, openai.APIError) and (exc.code in QUOTA_CODES or exc.type in QUOTA_CODES):
        return ModelRejected("The model endpoint refuses: the account's quota is used up.")
    return None


def _refused_key(exc: BaseException) -> LeadhandError:
    del exc
    return ModelRejected("The model endpoint refuses the key. Check OPENAI_API_KEY.")


def _not_permitted(exc: BaseException) -> LeadhandError:
    del exc
    return ModelRejected("The model endpoint does not permit this key to use the model.")


def _unknown_model(exc: BaseException) -> LeadhandError:
    del exc
    return ModelRejected("The model endpoint knows no such model. Check LEADHAND_MODEL and OPENAI_BASE_URL.")


def _too_much_text(exc: BaseException) -> LeadhandError:
    del exc
    return ModelRejected("The conversation is too long for the model.")


def _declined(exc: BaseException) -> LeadhandError:
    del exc
    return ModelRejected("The model did not give an answer to this.")


def _bad_request(exc: BaseException) -> LeadhandError:
    del exc
    return ModelRejected("The model endpoint refuses the request.")


def _not_understood(exc: BaseException) -> LeadhandError:
    del exc
    return ModelRejected("The model endpoint answers in a form that is not a chat completion.")


def _by_status(exc: BaseException) -> LeadhandError:
    status = exc.status_code if isinstance(exc, openai.APIStatusError) else 0
    if status == REQUEST_TIMEOUT:
        return _timeout(exc)
    if status == CONFLICT or status >= INTERNAL_SERVER_ERROR:
        return _faulty(exc)
    return _bad_request(exc)


def _by_retryability(exc: BaseException) -> LeadhandError:
    retryable = isinstance(exc, ModelError) and exc.is_retryable
    return _faulty(exc) if retryable else _bad_request(exc)


# First match wins, so subclasses stand before their bases.
_TRANSLATIONS: tuple[tuple[type[BaseException], Callable[[BaseException], LeadhandError]], ...] = (
    (StreamChunkTimeoutError, _timeout),
    (openai.APITimeoutError, _timeout),
    (ModelTimeoutError, _timeout),
    (ContextOverflowError, _too_much_text),
    (openai.AuthenticationError, _refused_key),
    (openai.PermissionDeniedError, _not_permitted),
    (openai.NotFoundError, _unknown_model),
    (openai.RateLimitError, _rate_limited),
    (openai.APIConnectionError, _unreachable),
    (openai.APIStatusError, _by_status),
    (openai.APIResponseValidationError, _not_understood),
    # An error event inside the stream: the endpoint had begun to answer.
    (openai.APIError, _broken_off),
    (openai.LengthFinishReasonError, _declined),
    (openai.ContentFilterFinishReasonError, _declined),
    (openai.OpenAIError, _bad_request),
    (ModelError, _by_retryability),
    (OutputParserException, _not_understood),
    (httpx2.TimeoutException, _timeout),
    (httpx2.UnsupportedProtocol, _bad_request),
    (httpx2.TooManyRedirects, _bad_request),
    (httpx2.DecodingError, _not_understood),
    (httpx2.HTTPError, _unreachable),
    (httpx2.StreamError, _unreachable),
    (httpx2.InvalidURL, _bad_request),
)
