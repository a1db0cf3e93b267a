"""Every phrase of a small grammar means what walking over the calendar day by day says."""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from planning.date_phrases import find_phrases, resolve_window
from tests.unit.planning.phrase_oracle import (
    DAY,
    GERMAN_MONTHS,
    GERMAN_WEEKDAYS,
    MONTHS,
    PERIODS,
    WEEKDAYS,
    Moment,
    ends,
    walk,
)

ZONES = ["America/Chicago", "Europe/Berlin", "Australia/Sydney", "Australia/Lord_Howe", "UTC", "Asia/Kolkata"]
# Without a preposition these may be names, everyday words or figures.
WORDS_OF_THEIR_OWN = {"mon", "wed", "sat", "sun", "march", "april", "may", "june", "august"}
FIGURE = re.compile(r"\d\d\.\d\d\.")


@dataclass(frozen=True)
class Case:
    moment: Moment
    phrase: str
    expected: tuple[int, int]


def _moment(minute: int, zone: str) -> Moment:
    return Moment(datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=minute), ZoneInfo(zone))


moments = st.builds(_moment, st.integers(0, 4 * 366 * 24 * 60), st.sampled_from(ZONES))
units = st.sampled_from(sorted(PERIODS))
weekdays = st.integers(0, 6)


@st.composite
def day_words(draw: st.DrawFn) -> Case:
    moment = draw(moments)
    words, days = draw(
        st.sampled_from(
            [
                (("today", "heute"), 0),
                (("tomorrow", "morgen"), 1),
                (("yesterday", "gestern"), -1),
                (("the day after tomorrow", "übermorgen"), 2),
                (("the day before yesterday", "vorgestern"), -2),
            ]
        )
    )
    day = moment.today + days * DAY
    return Case(moment, draw(st.sampled_from(words)), moment.days(day, day))


@st.composite
def units_from_now(draw: st.DrawFn) -> Case:
    moment, unit = draw(moments), draw(units)
    german = {"week": "Woche", "month": "Monat", "quarter": "Quartal", "year": "Jahr"}[unit]
    endings = {"Woche": "e", "Monat": "en", "Quartal": "es", "Jahr": "es"}[german]
    forms = {
        0: (f"this {unit}", f"the current {unit}", f"dies{endings} {german}"),
        1: (f"next {unit}", f"the coming {unit}", f"nächst{endings} {german}"),
        -1: (f"last {unit}", f"the previous {unit}", f"letzt{endings} {german}"),
        2: (f"the {unit} after next", f"übernächst{endings} {german}"),
    }
    shift = draw(st.sampled_from(sorted(forms)))
    return Case(moment, draw(st.sampled_from(forms[shift])), moment.period(unit, shift))


@st.composite
def single_weekdays(draw: st.DrawFn) -> Case:
    moment, no = draw(moments), draw(weekdays)
    english, german = WEEKDAYS[no], GERMAN_WEEKDAYS[no]
    monday = ends(moment.today, PERIODS["week"])[0]
    forms: list[tuple[str, date]] = [
        (f"on {english}", moment.next_day(lambda day: day.weekday() == no)),
        (f"am {german}", moment.next_day(lambda day: day.weekday() == no)),
        (english[:3].lower(), moment.next_day(lambda day: day.weekday() == no)),
        (f"this {english}", monday + no * DAY),
        (f"next {english}", monday + (7 + no) * DAY),
        (f"{english} next week", monday + (7 + no) * DAY),
        (f"last {english}", next(d for d in walk(moment.today - DAY, -DAY) if d.weekday() == no)),
    ]
    phrase, day = draw(st.sampled_from(forms))
    return Case(moment, phrase, moment.days(day, day))


@st.composite
def weekday_ranges(draw: st.DrawFn) -> Case:
    moment, first_no, last_no = draw(moments), draw(weekdays), draw(weekdays)
    first = moment.next_day(lambda day: day.weekday() == first_no)
    last = moment.next_day(lambda day: day.weekday() == last_no, first + (first_no == last_no) * DAY)
    one, two = WEEKDAYS[first_no], WEEKDAYS[last_no]
    de_one, de_two = GERMAN_WEEKDAYS[first_no], GERMAN_WEEKDAYS[last_no]
    forms = [
        f"from {one} to {two}",
        f"between {one} and {two}",
        f"{one[:3]}-{two[:3]}",
        f"{one} through {two}",
        f"von {de_one} bis {de_two}",
        f"{de_one[:2]}-{de_two[:2]}",
    ]
    return Case(moment, draw(st.sampled_from(forms)), moment.days(first, last))


dates = st.dates(date(2026, 1, 1), date(2032, 12, 31))


def _ordinal(number: int) -> str:
    ending = "th" if 10 < number < 20 else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{ending}"


