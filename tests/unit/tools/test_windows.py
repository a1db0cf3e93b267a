"""The window of a tool call, from whatever of `from`, `to` and `window` the caller gave."""

from datetime import UTC, datetime

import pytest

from leadhand.context import Permission, TenantContext
from leadhand.errors import EmptyWindow, InvalidDate, InvalidToolInput, WindowTooLong
from tools.windows import Window, WindowInput, read_due, read_slot, read_window

# Wednesday 25 November 2026, 10:30 at the shop.
AS_OF = datetime(2026, 11, 25, 16, 30, tzinfo=UTC)
TENANT = TenantContext("demo", "ann", frozenset(Permission), "America/Chicago", "en-US", AS_OF)


def window(
    *, from_: str | None = None, to: str | None = None, window: str | None = None, days: int = 7
) -> Window:
    return read_window(WindowInput(from_=from_, to=to, window=window), TENANT, default_days=days)


def utc(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()) // 60


def test_a_phrase_is_the_window_and_the_answer_says_its_dates() -> None:
    found = window(window="next month")
    assert found.interval == (utc("2026-12-01T06:00"), utc("2027-01-01T06:00"))
    assert found.sentence == "next month: 1 to 31 December 2026"
    assert found.assumption == "The window is next month: 1 to 31 December 2026."


def test_nothing_given_is_the_default_and_said() -> None:
    found = window(from_="", to=" ", window=None)
    assert found.interval == (utc("2026-11-25T16:30"), utc("2026-12-02T16:30"))
    assert found.assumption.startswith("No dates were given, so the window is the next 7 days: Wednesday 25")


def test_dates_include_the_whole_last_day() -> None:
    found = window(from_="2026-12-01", to="2026-12-15")
    assert found.interval == (utc("2026-12-01T06:00"), utc("2026-12-16T06:00"))
    assert found.assumption == "The window is 1 to 15 December 2026."
    assert window(from_="2026-12-01", to="2026-12-01").sentence == "Tuesday 1 December 2026"


def test_timestamps_are_exact() -> None:
    found = window(from_="2026-12-01T06:00", to="2026-12-01T14:30:00-06:00")
    assert found.interval == (utc("2026-12-01T12:00"), utc("2026-12-01T20:30"))


def test_phrases_as_ends_are_read_together() -> None:
    assert window(from_="Friday", to="Tuesday").sentence == "27 November to 1 December 2026"
    assert window(from_="from 20 December", to="until 5 January").sentence == (
        "20 December 2026 to 5 January 2027"
    )


def test_an_end_alone_begins_now() -> None:
    assert window(to="Friday").interval == (utc("2026-11-25T16:30"), utc("2026-11-28T06:00"))


def test_a_day_alone_begins_the_default_number_of_days() -> None:
    found = window(from_="3 December", days=30)
    assert found.interval == (utc("2026-12-03T06:00"), utc("2027-01-02T06:00"))
    assert found.assumption.startswith("No end was given, so the window is 30 days: 3 December 2026")


def test_a_period_alone_as_a_start_is_the_window() -> None:
    assert window(from_="next month").sentence == "next month: 1 to 31 December 2026"


def test_the_default_of_seven_days_keeps_the_wall_clock_over_a_clock_change() -> None:
    as_of = datetime(2027, 3, 10, 16, 0, tzinfo=UTC)
    tenant = TenantContext("demo", "ann", frozenset(), "America/Chicago", "en-US", as_of)
    found = read_window(WindowInput(), tenant, default_days=7)
    assert found.end_min - found.start_min == (7 * 24 - 1) * 60


def test_window_and_dates_that_mean_the_same_are_accepted() -> None:
    assert window(from_="2026-12-01", to="2026-12-31", window="next month") == window(window="next month")
    assert window(from_="2026-12-01", window="next month") == window(window="next month")


