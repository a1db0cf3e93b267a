"""The only place that reads the wall clock for planning."""

from datetime import UTC, datetime


def utc_minute(moment: datetime | None = None) -> datetime:
    """Now, or an aware `moment`, as aware UTC floored to the minute grid of the planning core."""
    moment = moment or datetime.now(UTC)
    return moment.astimezone(UTC).replace(second=0, microsecond=0)
