"""Where spans go beside the database: to a collector, if there is one."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from leadhand.settings import Settings
from leadhand.spans import SpanExport


@asynccontextmanager
async def open_span_export(settings: Settings) -> AsyncGenerator[SpanExport | None]:
    """The collector that the settings name, one a process; None without one. Leaving sends what waits."""
    if settings.otlp_endpoint is None:
        yield None
        return
    # Loaded only where there is a collector: it costs a third of a second.
    from leadhand.otlp import OtlpExport  # noqa: PLC0415

    export = OtlpExport(settings.otlp_endpoint)
    try:
        yield export
    finally:
        await export.aclose()
