"""The errors of the endpoint's client. Importing this imports the client."""

from collections.abc import Callable
from typing import cast

import openai
from langchain_core.exceptions import ContextOverflowError
from langchain_openai import StreamChunkTimeoutError

from leadhand.errors import JsonValue, LeadhandError
from models import fault_wordings as wordings
from models.refusals import ProviderError, refusal, refusal_in_stream


def endpoint_fault(exc: BaseException) -> LeadhandError | None:
    """The coded error for an exception of the client; None when it is not one of its own."""
    for kind, translate in _TRANSLATIONS:
        if isinstance(exc, kind):
            return translate(exc)
    return None


def _in_stream(exc: BaseException) -> LeadhandError:
    return refusal_in_stream(_told(exc))


def _by_status(exc: BaseException) -> LeadhandError:
    return refusal(exc.status_code if isinstance(exc, openai.APIStatusError) else 0, _told(exc))


def _told(exc: BaseException) -> ProviderError:
    if not isinstance(exc, openai.APIError):
        return ProviderError()
    return ProviderError.of(cast("JsonValue", exc.body))


# First match wins, so subclasses stand before their bases.
_TRANSLATIONS: tuple[tuple[type[BaseException], Callable[[BaseException], LeadhandError]], ...] = (
    (StreamChunkTimeoutError, wordings.timed_out),
    (openai.APITimeoutError, wordings.timed_out),
    # The client's own subclasses of it are bad requests too.
    (ContextOverflowError, wordings.too_much_text),
    (openai.APIConnectionError, wordings.unreachable),
    (openai.APIStatusError, _by_status),
    (openai.APIResponseValidationError, wordings.not_understood),
    # An error event inside the stream: the endpoint had begun to answer.
    (openai.APIError, _in_stream),
    (openai.LengthFinishReasonError, wordings.declined),
    (openai.ContentFilterFinishReasonError, wordings.declined),
    (openai.OpenAIError, wordings.bad_request),
)
