"""The run's inner border: nothing foreign leaves a node.

LangGraph writes the text of an exception that leaves a node into the checkpoint, so whatever a library raises
is logged with a correlation id here and replaced by one of our own errors.
"""

import functools
import logging
from collections.abc import Awaitable, Callable
from typing import ParamSpec, TypeVar

from langgraph.errors import GraphBubbleUp

from leadhand.errors import InternalFault, LeadhandError
from leadhand.telemetry import current_correlation_id
from models.faults import as_leadhand_error

log = logging.getLogger(__name__)

P = ParamSpec("P")
R = TypeVar("R")


def sealed(function: Callable[P, Awaitable[R]]) -> Callable[P, Awaitable[R]]:
    """`function`, raising only LeadhandError (and LangGraph's own control flow)."""

    @functools.wraps(function)
    async def wrapper(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return await function(*args, **kwargs)
        except LeadhandError as error:
            if error.note:
                log.warning("%s: %s", error.code, error.note)
            raise
        except GraphBubbleUp:
            raise
        except Exception as error:  # noqa: BLE001 - the run's border
            raise _ours(error) from None

    return wrapper


def _ours(error: Exception) -> LeadhandError:
    known = as_leadhand_error(error)
    if known is not None:
        log.warning("model call failed: %s (%s)", known.code, known.note or type(error).__name__)
        return known
    correlation_id = current_correlation_id()
    log.error("unexpected fault in a run", exc_info=error, extra={"correlation_id": correlation_id})
    return InternalFault(
        "Something went wrong on our side. The conversation is intact; please try again.",
        details={"correlation_id": correlation_id},
    )
