"""Closed days and overtime of a calendar that come again; events that name people or machines by codes."""

from dataclasses import replace
from datetime import UTC, date, datetime

from storage.foreign.shop_names import Named, StoredException
from tests.unit.foreign.test_calendars import Taken, take_from
from tests.unit.foreign.test_exports_of_calendars import SHOP, absences, calendar, event

SATURDAY = datetime(2026, 12, 5, 5, tzinfo=UTC)
MACHINES = tuple(Named(code, code, f"Mill {code}", None, "DAY", "import", None) for code in ("M1", "M2"))


def _stored(number: int, key: str, kind: str, day: date | None, opens: datetime | None) -> StoredException:
    closes = opens.replace(hour=11) if opens is not None else None
    return StoredException(f"e{number}", kind, "DAY", "Old", "icalendar", key, day, opens, closes)


def _exceptions(taken: Taken) -> list[tuple[str, str]]:
    return [
        (row.cells.get("id", ""), row.cells.get("production_date") or row.cells["start"][:13])
        for row in taken.canonical.of("calendar_exception")
    ]


def test_a_closed_day_or_overtime_whose_event_moves_is_that_of_the_plan_and_a_cancelled_one_is_told() -> None:
    plan = (
        _stored(1, "7/2026-12-07/DAY", "closure", date(2026, 12, 7), None),
        _stored(2, "8/20261205T0500Z/DAY", "overtime", None, SATURDAY),
        _stored(3, "8/20261212T0500Z/DAY", "overtime", None, SATURDAY.replace(day=12)),
        _stored(4, "9/2026-12-31/DAY", "closure", date(2026, 12, 31), None),
        _stored(5, "6/2026-11-02/DAY", "closure", date(2026, 11, 2), None),
    )
    weekly = "DTSTART:20261205T050000Z\nDTEND:20261205T110000Z\nRRULE:FREQ=WEEKLY;COUNT=2"
    moved = "RECURRENCE-ID:20261212T050000Z\nDTSTART:20261213T050000Z\nDTEND:20261213T110000Z"
    text = calendar(
        event(7, "Inventory", "DTSTART;VALUE=DATE:20261209"),
        event(8, "Overtime", weekly), event(8, "Overtime", moved),
        event(9, "Closed", "DTSTART;VALUE=DATE:20261231\nSTATUS:CANCELLED"),
        event(6, "Closed", "DTSTART;VALUE=DATE:20270104"),
    )  # fmt: skip
    taken = take_from(replace(SHOP, exceptions=plan), text)
    assert not taken.questions
    assert _exceptions(taken) == [
        ("e1", "2026-12-09"), ("e2", "2026-12-05T05"), ("e3", "2026-12-13T05"), ("", "2027-01-04"),
    ]  # fmt: skip
    told = [text for text in taken.notices if "by an event of this calendar" in text]
    assert [text.partition(": ")[2][:33] for text in told] == ["the plan has Old on 2026-12-31 by"]


def test_events_that_name_people_by_code_alone_are_asked_about_at_once() -> None:
    days = [("E1 Urlaub", 14), ("E2 Urlaub", 15), ("E1 krank", 16), ("Jonas Weiß Urlaub", 17)]
    text = calendar(
        *(event(n, summary, f"DTSTART;VALUE=DATE:202612{day}") for n, (summary, day) in enumerate(days))
    )
    assert list(take_from(SHOP, text, events="absences").questions) == ["codes"]
    taken = take_from(SHOP, text, events="absences", codes="take")
    assert not taken.questions
    assert [who for who, _ in absences(taken)] == ["E1", "E2", "E1", "E2"]
    each = take_from(SHOP, text, events="absences", codes="each")
    assert list(each.questions) == ["person.E1 Urlaub", "person.E2 Urlaub", "person.E1 krank"]


def test_downtimes_that_name_a_machine_anywhere_in_their_summary_are_asked_about_at_once() -> None:
    times = "DTSTART:202612{day}T050000Z\nDTEND:202612{day}T110000Z"
    summaries = ("Wartung M1", "M2 Wartung", "Kleine Wartung M1 Öl")
    text = calendar(*(event(n, summary, times.format(day=14 + n)) for n, summary in enumerate(summaries)))
    shop = replace(SHOP, machines=MACHINES)
    given = {"events": "downtimes", "downtime": "maintenance"}
    assert "codes" in take_from(shop, text, **given).questions
    taken = take_from(shop, text, **given, codes="take")
    assert not taken.questions
    assert [row.cells["machine_id"] for row in taken.canonical.of("downtime")] == ["M1", "M2", "M1"]


def test_which_kind_of_absence_a_word_says_is_shown_and_parental_leave_is_no_vacation() -> None:
    said = ["Jonas Weiß Urlaub", "Jonas Weiß Elternzeit", "Jonas Weiß parental leave"]
    text = calendar(
        *(event(n, summary, f"DTSTART;VALUE=DATE:2026121{n}") for n, summary in enumerate(said, 1))
    )
    taken = take_from(SHOP, text, events="absences")
    assert not taken.questions
    assert [event.use for event in taken.told] == [
        "absence (vacation)", "absence (other)", "absence (other)",
    ]  # fmt: skip
