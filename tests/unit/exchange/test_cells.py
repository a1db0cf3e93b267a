"""What a cell may hold, and what is said of one that it may not."""

from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.exchange.cells import header_of, read_row
from storage.exchange.csv_file import Row
from storage.exchange.entities import BY_NAME, ENTITIES, FILES
from storage.exchange.escaping import escaped, unescaped
from storage.exchange.kinds import Amount, Choice, Key, Kind, Place, Refused, Text, Whole, YesNo
from storage.exchange.lists import Keys, Pauses, Slots
from storage.exchange.problems import Findings
from storage.exchange.times import Clock, Day, Instant

CHICAGO = ZoneInfo("America/Chicago")


def refusal(kind: Kind, cell: str) -> tuple[str, str]:
    with pytest.raises(Refused) as refused:
        kind.parse(cell, Place(CHICAGO))
    return refused.value.reason, refused.value.right


@pytest.mark.parametrize(
    ("kind", "cell", "value"),
    [
        (Whole(0), "30", 30),
        (Whole(0), " 30 ", 30),
        (Whole(-5), "-5", -5),
        (Amount(), "1.50", "1.5"),
        (Amount(), "0", "0"),
        (YesNo(), "TRUE", True),
        (YesNo(), "false", False),
        (Choice(("planned", "done")), "done", "done"),
        (Text(), " as it is ", " as it is "),
        (Day(), "2026-12-07", "2026-12-07"),
        (Clock(), "24:00", "24:00"),
        (Clock(), "06:00:00", "06:00"),
        (Instant(), "2026-12-07 06:00", "2026-12-07T12:00:00+00:00"),
        (Instant(), "2026-12-07T06:00:00", "2026-12-07T12:00:00+00:00"),
        (Instant(), "2026-12-07T06:00Z", "2026-12-07T06:00:00+00:00"),
        (Instant(), "2026-12-07T06:00+0100", "2026-12-07T05:00:00+00:00"),
        (Instant(exact=True), "2026-12-07 06:00:30.25", "2026-12-07T12:00:30.250000+00:00"),
        (Pauses(), "09:00-09:15", [{"start_local": "09:00", "end_local": "09:15"}]),
        (Keys(), "A-10; A-20", ["A-10", "A-20"]),
        (Keys(), 'A; "B;C"', ["A", "B;C"]),
        (Keys(), "none", []),
    ],
)
def test_a_cell_is_read_as_what_it_says(kind: Kind, cell: str, value: object) -> None:
    assert kind.parse(cell, Place(CHICAGO)) == value


