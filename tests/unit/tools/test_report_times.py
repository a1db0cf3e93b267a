"""When a report is due, as people say it."""

import pytest

from reports.schedules.timing import cron_of
from tools.report_times import DEFAULT_HOUR, read_rhythm


@pytest.mark.parametrize(
    ("said", "preset", "words"),
    [
        ("every Monday at 6", "Monday 06:00", "every Monday 06:00"),
        ("Monday 06:00", "Monday 06:00", "every Monday 06:00"),
        ("jeden Montag um 6 Uhr", "Monday 06:00", "every Monday 06:00"),
        ("montags 6 Uhr 30", "Monday 06:30", "every Monday 06:30"),
        ("um 6 am Montag", "Monday 06:00", "every Monday 06:00"),
        ("each Friday at 3 p.m.", "Friday 15:00", "every Friday 15:00"),
        ("every friday afternoon at 4", "Friday 16:00", "every Friday 16:00"),
        ("12am every day", "daily 00:00", "every day 00:00"),
        ("every day at noon's end, 12pm", "", ""),
        ("weekdays 5:30", "weekdays 05:30", "Monday to Friday 05:30"),
        ("every weekday at 5.30", "weekdays 05:30", "Monday to Friday 05:30"),
        ("werktags um 5:30", "weekdays 05:30", "Monday to Friday 05:30"),
        ("Mo-Fr 6:30", "weekdays 06:30", "Monday to Friday 06:30"),
        ("Montag bis Donnerstag um 6", "0 6 * * 1,2,3,4", ""),
        ("Saturday to Monday at 6", "0 6 * * 1,6,0", ""),
        ("every Monday and Thursday at 6", "0 6 * * 1,4", "every Monday and Thursday 06:00"),
        ("30 5 * * 1-5", "weekdays 05:30", "Monday to Friday 05:30"),
        ("täglich um 6", "daily 06:00", "every day 06:00"),
        ("jeden Morgen um 6", "daily 06:00", "every day 06:00"),
        ("on the first of every month at 7", "monthly 07:00", "on the first of every month 07:00"),
        ("monthly 15 06:00", "monthly 15 06:00", "on day 15 of every month 06:00"),
        ("am 15. jedes Monats um 7", "monthly 15 07:00", "on day 15 of every month 07:00"),
        ("am letzten Tag des Monats um 18 Uhr", "monthly last 18:00", "on the last day of every month 18:00"),
    ],
)
def test_a_time_is_read_into_what_schedules_keep(said: str, preset: str, words: str) -> None:
    rhythm = read_rhythm(said)
    if not preset:
        assert rhythm is None
        return
    assert rhythm is not None
    assert rhythm.preset == preset
    assert words in {"", rhythm.words}
    cron_of(rhythm.preset)
    again = read_rhythm(rhythm.preset)
    assert again is not None
    assert again.words == rhythm.words


@pytest.mark.parametrize(
    "said",
    [
        "every other Monday at 6",
        "every 2 weeks on Monday",
        "every last Friday at 6",
        "first Monday of the month at 6",
        "on the 31st at 6",
        "Monday at 6 and 7",
        "every Monday at 25",
        "every Monday at 6:75",
        "tomorrow at 6",
        "at 6",
        "0 6 1 * *",
        "weekly",
        "",
    ],
)
def test_what_says_more_or_something_else_is_not_guessed(said: str) -> None:
    assert read_rhythm(said) is None


def test_a_time_of_day_that_is_not_said_is_assumed_and_told() -> None:
    rhythm = read_rhythm("every Monday")
    assert rhythm is not None
    assert (rhythm.hour, rhythm.assumed_hour) == (DEFAULT_HOUR, True)