@st.composite
def full_dates(draw: st.DrawFn) -> Case:
    moment, day = draw(moments), draw(dates)
    month, german = MONTHS[day.month - 1], GERMAN_MONTHS[day.month - 1]
    forms = [
        day.isoformat(),
        f"on {day.day} {month} {day.year}",
        f"{month} {_ordinal(day.day)}, {day.year}",
        f"the {_ordinal(day.day)} of {month} {day.year}",
        f"{month[:3]} {day.day} {day.year}",
        f"{WEEKDAYS[day.weekday()]}, {day.day} {month} {day.year}",
        f"am {day.day}. {german} {day.year}",
        day.strftime("%d.%m.%Y"),
        f"{day.month}/{day.day}/{day.year}",
        f"{day.isocalendar().year}-W{day.isocalendar().week:02}-{day.isoweekday()}",
    ]
    return Case(moment, draw(st.sampled_from(forms)), moment.days(day, day))


@st.composite
def coming_dates(draw: st.DrawFn) -> Case:
    """A day and a month without a year, from tomorrow to eleven months ahead: the next one."""
    moment = draw(moments)
    day = moment.today + draw(st.integers(1, 330)) * DAY
    month, german = MONTHS[day.month - 1], GERMAN_MONTHS[day.month - 1]
    if (day.month, day.day) == (2, 29):
        day += DAY
        month, german = MONTHS[2], GERMAN_MONTHS[2]
    forms = [f"{day.day} {month}", f"{month} {_ordinal(day.day)}", f"am {day.day}. {german}", f"{day:%d.%m.}"]
    phrase = draw(st.sampled_from(forms))
    if draw(st.booleans()):
        return Case(moment, phrase, moment.days(day, day))
    return Case(moment, f"until {phrase}", (moment.now, moment.midnight(day + DAY)))


@st.composite
def date_ranges(draw: st.DrawFn) -> Case:
    moment, first = draw(moments), draw(dates)
    last = first + draw(st.integers(0, 200)) * DAY
    one, two = (f"{day.day} {MONTHS[day.month - 1]} {day.year}" for day in (first, last))
    forms = [f"from {one} to {two}", f"between {one} and {two}", f"{one} until {two}", f"{first} - {last}"]
    if (first.year, first.month) == (last.year, last.month):
        month = f"{MONTHS[last.month - 1]} {last.year}"
        forms += [f"from {first.day} to {last.day} {month}", f"{first.day}–{last.day} {month}"]
        forms += [f"{first.day}. bis {last.day}. {GERMAN_MONTHS[last.month - 1]} {last.year}"]
    return Case(moment, draw(st.sampled_from(forms)), moment.days(first, last))


@st.composite
def iso_weeks(draw: st.DrawFn) -> Case:
    moment, day = draw(moments), draw(dates)
    year, week, _ = day.isocalendar()
    forms = [f"KW {week} {year}", f"KW{week}/{year}", f"week {week} of {year}", f"in CW {week} {year}"]
    forms += [f"calendar week {week} {year}", f"{year}-W{week:02}"]
    return Case(moment, draw(st.sampled_from(forms)), moment.days(*ends(day, PERIODS["week"])))


@st.composite
def months(draw: st.DrawFn) -> Case:
    moment, month = draw(moments), draw(st.integers(1, 12))
    day = moment.next_day(lambda day: day.month == month)
    forms = [f"in {MONTHS[month - 1]}", f"im {GERMAN_MONTHS[month - 1]}", MONTHS[month - 1]]
    return Case(moment, draw(st.sampled_from(forms)), moment.days(*ends(day, PERIODS["month"])))


@st.composite
def rolling_days(draw: st.DrawFn) -> Case:
    moment, count = draw(moments), draw(st.integers(2, 60))
    weeks = draw(st.booleans())
    there = moment.today + count * (7 if weeks else 1) * DAY
    english, german = ("weeks", "Wochen") if weeks else ("days", "Tage")
    forms = [f"in the next {count} {english}", f"next {count} {english}", f"within {count} {english}"]
    forms += [f"die nächsten {count} {german}"]
    return Case(moment, draw(st.sampled_from(forms)), (moment.now, moment.same_time(there)))


@st.composite
def rests(draw: st.DrawFn) -> Case:
    moment, unit = draw(moments), draw(units)
    end = moment.period(unit, 0)[1]
    forms = [f"the rest of the {unit}", f"by the end of the {unit}", f"until the end of this {unit}"]
    return Case(moment, draw(st.sampled_from(forms)), (moment.now, end))


cases = st.one_of(
    day_words(),
    units_from_now(),
    single_weekdays(),
    weekday_ranges(),
    full_dates(),
    coming_dates(),
    date_ranges(),
    iso_weeks(),
    months(),
    rolling_days(),
    rests(),
)


@given(cases)
@settings(max_examples=250, deadline=None)
def test_a_phrase_means_the_window_that_walking_over_the_days_gives(case: Case) -> None:
    found = resolve_window(case.phrase, case.moment.as_of, case.moment.zone, locale="en-US")
    assert found.interval == case.expected, found.sentence


@given(cases)
@settings(max_examples=120, deadline=None)
def test_a_phrase_in_a_question_is_found_whole_and_means_the_same(case: Case) -> None:
    text = f"Can the Puma 3100 take a 50-hour order 2026-114 {case.phrase}?"
    texts = [span.text for span in find_phrases(text)]
    if case.phrase.lower() in WORDS_OF_THEIR_OWN or FIGURE.fullmatch(case.phrase):
        assert texts == []
        return
    assert texts == [case.phrase]
    assert resolve_window(texts[0], case.moment.as_of, case.moment.zone).interval == case.expected