@pytest.mark.parametrize(
    ("from_", "to", "field"),
    [("2026-12-02", None, "from"), (None, "2026-12-30", "to"), ("2026-12-01", "2027-01-01", "to")],
)
def test_window_and_dates_that_contradict_are_refused_by_field(
    from_: str | None, to: str | None, field: str
) -> None:
    with pytest.raises(InvalidToolInput) as refused:
        window(from_=from_, to=to, window="next month")
    fields = refused.value.details["fields"]
    assert isinstance(fields, list)
    assert isinstance(fields[0], dict)
    assert fields[0]["field"] == field
    assert fields[0]["right"] == "give either `window` or `from` and `to`"


@pytest.mark.parametrize(
    ("from_", "to"),
    [
        ("2026-12-15", "2026-12-01"),
        ("2026-12-01T14:00", "2026-12-01T14:00"),
        ("2026-12-01T14:00", "2026-12-01T06:00"),
        (None, "2026-11-24"),
        (None, "yesterday"),
    ],
)
def test_an_end_that_is_not_after_the_start_is_an_empty_window(from_: str | None, to: str) -> None:
    with pytest.raises(EmptyWindow):
        window(from_=from_, to=to)


def test_a_window_may_be_366_days_and_no_longer() -> None:
    assert window(from_="2027-01-01", to="2028-01-01").sentence == "1 January 2027 to 1 January 2028"
    assert window(window="next 366 days").end_min > 0
    with pytest.raises(WindowTooLong) as refused:
        window(from_="2027-01-01", to="2028-01-02")
    assert refused.value.details == {"days": 367, "max_days": 366}
    with pytest.raises(WindowTooLong):
        window(from_="2026-01-01", to="2036-01-01")
    with pytest.raises(WindowTooLong):
        window(window="next 10 years")


@pytest.mark.parametrize(
    "text", ["2026-13-01", "31 November", "1969-12-31", "2201-01-01", "someday", "\x00", "9" * 90]
)
def test_a_date_that_does_not_exist_is_refused(text: str) -> None:
    for asked in (WindowInput(from_=text), WindowInput(to=text), WindowInput(window=text)):
        with pytest.raises(InvalidDate):
            read_window(asked, TENANT, default_days=7)


def test_overtime_is_read_by_both_its_ends() -> None:
    slot = read_slot("Saturday 6:00", "Saturday 14:00", TENANT)
    assert slot.interval == (utc("2026-11-28T12:00"), utc("2026-11-28T20:00"))
    with pytest.raises(EmptyWindow):
        read_slot("2026-12-05T14:00", "2026-12-05T06:00", TENANT)


@pytest.mark.parametrize(
    ("text", "end", "sentence"),
    [
        ("2026-12-18", "2026-12-19T06:00", "Friday 18 December 2026, 24:00"),
        ("by 18 December", "2026-12-19T06:00", "Friday 18 December 2026, 24:00"),
        ("before Christmas", "2026-12-25T06:00", "Thursday 24 December 2026, 24:00"),
        ("next month", "2027-01-01T06:00", "Thursday 31 December 2026, 24:00"),
        ("2026-12-18T12:00", "2026-12-18T18:00", "Friday 18 December 2026, 12:00"),
        ("by 14:00 on Friday", "2026-11-27T20:00", "Friday 27 November 2026, 14:00"),
    ],
)
def test_a_due_date_is_the_end_of_its_day_and_a_due_time_is_exact(text: str, end: str, sentence: str) -> None:
    due = read_due(text, TENANT)
    assert due.interval == (utc("2026-11-25T16:30"), utc(end))
    assert due.sentence == sentence
    assert due.assumption == f"It is due {sentence}."


def test_the_shops_cutoff_decides_when_a_due_date_ends() -> None:
    assert read_due("2026-12-18", TENANT, cutoff_local_min=16 * 60).end_min == utc("2026-12-18T22:00")
    assert read_due("2026-12-18T20:00", TENANT, cutoff_local_min=16 * 60).end_min == utc("2026-12-19T02:00")


def test_a_due_date_in_the_past_is_refused() -> None:
    with pytest.raises(EmptyWindow, match="Tuesday 24 November 2026, 24:00 is in the past"):
        read_due("yesterday", TENANT)
