"""Date phrases a planner types: what they mean, what is refused, and what is no date at all."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leadhand.errors import EmptyWindow, InvalidDate
from planning.date_phrases import Grain, find_phrases, resolve_range, resolve_window

CHICAGO = ZoneInfo("America/Chicago")
# Wednesday 25 November 2026, 10:30 at the shop, calendar week 48.
AS_OF = datetime(2026, 11, 25, 16, 30, tzinfo=UTC)


def meaning(phrase: str, *, as_of: datetime = AS_OF, locale: str | None = "en-US") -> str:
    """The sentence without the phrase itself."""
    return resolve_window(phrase, as_of, CHICAGO, locale=locale).sentence.removeprefix(f"{phrase}: ")


@pytest.mark.parametrize(
    ("phrase", "expected"),
    [
        ("KW 49", "30 November to 6 December 2026"),
        ("W49", "30 November to 6 December 2026"),
        ("calendar week 49", "30 November to 6 December 2026"),
        ("KW 10", "8 to 14 March 2027"),
        ("KW 47", "16 to 22 November 2026"),
        ("KW 49-51", "30 November to 20 December 2026"),
        ("weeks 52 to 2", "21 December 2026 to 17 January 2027"),
        ("in 2 weeks", "7 to 13 December 2026"),
        ("in 3 months", "1 to 28 February 2027"),
        ("3 days ago", "Sunday 22 November 2026"),
        ("vor 2 Wochen", "9 to 15 November 2026"),
        ("next couple of weeks", "Wednesday 25 November 2026, 10:30 to Wednesday 9 December 2026, 10:30"),
        ("the next 48 hours", "Wednesday 25 November 2026, 10:30 to Friday 27 November 2026, 10:30"),
        ("next December", "1 to 31 December 2026"),
        ("last December", "1 to 31 December 2025"),
        ("in November", "1 to 30 November 2026"),
        ("in October", "1 to 31 October 2027"),
        ("from 20 December to 5 January", "20 December 2026 to 5 January 2027"),
        ("from 1 to 24 November", "1 to 24 November 2026"),
        ("from the 20th to the 5th", "20 November to 5 December 2026"),
        ("December 1 to 15", "1 to 15 December 2026"),
        ("1.-15.12.", "1 to 15 December 2026"),
        ("from Tuesday to Friday next week", "1 to 4 December 2026"),
        ("next week from Tuesday to Friday", "1 to 4 December 2026"),
        ("two days starting 1 December", "1 to 2 December 2026"),
        ("for 2 weeks from 1 December", "1 to 14 December 2026"),
        ("ab 1. Dezember drei Tage", "1 to 3 December 2026"),
        ("1 December for two days", "1 to 2 December 2026"),
        ("Tuesday in KW 50", "Tuesday 8 December 2026"),
        ("the week of 9 December", "7 to 13 December 2026"),
        ("the week before Christmas", "18 to 24 December 2026"),
        ("2 days before Christmas", "Wednesday 23 December 2026"),
        ("before Christmas", "Wednesday 25 November 2026, 10:30 to Thursday 24 December 2026, 24:00"),
        ("between Christmas and New Year", "25 December 2026 to 1 January 2027"),
        ("bis Heiligabend", "Wednesday 25 November 2026, 10:30 to Thursday 24 December 2026, 24:00"),
        ("by the end of next week", "Wednesday 25 November 2026, 10:30 to Sunday 6 December 2026, 24:00"),
        ("since Monday", "Monday 23 November 2026, 00:00 to Wednesday 25 November 2026, 10:30"),
        ("Q1", "1 January to 31 March 2027"),
        ("Q4", "1 October to 31 December 2026"),
        ("third quarter of next year", "1 July to 30 September 2027"),
        ("first half of December", "1 to 15 December 2026"),
        ("second half of the year", "1 July to 31 December 2026"),
        ("mid-December", "11 to 20 December 2026"),
        ("early next week", "30 November to 1 December 2026"),
        ("Ende der Woche", "27 to 29 November 2026"),
        ("end of the month", "21 to 30 November 2026"),
        ("first week of December", "1 to 7 December 2026"),
        ("last Friday in December", "Friday 25 December 2026"),
        ("the weekend", "28 to 29 November 2026"),
        ("next weekend", "5 to 6 December 2026"),
        ("the 15th", "Tuesday 15 December 2026"),
        ("am 30.", "Monday 30 November 2026"),
        ("2026-12", "1 to 31 December 2026"),
        ("in 2027", "1 January to 31 December 2027"),
        ("3.12.26", "Thursday 3 December 2026"),
        ("13/3", "Saturday 13 March 2027"),
    ],
)
def test_a_period_is_the_days_a_planner_would_name(phrase: str, expected: str) -> None:
    assert meaning(phrase) == expected


@pytest.mark.parametrize(
    ("phrase", "expected"),
    [
        ("Friday afternoon", "Friday 27 November 2026, 12:00 to 18:00"),
        ("tomorrow morning", "Thursday 26 November 2026, 06:00 to 12:00"),
        ("morgen früh", "Thursday 26 November 2026, 06:00 to 12:00"),
        ("tonight", "Wednesday 25 November 2026, 18:00 to Thursday 26 November 2026, 06:00"),
        ("Friday from 8:00 to 12:00", "Friday 27 November 2026, 08:00 to 12:00"),
        ("between 8 and 11 pm on Friday", "Friday 27 November 2026, 20:00 to 23:00"),
        ("Friday from 2:30 to 4:30 pm", "Friday 27 November 2026, 14:30 to 16:30"),
        ("Friday from 10:00 to 2 pm", "Friday 27 November 2026, 10:00 to 14:00"),
        ("from 22:00 to 6:00", "Wednesday 25 November 2026, 22:00 to Thursday 26 November 2026, 06:00"),
        ("Friday 14:00 to Monday 6:00", "Friday 27 November 2026, 14:00 to Monday 30 November 2026, 06:00"),
        ("until 14:00", "Wednesday 25 November 2026, 10:30 to 14:00"),
        ("until 9:00", "Wednesday 25 November 2026, 10:30 to Thursday 26 November 2026, 09:00"),
    ],
)
def test_a_part_of_a_day_has_clock_times(phrase: str, expected: str) -> None:
    assert meaning(phrase) == expected


@pytest.mark.parametrize(
    ("phrase", "expected"),
    [
        ("at 14:00 on Friday", "2026-11-27T20:00"),
        ("Friday at 2 pm", "2026-11-27T20:00"),
        ("Freitag um 14 Uhr", "2026-11-27T20:00"),
        ("Friday at noon", "2026-11-27T18:00"),
        ("2026-12-03T14:00", "2026-12-03T20:00"),
        ("2026-12-03 14:00", "2026-12-03T20:00"),
        ("2026-12-03T14:00:00Z", "2026-12-03T14:00"),
        ("2026-12-03T14:00+01:00", "2026-12-03T13:00"),
        ("2026-12-03T14:00-0600", "2026-12-03T20:00"),
        ("2026-12-03T23:59:59", "2026-12-04T06:00"),
    ],
)
def test_an_instant_is_exact_and_counts_as_the_hour_from_then(phrase: str, expected: str) -> None:
    found = resolve_window(phrase, AS_OF, CHICAGO)
    begins = datetime.fromisoformat(expected).replace(tzinfo=UTC)
    assert found.grain is Grain.INSTANT
    assert found.interval == (int(begins.timestamp()) // 60, int(begins.timestamp()) // 60 + 60)


def test_a_start_without_an_end_is_closed_by_the_default_and_says_so() -> None:
    found = resolve_window("from Monday on", AS_OF, CHICAGO, default_days=7)
    assert found.open_end
    assert found.sentence == "from Monday on: 30 November to 6 December 2026 (no end was given)"
    assert meaning("from December").startswith("1 to 31 December 2026")


@pytest.mark.parametrize(
    ("phrase", "right"),
    [
        ("31 November", "November has 30 days"),
        ("30 February", "February has 29 days"),
        ("29 February 2027", "February 2027 has 28 days"),
        ("2026-13-01", "months are 1 to 12"),
        ("2026-02-30", "February 2026 has 28 days"),
        ("45 December", "December has 31 days"),
        ("KW 54", "calendar weeks are 1 to 52, in some years 53"),
        ("KW 53 2027", "2027 has no week 53: its last is 52"),
        ("KW 0", "calendar weeks are 1"),
        ("Q5", "quarters are 1 to 4"),
        ("25:00", "00:00 to 24:00"),
        ("Friday, 3 December", "Thursday 3 December 2026 is not a Friday"),
        ("6th Friday of December", "December 2026 has 4 Fridays"),
        ("2300-01-01", "1970 to 2200"),
        ("1969-12-31", "1970 to 2200"),
        ("next 0 days", "0 days are no period"),
        ("next 999999 days", "too far away"),
        ("next 9000 years", "1970 to 2200"),
        ("the 32nd", "no day 32"),
        ("soonish", "not understood as a date"),
        ("the Puma next month", "not understood as a date"),
        ("", "not understood as a date"),
        ("x" * 10_000, "not understood as a date"),
    ],
)
def test_what_is_no_date_is_refused_with_what_would_be_right(phrase: str, right: str) -> None:
    with pytest.raises(InvalidDate) as refused:
        resolve_window(phrase, AS_OF, CHICAGO)
    assert right in refused.value.message
    assert len(refused.value.message) < 250


@pytest.mark.parametrize(
    "phrase",
    [
        "from 10 December to 3 December 2026",
        "from 10 December 2026 to 3 December",
        "from 10 to 3 December",
        "from 2026-12-10 to 2026-12-03",
        "KW 51 to 49",
        "until 1 November 2026",
    ],
)
def test_a_window_that_ends_before_it_starts_is_empty(phrase: str) -> None:
    with pytest.raises(EmptyWindow):
        resolve_window(phrase, AS_OF, CHICAGO)


@pytest.mark.parametrize(
    ("locale", "expected"),
    [
        ("en-US", "Thursday 3 December 2026"),
        ("en_US", "Thursday 3 December 2026"),
        ("en-GB", "Friday 12 March 2027"),
        ("de", "Friday 12 March 2027"),
        ("de-DE", "Friday 12 March 2027"),
    ],
)
def test_a_slashed_date_is_read_as_the_shop_writes_dates(locale: str, expected: str) -> None:
    assert meaning("12/3", locale=locale) == expected


@pytest.mark.parametrize("locale", ["en", "en-CA", "", None])
def test_a_slashed_date_that_can_be_two_days_names_both(locale: str | None) -> None:
    with pytest.raises(InvalidDate, match="3 December or 12 March"):
        meaning("12/3", locale=locale)
    assert meaning("12/24/2026", locale=locale) == "Thursday 24 December 2026"


def test_a_day_of_last_month_is_that_one_and_an_older_one_the_next() -> None:
    assert meaning("on 1 November") == "Sunday 1 November 2026"
    assert meaning("on 1 October") == "Friday 1 October 2027"
    assert meaning("on 20 December", as_of=datetime(2027, 1, 5, tzinfo=UTC)) == "Sunday 20 December 2026"


def test_the_end_of_a_range_given_apart_follows_its_start() -> None:
    assert resolve_range("Friday", "Tuesday", AS_OF, CHICAGO).sentence == "27 November to 1 December 2026"
    assert resolve_range(None, "Friday", AS_OF, CHICAGO).start_min == int(AS_OF.timestamp()) // 60
    exact = resolve_range("2026-12-01T06:00", "2026-12-01T14:00", AS_OF, CHICAGO)
    assert exact.end_min - exact.start_min == 8 * 60
    with pytest.raises(EmptyWindow):
        resolve_range("2026-12-10", "2026-12-03", AS_OF, CHICAGO)


@pytest.mark.parametrize(
    ("zone", "day", "hours"),
    [
        ("America/Chicago", "2027-03-14", 23),
        ("America/Chicago", "2026-11-01", 25),
        ("Europe/Berlin", "2027-03-28", 23),
        ("Europe/Berlin", "2026-10-25", 25),
        ("Australia/Sydney", "2026-10-04", 23),
        ("Australia/Sydney", "2027-04-04", 25),
        ("Australia/Lord_Howe", "2026-10-04", 23.5),
        ("Australia/Lord_Howe", "2027-04-04", 24.5),
    ],
)
def test_the_day_on_which_clocks_change_is_shorter_or_longer(zone: str, day: str, hours: float) -> None:
    found = resolve_window(day, AS_OF, ZoneInfo(zone))
    assert found.end_min - found.start_min == hours * 60


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Can we take on a 50-hour order next month?", ["next month"]),
        ("When is the Puma 3100 available?", []),
        ("Is the VF-4 free in KW 49?", ["in KW 49"]),
        ("is order 2026-114 late?", []),
        ("order 4711-12-03 on M-07-03", []),
        ("How is work distributed from Tuesday to Friday?", ["from Tuesday to Friday"]),
        ("What's today's load?", ["today"]),
        (
            "from 1 to 15 December and from 20 December to 5 January",
            ["from 1 to 15 December", "from 20 December to 5 January"],
        ),
        ("compare KW 49 and KW 50", ["KW 49", "KW 50"]),
        ("is it free on 31 November?", ["on 31 November"]),
        ("machine 24/7 next month", ["next month"]),
        ("the 2nd shift on the 3rd of December", ["on the 3rd of December"]),
        ("Is VF-2SS free 12/3?", []),
        ("Is VF-2SS free on 12/3?", ["on 12/3"]),
        ("Is Jan free on Friday?", ["on Friday"]),
        ("Can April take 20 hours in April?", ["in April"]),
        ("May we start next week?", ["next week"]),
        ("so do we have time? Sat there, may be", []),
        ("Wie ist die Auslastung von Mo bis Fr?", ["von Mo bis Fr"]),
        ("Is Haas 2 am Montag frei?", ["am Montag"]),
        ("Ist die Puma am 15. frei?", ["am 15."]),
        ("Ist sie am 2. Arbeitsplatz?", []),
        ("utilization of 3.12. What now?", []),
        ("Every Friday it is down, 40 hours per week", []),
        ("Is Friday-only overtime ok?", []),
        ("can we squeeze in 2 weeks of work?", []),
        ("Can we fit in 50 hours before Christmas?", ["before Christmas"]),
        ("Can we take a 20 h order until 18 December?", ["until 18 December"]),
        ("in 2027 pieces", []),
        ("Load by month in 2027?", ["in 2027"]),
        ("from Monday on Puma 3100", ["from Monday"]),
        ("next shift, end of the shift, next 5 working days", []),
        ("kann ich nächste Woche und bis Ende der Woche", ["nächste Woche", "bis Ende der Woche"]),
    ],
)
def test_running_text_gives_its_date_phrases_and_nothing_else(text: str, expected: list[str]) -> None:
    spans = find_phrases(text)
    assert [span.text for span in spans] == expected
    assert all(text[span.start : span.end] == span.text for span in spans)


_WORDS = (
    "from to next the of in KW week 49 3 December 12/3 Friday until rest half first - , . and 2 days before"
)
word_salads = st.lists(st.sampled_from(_WORDS.split()), max_size=14).map(" ".join)


@given(st.text(max_size=120) | word_salads)
@settings(max_examples=200, deadline=None)
def test_any_text_is_either_a_window_or_a_coded_refusal(text: str) -> None:
    try:
        start, end = resolve_window(text, AS_OF, CHICAGO).interval
    except (InvalidDate, EmptyWindow):
        return
    assert start < end


@given(st.text(max_size=120) | word_salads)
@settings(max_examples=200, deadline=None)
def test_a_phrase_that_was_found_is_also_understood(text: str) -> None:
    understood = [_understood(span.text) for span in find_phrases(text)]
    assert all(understood)


def _understood(phrase: str) -> bool:
    """Whether it is a window, or refused because there is no such date."""
    try:
        resolve_window(phrase, AS_OF, CHICAGO)
    except InvalidDate as refused:
        return "not understood" not in refused.message
    except EmptyWindow:
        return True
    return True


def test_a_long_hostile_text_is_read_in_one_pass() -> None:
    assert find_phrases("1 to " * 2000) == []
    assert find_phrases("in the first half of the " * 400) == []
    assert len(find_phrases("next week " * 900)) == 900
