"""Numbers, dates and durations of strangers: what proves their signs, and that they are read as they were
meant."""

from datetime import date, time, timedelta
from decimal import Decimal
from fractions import Fraction
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.exchange.kinds import Refused
from storage.foreign.date_evidence import date_evidence
from storage.foreign.dates import DateStyle, Order, parse_date
from storage.foreign.decisions import Undecided
from storage.foreign.durations import minutes_of, parse_elapsed, unit_named, unit_of_header
from storage.foreign.epoch_times import epoch_moment, told_epochs
from storage.foreign.grid import cell_of
from storage.foreign.moments import Moment, day_of_number, is_day_number
from storage.foreign.numbers import SIGNS, Sign, decimal_evidence, parse_number

NUMBERS = st.decimals(min_value=0, max_value=10**9, places=2, allow_nan=False, allow_infinity=False)
SIGNED = st.sampled_from(sorted(SIGNS))
DAYS = st.dates(date(2000, 1, 1), date(2099, 12, 31))
ORDERS: st.SearchStrategy[Order] = st.sampled_from(["dmy", "mdy"])


def written(number: Decimal, sign: Sign, thousands: str) -> str:
    """The number as a person of a country writes it."""
    return f"{number:,.2f}".replace(",", "#").replace(".", SIGNS[sign]).replace("#", thousands)


@given(NUMBERS, SIGNED, st.sampled_from(["", "'", "’", " ", "\u00a0", "\u202f", "other"]))
def test_a_number_with_decimals_is_what_was_written_and_proves_its_sign(
    number: Decimal, sign: Sign, thousands: str
) -> None:
    other = "." if sign == "comma" else ","
    text = written(number, sign, other if thousands == "other" else thousands)
    assert parse_number(text, sign) == number
    said = decimal_evidence([text])
    assert (said.comma if sign == "comma" else said.point) == text


@given(NUMBERS, SIGNED, SIGNED)
def test_a_number_is_never_read_as_another_one_under_the_other_sign(
    number: Decimal, sign: Sign, read_as: Sign
) -> None:
    try:
        assert parse_number(written(number, sign, ""), read_as) == number
    except Refused:
        assert sign != read_as


@pytest.mark.parametrize(
    ("text", "proves"),
    [
        ("1,5", "comma"), ("1.5", "point"), ("1.250", "either"), ("1,250", "either"), ("0,250", "comma"),
        ("1.250.000", "comma"), ("1,250.5", "point"), ("1'250.500", "point"), ("12", None),
        ("1'250", None), ("x", None),
    ],
)  # fmt: skip
def test_what_a_text_proves_about_the_decimal_sign(text: str, proves: str | None) -> None:
    said = decimal_evidence([text])
    found = [name for name in ("comma", "point", "either") if getattr(said, name) is not None]
    assert found == ([proves] if proves else [])


@pytest.mark.parametrize("text", ["1,2,3", "1.2,3,4", "12,34.5", "1e5", "½", "١٢", "--1", "1,", "9" * 50])
def test_what_is_no_number_under_a_sign_is_refused(text: str) -> None:
    with pytest.raises(Refused):
        parse_number(text, "point")


def test_a_sign_whose_meaning_is_open_waits_for_the_answer() -> None:
    with pytest.raises(Undecided):
        parse_number("1,250", None)


@given(DAYS, ORDERS, st.sampled_from(["/", "-"]))
def test_a_date_is_the_day_that_was_written_and_proves_its_order_only_beyond_the_twelfth(
    day: date, order: Order, sign: str
) -> None:
    parts = (day.day, day.month) if order == "dmy" else (day.month, day.day)
    text = f"{parts[0]}{sign}{parts[1]:02}{sign}{day.year}"
    assert parse_date(text, DateStyle(order)) == Moment(day)
    said = date_evidence([text])
    proven = said.dmy if order == "dmy" else said.mdy
    assert (proven is not None) == (day.day > 12)
    assert (said.either is not None) == (day.day <= 12 and day.day != day.month)


@given(DAYS, st.times().map(lambda t: t.replace(second=0, microsecond=0)))
def test_dates_with_one_reading_need_no_order(day: date, clock: time) -> None:
    minute = clock.hour * 60 + clock.minute
    for text in (
        f"{day:%Y-%m-%d} {clock:%H:%M}",
        f"{day:%d.%m.%Y} {clock:%H:%M}",
        f"{day:%Y-%m-%d}T{clock:%H:%M}:00",
    ):
        assert parse_date(text, DateStyle()) == Moment(day, minute)
    assert parse_date(f"{day:%d} {day:%b} {day:%Y}", DateStyle()) == Moment(day)
    assert parse_date(f"{day:%B} {day.day}, {day:%Y}", DateStyle()) == Moment(day)


@pytest.mark.parametrize(
    ("text", "canonical"),
    [
        ("14.12.26", "2026-12-14 00:00"),
        ("3. März 2027", "2027-03-03 00:00"),
        ("Mon 7 Dec 2026 2:30 PM", "2026-12-07 14:30"),
        ("2026-12-07 12:05 am", "2026-12-07 00:05"),
        ("2026-12-07T06:00-06:00", "2026-12-07T06:00-06:00"),
        ("2026-12-07T06:00Z", "2026-12-07T06:00Z"),
        ("20261207", "2026-12-07 00:00"),
        ("07.12.2026 24:00", "2026-12-08 00:00"),
    ],
)
def test_dates_of_many_countries(text: str, canonical: str) -> None:
    assert parse_date(text, DateStyle()).canonical == canonical


