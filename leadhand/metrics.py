"""What the process counts, for Prometheus. Names, labels and units are documented in docs/operations.md.

No label ever holds a shop, a person, an id or a text: whoever reads figures must learn nothing of a shop, and
each new value of a label is a new series for as long as the process lives.

Where the environment has PROMETHEUS_MULTIPROC_DIR when this is imported, as it has in the processes of one
`leadhand serve --workers`, figures are kept in files there and shown summed over all of them.
"""

import os
from asyncio import CancelledError
from collections.abc import Callable, Generator
from contextlib import contextmanager
from time import perf_counter
from typing import Final

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    Info,
    PlatformCollector,
    ProcessCollector,
    disable_created_metrics,
    generate_latest,
)
from prometheus_client.multiprocess import MultiProcessCollector

from leadhand import __version__
from leadhand.errors import LeadhandError

OK: Final = "ok"
CANCELLED: Final = "cancelled"
INTERNAL: Final = "internal_error"
UNKNOWN: Final = "unknown"

# Seconds. The first set for what a database answers, the second for what a model does.
_FAST_S: Final = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20)
_SLOW_S: Final = (0.1, 0.25, 0.5, 1, 2, 5, 10, 20, 30, 60, 120)

disable_created_metrics()
REGISTRY: Final = CollectorRegistry()
SUMMED: Final = bool(os.environ.get("PROMETHEUS_MULTIPROC_DIR"))
# What is shown: the figures of this process, or of all that share them. Only the first have CPU and memory.
_SHOWN: Final = CollectorRegistry() if SUMMED else REGISTRY
PlatformCollector(_SHOWN)
if SUMMED:
    MultiProcessCollector(_SHOWN)
else:
    ProcessCollector(registry=_SHOWN)
Info("leadhand_build", "The version that runs.", registry=_SHOWN).info({"version": __version__})
# Of processes that have died, what they had open then does not count.
_NOW: Final = "livesum"

server_processes = Gauge(
    "leadhand_server_processes",
    "Server processes whose figures these are.",
    registry=REGISTRY,
    multiprocess_mode=_NOW,
)

http_requests = Counter(
    "leadhand_http_requests",
    "Answered requests, by the route's template.",
    ("method", "route", "status"),
    registry=REGISTRY,
)
http_request_duration = Histogram(
    "leadhand_http_request_duration_seconds",
    "From a request's first byte to its answer's last; a stream's lasts as long as it is open.",
    ("method", "route"),
    buckets=(*_FAST_S, 60, 120),
    registry=REGISTRY,
)
open_streams = Gauge(
    "leadhand_open_streams", "Streams that are being sent.", registry=REGISTRY, multiprocess_mode=_NOW
)

running_turns = Gauge(
    "leadhand_running_turns", "Turns that run here.", registry=REGISTRY, multiprocess_mode=_NOW
)
turns = Counter(
    "leadhand_turns",
    "Turns that ended, and how: finished, stopped, or failed with a code.",
    ("outcome", "code"),
    registry=REGISTRY,
)
turn_duration = Histogram(
    "leadhand_turn_duration_seconds",
    "How long turns took.",
    ("outcome",),
    buckets=_SLOW_S,
    registry=REGISTRY,
)

takeovers = Counter(
    "leadhand_takeovers", "Turns that this process went on with after another one.", registry=REGISTRY
)
hand_overs = Counter(
    "leadhand_hand_overs", "Turns that this process gave up when it was stopped.", registry=REGISTRY
)

model_calls = Counter(
    "leadhand_model_calls",
    "Calls of a language model: ok, cancelled, or the code of the error.",
    ("model", "outcome"),
    registry=REGISTRY,
)
model_call_duration = Histogram(
    "leadhand_model_call_duration_seconds",
    "How long calls of a language model took, retries included.",
    ("model",),
    buckets=_SLOW_S,
    registry=REGISTRY,
)
model_retries = Counter(
    "leadhand_model_retries", "Requests to the model's endpoint that were sent again.", registry=REGISTRY
)
model_tokens = Counter(
    "leadhand_model_tokens", "Tokens as the provider reports them.", ("model", "direction"), registry=REGISTRY
)

tool_calls = Counter(
    "leadhand_tool_calls",
    "Tool calls, nested ones too: ok, cancelled, or the code of the error.",
    ("tool", "outcome"),
    registry=REGISTRY,
)
tool_call_duration = Histogram(
    "leadhand_tool_call_duration_seconds",
    "How long tool calls took.",
    ("tool",),
    buckets=_FAST_S,
    registry=REGISTRY,
)

jobs = Counter(
    "leadhand_jobs",
    "Attempts of background jobs: ok, cancelled, or the code of the error.",
    ("job", "outcome"),
    registry=REGISTRY,
)

pool_connections = Gauge(
    "leadhand_database_pool_connections",
    "Database connections, in_use or idle.",
    ("state",),
    registry=REGISTRY,
    multiprocess_mode=_NOW,
)
pool_waiting = Gauge(
    "leadhand_database_pool_waiting",
    "Callers that wait for a database connection.",
    registry=REGISTRY,
    multiprocess_mode=_NOW,
)


def code_of(error: BaseException) -> str:
    """What an error is counted as."""
    if isinstance(error, LeadhandError):
        return error.code
    return CANCELLED if isinstance(error, CancelledError) else INTERNAL


@contextmanager
def counted(
    count: Counter,
    name: str,
    duration: Histogram | None = None,
    code: Callable[[BaseException], str] = code_of,
) -> Generator[None]:
    """Count what happens inside the block under `name` by its outcome, and how long it took."""
    started = perf_counter()
    outcome = OK
    try:
        yield
    except BaseException as error:
        outcome = code(error)
        raise
    finally:
        count.labels(name, outcome).inc()
        if duration is not None:
            duration.labels(name).observe(perf_counter() - started)


def exposition() -> bytes:
    """All figures in Prometheus' text format 0.0.4."""
    try:
        return generate_latest(_SHOWN)
    except FileNotFoundError:
        # The files of a process that never served went in between.
        return generate_latest(_SHOWN)