@pytest.mark.parametrize(
    ("kind", "cell", "reason", "right"),
    [
        (Whole(0), "abc", "is not a whole number", "digits only, such as 30"),
        (Whole(0), "30,0", "has a decimal comma; this is a whole number", "30"),
        (Whole(0), "1,5", "has a decimal comma; this is a whole number", "digits only, such as 30"),
        (Whole(0), "10.0", "has decimals; this is a whole number", "10"),
        (
            Whole(0),
            "1.500",
            "has a sign between its digits that may part thousands or decimals",
            "digits only, such as 1500",
        ),
        (Whole(0), "-1", "is out of range", "0 to 2147483647"),
        (Whole(0), "9" * 30, "is not a whole number", "digits only, such as 30"),
        (Whole(0), "٣", "is not a whole number", "digits only, such as 30"),
        (Amount(), "1,5", "has a comma", "a decimal point and no other sign, such as 1.5"),
        (Amount(), "1.2345", "has more than 3 decimals", "1.234"),
        (Amount(), "NaN", "is not a number from 0", "digits and at most one decimal point, such as 1.5"),
        (YesNo(), "yes", "is neither true nor false", "true"),
        (Choice(("in_progress", "done")), "In Progress", "is not one of the words", "in_progress"),
        (Key(), " M1", "has spaces around it", "M1"),
        (Key(), "M\x071", "holds a character that cannot be seen", "visible characters only"),
        (Text(), "x" * 10_001, "is 10,001 characters long", "at most 10,000"),
        (Day(), "07.12.2026", "is not written year first", "2026-12-07"),
        (Day(), "12/07/2026", "could be day/month or month/day", "year first, such as 2026-12-07"),
        (Day(), "46000", "is a spreadsheet's serial number of a date", "text such as 2026-12-07"),
        (Day(), "2026-02-30", "is no day of the calendar", "YYYY-MM-DD, such as 2026-12-07"),
        (Instant(), "2026-12-07", "is a date without a time", "2026-12-07 00:00"),
        (Instant(), "2026-12-31 24:00", "is no time of the day", "2027-01-01 00:00"),
        (Instant(), "2026-12-07 06:00:30", "is not on the minute", "2026-12-07 06:00"),
        (Instant(), "2026-12-07 25:00", "is no time of the day", "00:00 to 23:59 after the date"),
        (Instant(), "7.12.2026 06:00", "is not written year first", "2026-12-07 06:00"),
        (Instant(), "1969-12-31 00:00Z", "is out of range", "1970-01-01 to 3999-12-31"),
        (Instant(), "2026-12-07 06:00+19:00", "has an offset that no place has", "an offset such as -06:00"),
        (
            Instant(),
            "2026-03-08 02:30",
            "does not exist in America/Chicago: the clocks go forward over it",
            "2026-03-08 03:30, or the offset that is meant behind the time",
        ),
        (Clock(), "6:00", "is no time of day", "06:00"),
        (Clock(), "24:01", "is no time of day", "HH:MM from 00:00 to 24:00, such as 06:00"),
        (Pauses(), "lunch", "is no list of breaks", "09:00-09:15; 12:00-12:30"),
        (
            Slots(),
            "6 12:00-06:00",
            "has a slot that does not end within 24 hours after its start",
            "6 06:00-12:00",
        ),
        (Keys(), 'A"; "B', "is no list of ids", "A-10; A-20"),
    ],
)
def test_a_cell_that_cannot_be_read_is_told_why_and_what_would_be_right(
    kind: Kind, cell: str, reason: str, right: str
) -> None:
    assert refusal(kind, cell) == (reason, right)


def test_an_hour_that_exists_twice_is_the_first_and_said_to_be() -> None:
    place = Place(CHICAGO)
    assert Instant().parse("2026-11-01 01:30", place) == "2026-11-01T06:30:00+00:00"
    assert place.notices == ["exists twice in America/Chicago; taken as the first, 2026-11-01T01:30-05:00"]


def test_an_hour_that_exists_twice_is_not_in_doubt_with_its_offset() -> None:
    place = Place(CHICAGO)
    assert Instant().parse("2026-11-01T01:30-06:00", place) == "2026-11-01T07:30:00+00:00"
    assert place.notices == []


@given(st.text())
def test_any_text_comes_back_from_its_escaped_form(text: str) -> None:
    assert unescaped(escaped(text)) == text
    assert not escaped(text).startswith(("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠"))


@pytest.mark.parametrize("text", ["=1+1", "'=1+1", "''＠x", "-5", "\tx"])
def test_what_a_spreadsheet_would_compute_gets_an_apostrophe(text: str) -> None:
    assert escaped(text) == f"'{text}"


def test_an_apostrophe_of_a_name_stays_as_it_is_both_ways() -> None:
    assert (escaped("'s-Hertogenbosch"), unescaped("'s-Hertogenbosch")) == ("'s-Hertogenbosch",) * 2


IDS = st.text(st.characters(exclude_categories=("C", "Z")), min_size=1, max_size=20)


@given(st.lists(IDS, max_size=5, unique=True))
def test_a_list_of_ids_comes_back_from_its_cell(ids: list[str]) -> None:
    place = Place(CHICAGO)
    assert Keys().parse(Keys().write([*ids], place), place) == ids


@given(st.datetimes(timezones=st.just(ZoneInfo("UTC"))).map(lambda t: t.replace(second=0, microsecond=0)))
def test_an_instant_comes_back_from_its_cell(moment: object) -> None:
    text = str(moment).replace(" ", "T")
    if not "1971" <= text < "3999":
        return
    place = Place(CHICAGO)
    assert Instant().parse(Instant().write(text, place), place) == text
    assert place.notices == []


def problems_of(entity: str, **cells: str) -> list[str]:
    findings = Findings()
    header = header_of(BY_NAME[entity], list(cells))
    read_row(header, Row(2, list(cells.values())), CHICAGO, findings)
    return [str(problem) for problem in findings.problems]


SHIFT = {"calendar_id": "c", "weekday": "1", "start_local": "06:00", "end_local": "14:00"}
BOOKED = {"id": "b", "operation_id": "o", "machine_id": "m"}


