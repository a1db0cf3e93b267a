"""A call of a model, counted for the metrics by its outcome and recorded in the call tree."""

from collections.abc import Generator
from contextlib import contextmanager

import httpx2

from leadhand import metrics
from leadhand.prices import Tokens
from leadhand.spans import Span, SpanKind, span
from models.faults import as_leadhand_error

# The stock client's own mark on a request that it sends again: how often it has.
RETRY_HEADER = "x-stainless-retry-count"


@contextmanager
def counted_call(model: str) -> Generator[Span]:
    """The call of `model` that is made inside the block, with its retries, to the end of its answer."""
    with (
        span(SpanKind.MODEL, model, code=_code, model=model) as call,
        metrics.counted(metrics.model_calls, model, metrics.model_call_duration, code=_code),
    ):
        yield call


def count_tokens_of(model: str, tokens: Tokens) -> None:
    """What a provider reports of a call."""
    metrics.model_tokens.labels(model, "input").inc(tokens.input)
    metrics.model_tokens.labels(model, "output").inc(tokens.output)


async def count_retry(request: httpx2.Request) -> None:
    """Event hook: a request of the stock client that is not its first."""
    if request.headers.get(RETRY_HEADER, "0") != "0":
        metrics.model_retries.inc()


def _code(error: BaseException) -> str:
    known = as_leadhand_error(error) if isinstance(error, Exception) else None
    return metrics.code_of(known or error)
