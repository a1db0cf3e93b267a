"""How long the provider asks us to wait, and when that is longer than a person would."""

import email.utils
import math
from collections.abc import Mapping

# The client of the provider waits up to two minutes when told so; nobody watches an empty chat for that long.
MAX_RETRY_AFTER_S = 20.0


def retry_after_s(headers: Mapping[str, str], *, now_s: float) -> float | None:
    """Seconds to wait by `retry-after-ms` or `retry-after` (seconds or an HTTP date); None when not said.

    `now_s` is the time since the epoch in seconds. A wait that is not a finite number counts as infinite.
    """
    for name, per_second in (("retry-after-ms", 1000.0), ("retry-after", 1.0)):
        value = headers.get(name)
        if value is None:
            continue
        try:
            seconds = float(value) / per_second
        except ValueError:
            continue
        return seconds if math.isfinite(seconds) else math.inf
    moment = email.utils.parsedate_tz(headers.get("retry-after", ""))
    if moment is None:
        return None
    try:
        return email.utils.mktime_tz(moment) - now_s
    except (ValueError, OverflowError):
        return None


def too_long(headers: Mapping[str, str], *, now_s: float) -> bool:
    """Whether the provider asks for a longer wait than we are ready for."""
    wait_s = retry_after_s(headers, now_s=now_s)
    return wait_s is not None and wait_s > MAX_RETRY_AFTER_S