@pytest.mark.parametrize(
    ("entity", "cells", "expected"),
    [
        ("skill", {"id": "s", "code": ""}, "skill.csv row 2, code: is empty; right would be: text"),
        (
            "skill",
            {"id": "", "external_id": "", "code": "T"},
            "skill.csv row 2, id: neither id nor external_id says which row this is; right would be: "
            "one of them",
        ),
        (
            "calendar_shift",
            {**SHIFT, "end_local": "05:00"},
            'calendar_shift.csv row 2, end_local "05:00": does not lie after start_local; '
            "right would be: a later end, or true in ends_next_day",
        ),
        (
            "calendar_shift",
            {**SHIFT, "breaks": "13:45-14:15"},
            'calendar_shift.csv row 2, breaks "13:45-14:15": the break 13:45-14:15 does not lie inside the '
            "shift; right would be: a break within start_local and end_local",
        ),
        (
            "booking",
            {**BOOKED, "quote_id": "q"},
            'booking.csv row 2, operation_id "o": operation_id, quote_id: operation_id and quote_id are both '
            "filled; right would be: exactly one of them",
        ),
        (
            "booking",
            {**BOOKED, "envelope_start": "2026-12-07 06:00"},
            'booking.csv row 2, envelope_start "2026-12-07 06:00": envelope_start is filled and envelope_end '
            "is not; right would be: envelope_end as well",
        ),
        (
            "booking_segment",
            {"booking_id": "b", "start": "2026-12-07 06:00", "end": "2026-12-07 06:00"},
            'booking_segment.csv row 2, end "2026-12-07 06:00": is the start: work that takes no time; right '
            "would be: no segment; a milestone has its time in envelope_start and envelope_end of "
            "booking.csv",
        ),
        (
            "operation",
            {
                "id": "o",
                "order_id": "w",
                "seq": "1",
                "setup_min": "5",
                "run_s_per_piece": "0",
                "milestone": "true",
            },
            'operation.csv row 2, milestone "true": a milestone takes no time; '
            "right would be: false, or 0 in setup_min and run_s_per_piece",
        ),
        (
            "absence",
            {"id": "a", "operator_id": "p", "kind": "sick", "start": "", "start_date": ""},
            "absence.csv row 2, start: start, start_date: none of them is filled; right would be: "
            "exactly one of them",
        ),
        (
            "tenant_settings",
            {"name": "S", "timezone": "America/Chicgo"},
            'tenant_settings.csv row 2, timezone "America/Chicgo": is not the name of a time zone; '
            "right would be: America/Chicago",
        ),
        (
            "tenant_settings",
            {"name": "S", "timezone": "EST"},
            'tenant_settings.csv row 2, timezone "EST": is an abbreviation; '
            "right would be: a name such as America/Chicago, or UTC",
        ),
    ],
)
def test_a_row_that_contradicts_itself_is_told_so(entity: str, cells: dict[str, str], expected: str) -> None:
    assert problems_of(entity, **cells) == [expected]


def test_every_cell_of_a_row_that_is_wrong_is_told_not_only_the_first() -> None:
    told = problems_of("production_order", id="o", code="", quantity="1,5", priority="9")
    assert [text.split(",")[1].split()[0].rstrip(":") for text in told] == ["code", "quantity", "priority"]


def test_a_value_that_would_act_on_a_terminal_is_shown_and_not_obeyed() -> None:
    (told,) = problems_of("skill", id="s\x1b[31m", code="T")
    assert "\x1b" not in told
    assert '"s\\x1b[31m"' in told


def test_columns_that_belong_together_count_as_empty_when_one_of_them_is_left_out() -> None:
    header = header_of(BY_NAME["booking"], ["id", "operation_id", "machine_id"])
    read = read_row(header, Row(2, ["b", "o", "m"]), CHICAGO, Findings())
    assert read.record["quote_id"] is None
    assert "envelope_start" not in read.record


def test_every_column_has_a_kind_that_reads_what_it_writes_as_the_default() -> None:
    for entity in ENTITIES:
        for column in entity.columns:
            if column.default not in (None, "", []):
                cell = column.kind.write(column.default, Place(CHICAGO))
                assert column.kind.parse(cell, Place(CHICAGO)) == column.default
    assert len(FILES) == 18