@pytest.mark.parametrize(
    "text", ["31/11/2026", "TBC", "30.02.2027", "13:00", "2026-12-07 49:00", "2026-12-07 13:00 pm", "7"]
)
def test_what_is_no_date_is_refused(text: str) -> None:
    with pytest.raises(Refused):
        parse_date(text, DateStyle("dmy"))


@pytest.mark.parametrize(
    ("header", "unit"),
    [
        ("Run (hr, all pcs)", "h_total"), ("Pcs/Hr", "pieces_per_h"), ("Rate (parts/hr)", "pieces_per_h"),
        ("Stückzeit [min]", "min_per_piece"), ("Zeit/Stk (Min.)", "min_per_piece"),
        ("Each h:mm", "hh:mm_per_piece"),
        ("Std/100 Stk", "h_per_100"), ("Run min/pc", "min_per_piece"), ("sec per part", "s_per_piece"),
        ("Pieces per hour", "pieces_per_h"), ("Stück pro Std", "pieces_per_h"), ("Lot hours", "h_total"),
        ("Run hours", None), ("te", None), ("Rate pcs hr", None), ("Output parts, hrs", None),
    ],
)  # fmt: skip
def test_the_unit_of_a_run_time_is_what_the_header_says_beyond_doubt(header: str, unit: str | None) -> None:
    assert unit_of_header(header, run=True) == unit


@pytest.mark.parametrize(
    ("value", "unit", "minutes"),
    [
        ("90", "min", 90), ("1.5", "h", 90), ("1:30", "hh:mm", 90),
        ("0:45", "mm:ss_per_piece", Fraction(3, 4)),
        (2.4, "pieces_per_h", 25), ("30", "s_per_piece", Fraction(1, 2)), ("1 h 15 min", "written", 75),
        (timedelta(hours=1, minutes=5), "hh:mm", 65), (time(1, 5), "h", 65), (0, "h_total", 0),
    ],
)  # fmt: skip
def test_a_duration_is_exact_in_its_unit(value: object, unit: str, minutes: Fraction | int) -> None:
    assert minutes_of(cell_of(value), unit_named(unit), "point") == minutes


@pytest.mark.parametrize(
    ("value", "unit"),
    [
        ("0", "pieces_per_h"), (0, "pieces_per_min"), ("-1", "h"), (-1, "min"), ("1h 15", "min"),
        ("1:30", "h"),
        ("1h 15", "written"), ("soon", "hh:mm"), ("1:75", "hh:mm"), (time(1), "pieces_per_h"),
        ("5 parsecs", "written"),
    ],
)  # fmt: skip
def test_what_is_no_duration_in_a_unit_is_refused(value: object, unit: str) -> None:
    with pytest.raises(Refused):
        minutes_of(cell_of(value), unit_named(unit), "point")


@given(st.decimals(min_value="0.01", max_value=10**5, places=2))
def test_a_rate_and_the_time_for_one_piece_are_inverse(rate: Decimal) -> None:
    one = minutes_of(cell_of(str(rate)), unit_named("pieces_per_h"), "point")
    assert one * Fraction(rate) == 60


def test_elapsed_times_are_whole_minutes_with_a_unit() -> None:
    said = [parse_elapsed(text) for text in ("5d", "40 h", "90min", "0", "1d 12h", "5", "soon")]
    assert said == [7200, 2400, 90, 0, 2160, None, None]


@given(DAYS, st.integers(0, 1439))
def test_a_spreadsheets_number_of_a_day_is_the_day_that_it_counts(day: date, minute: int) -> None:
    number = Decimal((day - date(1899, 12, 30)).days)
    assert is_day_number(number)
    assert day_of_number(number, "1900") == Moment(day)
    assert day_of_number(number, "1904").day == day + timedelta(days=1462)
    timed = number + Decimal(minute) / 1440
    assert day_of_number(timed, "1900") == Moment(day, minute or None)


def test_a_small_number_is_no_day_of_a_spreadsheet() -> None:
    assert not is_day_number(Decimal(1250))
    with pytest.raises(Refused, match="is a number, not a date"):
        day_of_number(Decimal(1250), "1900")


def test_a_day_alone_lasts_to_its_end() -> None:
    assert Moment(date(2026, 12, 31)).after == "2027-01-01 00:00"
    assert Moment(date(2026, 12, 31), 750).after == "2026-12-31 12:30"


@pytest.mark.parametrize(
    "value", ["1795240217", Decimal(1795240200), Decimal(1795240200999), "1795240200000"]
)
def test_ten_or_thirteen_digits_are_a_time_since_1970_by_the_shops_clock(value: object) -> None:
    moment = epoch_moment(value, ZoneInfo("Asia/Kolkata"))
    assert moment == Moment(date(2026, 11, 21), 11 * 60 + 20, "+05:30")
    told = list(told_epochs([("At", [cell_of("1795240217")])], ZoneInfo("UTC")))
    assert told == [
        "At counts seconds since 1970: 1795240217 is 2026-11-21 05:50 by the shop's clock, less its seconds"
    ]


@pytest.mark.parametrize(
    "value", ["179524021", "17952402170", "4500012345", Decimal("1795240217.5"), True, None]
)
def test_other_numbers_are_no_time_since_1970(value: object) -> None:
    assert epoch_moment(value, None) is None
