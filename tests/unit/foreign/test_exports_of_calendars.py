"""What programs write into iCalendar files in ways of their own: read as it is meant, or asked about."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from leadhand.errors import ForeignFileUnreadable
from storage.foreign.calendar_file import read_calendar
from storage.foreign.shop_names import Named, ShopNames, StoredTime
from tests.unit.foreign.test_calendars import Taken, take_from

OUTLOOK = """BEGIN:VTIMEZONE
TZID:Shop Standard Time
BEGIN:STANDARD
DTSTART:16011028T030000
RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=10
TZOFFSETFROM:+0200
TZOFFSETTO:+0100
END:STANDARD
BEGIN:DAYLIGHT
DTSTART:16010325T020000
RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=3
TZOFFSETFROM:+0100
TZOFFSETTO:+0200
END:DAYLIGHT
END:VTIMEZONE
"""
PEOPLE = (("E1", "Anna Müller"), ("E2", "Jonas Weiß"))
SHOP = ShopNames(
    "Europe/Berlin", 180, calendars=(Named("DAY", "DAY", "Day", None, None, "import", None),),
    operators=tuple(Named(code, code, name, None, "DAY", "import", None) for code, name in PEOPLE),
)  # fmt: skip
SATURDAYS = "DTSTART;TZID=Europe/Berlin:20261205T060000\nDTEND;TZID=Europe/Berlin:20261205T120000\n"


def event(uid: int, summary: str, lines: str) -> str:
    return f"BEGIN:VEVENT\nUID:{uid}\nSUMMARY:{summary}\n{lines}\nEND:VEVENT\n"


def calendar(*events: str, head: str = "") -> str:
    return f"BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:x\n{head}{''.join(events)}END:VCALENDAR\n".replace(
        "\n", "\r\n"
    )


def take(text: str, /, **answers: str) -> Taken:
    return take_from(SHOP, text, **answers)


def absences(taken: Taken) -> list[tuple[str, str]]:
    return [(row.cells["operator_id"], row.cells["start_date"]) for row in taken.canonical.of("absence")]


def test_a_shift_in_a_zone_with_another_name_but_the_shops_clock_is_a_shift_with_its_changed_times() -> None:
    zone = ";TZID=Shop Standard Time:"
    shift = event(
        1, "Früh", f"DTSTART{zone}20261102T060000\nDTEND{zone}20261102T140000\nRRULE:FREQ=WEEKLY;BYDAY=MO,TH"
    )
    short = event(
        1, "Früh", f"RECURRENCE-ID{zone}20261231T060000\n"
        f"DTSTART{zone}20261231T060000\nDTEND{zone}20261231T110000"
    )  # fmt: skip
    text = calendar(shift, short, head=OUTLOOK)
    taken = take(text, event__Früh="shift", for__Früh="new")
    assert [row.cells["weekday"] for row in taken.canonical.of("calendar_shift")] == ["1", "4"]
    assert taken.rows == [
        ("closure", "Früh", "2026-12-31T05:00+00:00", "2026-12-31T13:00+00:00"),
        ("overtime", "Früh", "2026-12-31T05:00+00:00", "2026-12-31T10:00+00:00"),
    ]


def test_whole_days_that_are_written_as_midnights_are_whole_days() -> None:
    lines = "DTSTART;TZID=Europe/Berlin:20261224T000000\nDTEND;TZID=Europe/Berlin:20261226T000000\n"
    closed = event(1, "Closed", f"{lines}X-MICROSOFT-CDO-ALLDAYEVENT:TRUE")
    assert take(calendar(closed)).rows == [("closure", "DAY", "2026-12-24"), ("closure", "DAY", "2026-12-25")]


@pytest.mark.parametrize(("status", "key"), [("TENTATIVE", "tentative"), ("FREE", "event.Closed")])
def test_how_busy_a_program_marks_a_time_counts_as_its_status_does(status: str, key: str) -> None:
    lines = f"{SATURDAYS}X-MICROSOFT-CDO-BUSYSTATUS:{status}"
    assert list(take(calendar(event(1, "Closed", lines))).questions) == [key]


def test_a_time_of_a_series_that_is_called_otherwise_is_asked_about_on_its_own() -> None:
    series = event(1, "Overtime", f"{SATURDAYS}RRULE:FREQ=WEEKLY;COUNT=3")
    moved = SATURDAYS.replace("20261205", "20261212")
    other = event(1, "No overtime today", f"RECURRENCE-ID;TZID=Europe/Berlin:20261212T060000\n{moved}")
    taken = take(calendar(series, other))
    assert list(taken.questions) == ["event.No overtime today"]
    assert [row[2][:10] for row in taken.rows] == ["2026-12-05", "2026-12-19"]


def test_a_summary_that_names_two_things_or_denies_one_is_asked_about() -> None:
    for summary in ("Keine Überstunden", "Shutdown or overtime", "Abgesagt: Samstagsschicht"):
        assert list(take(calendar(event(1, summary, SATURDAYS))).questions) == [f"event.{summary}"]


def test_whole_days_that_say_nothing_are_asked_about_once() -> None:
    text = calendar(
        event(1, "Boxing Day", "DTSTART;VALUE=DATE:20261226"),
        event(2, "Audit", "DTSTART;VALUE=DATE:20261210"),
    )
    one = take(text, whole_days="each", **{"event.Audit": "ignore"})
    assert list(one.questions) == ["event.Boxing Day"]
    assert take(text, **{"event.Audit": "ignore"}).rows == [("closure", "DAY", "2026-12-26")]


def test_a_withdrawn_calendar_closes_nothing() -> None:
    taken = take(calendar(event(1, "Closed", "DTSTART;VALUE=DATE:20261224"), head="METHOD:CANCEL\n"))
    assert (taken.rows, len(taken.notices)) == ([], 1)


def test_times_without_a_zone_are_asked_about_where_the_calendar_is_of_another_one() -> None:
    lines = "DTSTART:20261205T060000\nDTEND:20261205T120000"
    text = calendar(event(1, "Overtime", lines), head="X-WR-TIMEZONE:America/New_York\n")
    assert list(take(text).questions) == ["time_zone"]
    assert take(text, time_zone="America/New_York").rows[0][2] == "2026-12-05T11:00+00:00"


def test_a_rule_whose_last_day_has_no_time_is_asked_about_where_it_is_on_that_day() -> None:
    text = calendar(event(1, "Overtime", f"{SATURDAYS}RRULE:FREQ=WEEKLY;UNTIL=20261212;X-NOTE=1"))
    assert list(take(text).questions) == ["last_day"]
    assert [len(take(text, last_day=said).rows) for said in ("included", "left_out")] == [2, 1]
    other = calendar(event(1, "Overtime", f"{SATURDAYS}RRULE:FREQ=WEEKLY;UNTIL=20261211"))
    assert list(take(other).questions) == []


def test_what_is_no_event_is_told_and_an_older_kind_of_file_is_refused() -> None:
    task = "BEGIN:VTODO\nUID:t\nSUMMARY:Oil\nEND:VTODO\n"
    taken = take(calendar(event(1, "Closed", "DTSTART;VALUE=DATE:20261224"), task))
    assert taken.notices == ["x.ics: 1 task (VTODO) not read: Oil"]
    with pytest.raises(ForeignFileUnreadable, match=r"version 1\.0"):
        read_calendar(calendar(event(1, "A", SATURDAYS)).replace("2.0", "1.0").encode(), "x.ics")


def test_of_versions_of_an_event_the_last_counts_and_events_of_one_name_are_all_taken() -> None:
    def closed(day: int, more: str) -> str:
        return event(1, "Closed", f"DTSTART;VALUE=DATE:202612{day}\n{more}")

    newer = calendar(closed(24, "SEQUENCE:2"), closed(23, "SEQUENCE:1"))
    assert [row[2] for row in take(newer).rows] == ["2026-12-24"]
    same = calendar(closed(24, ""), closed(28, ""))
    assert [row[2] for row in take(same).rows] == ["2026-12-24", "2026-12-28"]


def test_an_event_without_a_length_is_an_error_unless_it_is_nothing() -> None:
    text = calendar(event(1, "Overtime", "DTSTART:20261205T060000Z"))
    assert take(text, event__Overtime="ignore").rows == []


def test_one_of_several_events_of_a_name_can_be_said_by_its_day() -> None:
    text = calendar(
        event(1, "Inventur", "DTSTART;VALUE=DATE:20261207"),
        event(2, "Inventur", SATURDAYS.replace("20261205", "20261214")),
    )
    taken = take(text, **{"event.Inventur on 2026-12-14": "ignore"})
    assert taken.rows == [("closure", "DAY", "2026-12-07")]


def test_an_absence_is_of_the_one_person_who_was_asked_to_it_if_that_is_said() -> None:
    who = 'ORGANIZER;CN="Müller, Anna":mailto:a@x.de\nATTENDEE;CN=Jonas Weiß;PARTSTAT=DECLINED:mailto:j@x.de'
    text = calendar(event(1, "Urlaub", f"DTSTART;VALUE=DATE:20261207\n{who}"))
    assert list(take(text, events="absences").questions) == ["invited"]
    assert absences(take(text, events="absences", invited="take")) == [("E1", "2026-12-07")]
    assert absences(take(text, events="absences", **{"person.Urlaub on 2026-12-07": "E2"})) == [
        ("E2", "2026-12-07")
    ]


def test_a_part_of_a_name_is_proposed_and_an_absence_without_a_name_is_asked_about() -> None:
    text = calendar(event(1, "A. Müller / J. Weiß Urlaub", "DTSTART;VALUE=DATE:20261228"))
    asked = take(text, events="absences").questions["person.A. Müller / J. Weiß Urlaub"]
    assert asked.suggested == "E1; E2"
    both = take(text, events="absences", **{"person.A. Müller / J. Weiß Urlaub": "E1; E2"})
    assert absences(both) == [("E1", "2026-12-28"), ("E2", "2026-12-28")]
    nobody = calendar(event(1, "Urlaub", "DTSTART;VALUE=DATE:20261228"))
    assert list(take(nobody, events="absences").questions) == ["person.Urlaub"]


def test_absences_marked_as_free_beside_others_are_asked_about_once() -> None:
    text = calendar(
        event(1, "Anna Müller Urlaub", "DTSTART;VALUE=DATE:20261228"),
        event(2, "Jonas Weiß Schulung", "DTSTART;VALUE=DATE:20261228\nTRANSP:TRANSPARENT"),
    )
    assert list(take(text, events="absences").questions) == ["free"]
    assert absences(take(text, events="absences", free="ignore")) == [("E1", "2026-12-28")]


def test_an_absence_that_the_plan_has_under_the_events_uid_is_that_one_and_moves_with_it() -> None:
    at = datetime(2026, 12, 12, 23, tzinfo=UTC)
    rows = [
        ("a1", "E1", "Outlook", "17"),
        ("a2", "E2", "icalendar", "18/2026-12-28"),
        ("a3", "E2", "x", None),
    ]
    plan = tuple(
        StoredTime(id_, who, who, source, key, at, at.replace(day=16)) for id_, who, source, key in rows
    )
    text = calendar(
        event(17, "Anna Müller Urlaub", "DTSTART;VALUE=DATE:20261214\nDTEND;VALUE=DATE:20261223"),
        event(18, "Jonas Weiß krank", "DTSTART;VALUE=DATE:20261228"),
        event(19, "Jonas Weiß Urlaub", "DTSTART;VALUE=DATE:20261214"),
    )
    taken = take_from(replace(SHOP, absences=plan), text, events="absences", source="Outlook")
    names = ("id", "source", "external_id", "end_date")
    assert [tuple(row.cells[name] for name in names) for row in taken.canonical.of("absence")] == [
        ("a1", "Outlook", "17", "2026-12-22"),
        ("a2", "icalendar", "18", "2026-12-28"),
        ("", "Outlook", "19", "2026-12-14"),
    ]
    assert [text.partition(" from ")[0] for text in taken.notices if "overlaps" in text] == [
        "x.ics [Jonas Weiß Urlaub]: overlaps what the plan has of E2"
    ]


def test_the_kind_of_an_absence_is_what_is_said_of_a_word_of_its_summary_before_its_category() -> None:
    text = calendar(
        *(
            event(number, f"Anna Müller {word}", f"DTSTART;VALUE=DATE:202612{number}\nCATEGORIES:Frånvaro")
            for number, word in ((14, "Föräldraledig"), (15, "på Läkare"), (16, "annat"))
        )
    )
    said = {"absence.Föräldraledig": "parental", "absence.läkare": "medical"}
    asked = take(text, events="absences").questions["absence.Frånvaro"]
    assert "Anna Müller Föräldraledig; Anna Müller på Läkare; Anna Müller annat" in asked.why
    taken = take(text, events="absences", **said, **{"absence.Frånvaro": "other"})
    kinds = [row.cells["kind"] for row in taken.canonical.of("absence")]
    assert kinds == ["parental", "medical", "other"]
