"""What went wrong with the model, in words that are safe to show.

The text of a provider's error is never repeated: it may hold the prompt, a key or a path.
"""

from collections.abc import Callable

import httpx2
from langchain_core.exceptions import (
    ContextOverflowError,
    ModelError,
    ModelTimeoutError,
    OutputParserException,
)

from leadhand.errors import LeadhandError
from models import fault_wordings as wordings

CLIENT_PACKAGES = frozenset({"openai", "langchain_openai"})


def as_leadhand_error(exc: BaseException) -> LeadhandError | None:
    """The coded error for an exception of a model call; None when it is not one of the model's.

    ModelUnavailable and ModelTimeout are retryable, ModelRejected and ContextOverflow are not.
    """
    if isinstance(exc, LeadhandError):
        return exc
    if _is_of_the_client(exc):
        # Who raised it has loaded the client; nobody else pays for it.
        from models.endpoint_faults import endpoint_fault  # noqa: PLC0415

        if (fault := endpoint_fault(exc)) is not None:
            return fault
    for kind, translate in _TRANSLATIONS:
        if isinstance(exc, kind):
            return translate(exc)
    return None


def _is_of_the_client(exc: BaseException) -> bool:
    return any(cls.__module__.partition(".")[0] in CLIENT_PACKAGES for cls in type(exc).__mro__)


def _by_retryability(exc: BaseException) -> LeadhandError:
    retryable = isinstance(exc, ModelError) and exc.is_retryable
    return wordings.faulty(exc) if retryable else wordings.bad_request(exc)


# First match wins, so subclasses stand before their bases.
_TRANSLATIONS: tuple[tuple[type[BaseException], Callable[[BaseException], LeadhandError]], ...] = (
    (ModelTimeoutError, wordings.timed_out),
    (ContextOverflowError, wordings.too_much_text),
    (ModelError, _by_retryability),
    (OutputParserException, wordings.not_understood),
    (httpx2.TimeoutException, wordings.timed_out),
    (httpx2.UnsupportedProtocol, wordings.bad_request),
    (httpx2.TooManyRedirects, wordings.bad_request),
    (httpx2.DecodingError, wordings.not_understood),
    (httpx2.HTTPError, wordings.unreachable),
    (httpx2.StreamError, wordings.unreachable),
    (httpx2.InvalidURL, wordings.bad_request),
)
