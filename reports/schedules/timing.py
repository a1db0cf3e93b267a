"""What a person writes for "when", read into a cron line: a preset such as `Monday 06:00`, or cron itself."""

import re
from functools import lru_cache
from typing import Final

from croniter import CroniterError, croniter

from leadhand.errors import InvalidRequest

MAX_CHARS: Final = 100
# A leap day comes at most eight years after the last one; what does not match until then never does.
LOOKED_AHEAD_YEARS: Final = 9

_DAYS: Final = ("sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday")
_CLOCK: Final = r"(?:at )?(?P<hour>[01]?\d|2[0-3]):(?P<minute>[0-5]\d)"
_DAILY: Final = re.compile(rf"(?:daily|every day) {_CLOCK}")
_WEEKDAYS: Final = re.compile(rf"(?:on )?weekdays {_CLOCK}")
_WEEKLY: Final = re.compile(rf"(?:every |on )?(?P<day>{'|'.join(_DAYS)})s? {_CLOCK}")
_MONTHLY: Final = re.compile(rf"monthly (?:on )?(?:(?P<day>[1-9]|1\d|2[0-8]|last) )?{_CLOCK}")
# What every cron knows, `L` (the month's last day) and `#` (its nth weekday); once an hour at most. No other
# letters: croniter takes `R` for a time that is another one whenever it is asked.
_WORD: Final = "jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec|sun|mon|tue|wed|thu|fri|sat|l"
_CRON: Final = re.compile(rf"[0-5]?\d( (?:{_WORD}|[0-9*,/#-]){{1,40}}){{4}}", re.IGNORECASE)


@lru_cache(maxsize=1_000)
def cron_of(when: str) -> str:
    """The cron line (minute, hour, day of month, month, weekday) of what a person wrote.

    Raises:
        InvalidRequest: it is neither a preset nor a cron line that is ever due, or is due too often.
    """
    text = " ".join(when.split())
    if len(text) > MAX_CHARS:
        raise _unreadable("it is too long")
    return _preset(text.lower()) or _checked(text)


def _preset(text: str) -> str | None:
    if found := _DAILY.fullmatch(text):
        return f"{_at(found)} * * *"
    if found := _WEEKDAYS.fullmatch(text):
        return f"{_at(found)} * * 1-5"
    if found := _WEEKLY.fullmatch(text):
        return f"{_at(found)} * * {_DAYS.index(found['day'])}"
    if found := _MONTHLY.fullmatch(text):
        day = found["day"] or "1"
        return f"{_at(found)} {'L' if day == 'last' else day} * *"
    return None


def _at(found: re.Match[str]) -> str:
    return f"{int(found['minute'])} {int(found['hour'])}"


def _checked(text: str) -> str:
    if _CRON.fullmatch(text) is None:
        raise _unreadable(
            "write a preset such as `Monday 06:00`, `daily 06:00`, `weekdays 06:00`, `monthly 06:00` or "
            "`monthly last 06:00`, or a cron line of five fields whose minute is one number"
        )
    try:
        croniter(text, max_years_between_matches=LOOKED_AHEAD_YEARS).get_next()
    except (CroniterError, ValueError, KeyError):
        raise _unreadable("this cron line is never due, or is none") from None
    return text


def _unreadable(problem: str) -> InvalidRequest:
    return InvalidRequest(
        f"When the report is due cannot be read: {problem}.",
        details={"fields": [{"field": "when", "problem": problem}]},
    )
