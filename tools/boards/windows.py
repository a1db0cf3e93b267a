"""Windows and due dates as a board's address says them."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from leadhand.context import TenantContext
from leadhand.errors import WindowTooLong
from planning.shop import Minute
from planning.zones import from_minute
from tools.windows import Window, WindowInput, read_window

# Two months.
MAX_DAYS = 62
DEFAULT_DAYS = 7


def board_window(from_: str | None, to: str | None, tenant: TenantContext) -> Window:
    """The window asked for; without one, the next seven days.

    Raises:
        InvalidDate, EmptyWindow: as for tools.
        WindowTooLong: more than 62 days.
    """
    window = read_window(WindowInput(from_=from_, to=to), tenant, default_days=DEFAULT_DAYS)
    zone = ZoneInfo(tenant.timezone)
    length = _wall(window.end_min, zone) - _wall(window.start_min, zone)
    if length > timedelta(days=MAX_DAYS):
        days = -(-length // timedelta(days=1))
        raise WindowTooLong(
            f"The window of {days} days is too long: a board shows at most {MAX_DAYS} at once.",
            details={"days": days, "max_days": MAX_DAYS},
        )
    return window


def first_minute(text: str | None, tenant: TenantContext) -> Minute | None:
    """The instant that `text` means, of a local date its first minute; raises InvalidDate."""
    if text is None or not text.strip():
        return None
    return read_window(WindowInput(from_=text), tenant, default_days=1).start_min


def _wall(minute: Minute, zone: ZoneInfo) -> datetime:
    """By the wall clock, so that 62 days are 62 days in every zone and season."""
    return from_minute(minute, zone).replace(tzinfo=None)
