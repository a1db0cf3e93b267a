"""Which minutes a call asks about, and which it should."""

from dataclasses import dataclass
from datetime import date, datetime

from evals.shop import AS_OF, ZONE, planner
from leadhand.errors import JsonValue, LeadhandError
from planning.shop import Interval
from planning.zones import local_minute, to_minute
from tools.windows import WindowInput, read_due, read_window

NOW = to_minute(AS_OF)
_TODAY = local_minute(AS_OF.astimezone(ZONE).date(), 0, ZONE)
_DAY_MIN = 24 * 60
# The start of "/2026-12-03", which does not matter.
ANY_START = -1


@dataclass(frozen=True, slots=True)
class AskedDates:
    """`window`: None when the call gives none. `due`: the deadline's minute. `problem`: cannot be read."""

    window: Interval | None
    due: int | None
    texts: tuple[str, ...]
    problem: str | None = None


def dates_of(args: dict[str, JsonValue], *, default_days: int) -> AskedDates:
    """The dates in a call's arguments, read as the tools read them."""
    given = {key: text for key in ("from", "to", "window") if isinstance(text := args.get(key), str)}
    due = args.get("due")
    texts = (*given.values(), *((due,) if isinstance(due, str) else ()))
    try:
        window = (
            read_window(WindowInput.model_validate(given), planner(), default_days=default_days).interval
            if given
            else None
        )
        due_min = read_due(due, planner()).end_min if isinstance(due, str) else None
    except LeadhandError as error:
        return AskedDates(None, None, texts, f"{error.code}: {error.message}")
    return AskedDates(window, due_min, texts)


def expected_windows(said: str | list[str]) -> list[Interval | None]:
    """Each "start/end" in minutes; None for ""; ANY_START where no start is written."""
    return [_interval(text) if text else None for text in ([said] if isinstance(said, str) else said)]


def expected_ends(said: str | list[str]) -> list[int]:
    return [end_of(text) for text in ([said] if isinstance(said, str) else said)]


def same_start(one: int, other: int) -> bool:
    """Equal, or both earlier today: "this week" on its first morning may as well begin now."""
    return one == other or all(_TODAY <= start <= NOW for start in (one, other))


def start_of(text: str) -> int:
    if text == "now":
        return NOW
    return _stamp(text) if "T" in text else local_minute(date.fromisoformat(text), 0, ZONE)


def end_of(text: str) -> int:
    """A date's whole day counts."""
    return _stamp(text) if "T" in text else local_minute(date.fromisoformat(text), _DAY_MIN, ZONE)


def _interval(text: str) -> Interval:
    start, _, end = text.partition("/")
    return start_of(start) if start else ANY_START, end_of(end)


def _stamp(text: str) -> int:
    local = datetime.fromisoformat(text)
    return local_minute(local.date(), local.hour * 60 + local.minute, ZONE)
