"""iCalendar files whose events say what they are, and for whom, in words of their own."""

from dataclasses import dataclass

import pytest

from leadhand.errors import InvalidRequest
from storage.exchange.problems import Findings
from storage.foreign.calendar_events import EventTold
from storage.foreign.calendar_file import read_calendar
from storage.foreign.calendar_rows import take_calendar
from storage.foreign.canonical import Canonical
from storage.foreign.decisions import Decisions, Question
from storage.foreign.shop_names import Named, ShopNames


def _named(*codes: str) -> tuple[Named, ...]:
    return tuple(Named(code, code, code.title(), None, None, "import", None) for code in codes)


SHOP = ShopNames("America/Monterrey", 180, calendars=_named("LATHES", "MILLS", "GRIND"))
DAY, HOURS = "DTSTART;VALUE=DATE:20270130", "DTSTART:20261213T150000Z\r\nDTEND:20261213T193000Z"


@dataclass(frozen=True, slots=True)
class Taken:
    canonical: Canonical
    told: tuple[EventTold, ...]
    questions: dict[str, Question]
    notices: list[str]

    @property
    def rows(self) -> list[tuple[str, ...]]:
        names = ("kind", "calendar_id", "production_date", "start", "end")
        found = (row.cells for row in self.canonical.of("calendar_exception"))
        return [tuple(cells[name] for name in names if name in cells) for cells in found]


def take(events: dict[str, str], /, **answers: str) -> Taken:
    return take_of(SHOP, events, **answers)


def take_of(shop: ShopNames, events: dict[str, str], /, **answers: str) -> Taken:
    """Summaries with their further lines, within 400 days from 23 November 2026."""
    body = "".join(
        f"BEGIN:VEVENT\r\nUID:{number}\r\nSUMMARY:{summary}\r\n{lines}\r\nEND:VEVENT\r\n"
        for number, (summary, lines) in enumerate(events.items())
    )
    return take_from(shop, _calendar(body), **answers)


def _calendar(body: str) -> str:
    return f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\n{body}END:VCALENDAR\r\n"


def take_from(shop: ShopNames, text: str, /, **answers: str) -> Taken:
    """A whole file."""
    given = {key.replace("__", "."): value for key, value in answers.items()}
    usual = {"events": "shop", "from": "2026-11-23", "whole_days": "closure"}
    decisions = Decisions({**usual, **given})
    canonical, findings = Canonical(), Findings()
    calendar = read_calendar(text.encode(), "x.ics")
    told = take_calendar(calendar, decisions, shop, canonical, findings, place="x.ics")
    decisions.refuse_unknown(given)
    return Taken(canonical, told, decisions.questions, [str(notice) for notice in findings.notices])


def test_a_category_is_asked_about_once_with_when_and_where_its_events_are() -> None:
    events = {
        "Sat": f"{DAY}\r\nCATEGORIES:EXTRA\r\nLOCATION:GRIND",
        "Sun": f"{HOURS}\r\nCATEGORIES:EXTRA",
        "Eve": "DTSTART;VALUE=DATE:20261224\r\nCATEGORIES:Closed",
    }
    taken = take(events, calendar="LATHES")
    assert (list(taken.questions), taken.rows) == (["category.EXTRA"], [("closure", "LATHES", "2026-12-24")])
    assert taken.questions["category.EXTRA"].why == (
        "Sat: Sat 2027-01-30; at GRIND, category EXTRA; Sun: Sun 2026-12-13 09:00-13:30; category EXTRA"
    )
    assert [event.use for event in taken.told] == ["?", "?", "closure"]
    said = {"calendar": "LATHES", "category__EXTRA": "overtime", "hours": "06:00-14:00"}
    later = take({"Another": f"{DAY}\r\nCATEGORIES:EXTRA"}, **said)
    assert (later.questions, [row[0] for row in later.rows]) == ({}, ["overtime"])


def test_events_of_a_category_can_be_different_things() -> None:
    events = {"A": f"{DAY}\r\nCATEGORIES:Plant", "B": f"{HOURS}\r\nCATEGORIES:Plant"}
    assert list(take(events, category__Plant="each").questions) == ["event.A", "event.B"]
    taken = take(events, category__Plant="ignore", event__A="closure", calendar="MILLS")
    assert (taken.questions, taken.rows) == ({}, [("closure", "MILLS", "2027-01-30")])


def test_a_category_that_says_another_thing_than_the_summary_is_asked_about() -> None:
    assert list(take({"Closed": f"{HOURS}\r\nCATEGORIES:Overtime"}).questions) == ["event.Closed"]


def test_a_day_marked_as_free_is_asked_about_where_another_is_not() -> None:
    events = {"Office closed": f"{DAY}\r\nTRANSP:TRANSPARENT", "Christmas": "DTSTART;VALUE=DATE:20261225"}
    question = take(events, calendar="all").questions["event.Office closed"]
    assert (question.suggested, question.why) == ("ignore", "Sat 2027-01-30; marked as free")


def test_an_event_marked_as_free_is_asked_about_where_others_of_its_category_are_not() -> None:
    events = {"A": f"{HOURS}\r\nCATEGORIES:Plant", "B": f"{HOURS}\r\nCATEGORIES:Plant\r\nTRANSP:TRANSPARENT"}
    asked = take(events, category__Plant="closure", calendar="MILLS")
    assert (list(asked.questions), [event.use for event in asked.told]) == (["event.B"], ["closure", "?"])
    assert take(events, category__Plant="ignore").questions == {}
    assert take({"B": events["B"]}, category__Plant="closure", calendar="MILLS").questions == {}


def test_a_tentative_event_is_taken_only_when_it_is_said() -> None:
    events = {"Overtime": f"{HOURS}\r\nSTATUS:TENTATIVE"}
    assert list(take(events).questions) == ["tentative"]
    left = take(events, tentative="ignore")
    assert (left.rows, left.questions) == ([], {})
    assert "Overtime (Sun 2026-12-13 09:00-13:30) is tentative and is left out" in left.notices[0]
    assert len(take(events, tentative="take", calendar="MILLS").rows) == 1
    assert len(take(events, event__Overtime="overtime", calendar="MILLS").rows) == 1


@pytest.mark.parametrize(
    ("said", "hours"),
    [
        ({"hours": "06:00-14:00"}, [("12:00", "20:00")]),
        ({"hours": "06:00-14:00", "hours__Overtime": "22:00-04:00"}, [("04:00", "10:00")]),
        ({"hours__Overtime": "06:00-10:00; 11:00-15:00"}, [("12:00", "16:00"), ("17:00", "21:00")]),
    ],
)
def test_overtime_of_a_whole_day_has_the_hours_that_are_said(
    said: dict[str, str], hours: list[tuple[str, str]]
) -> None:
    assert list(take({"Overtime": DAY}, calendar="MILLS").questions) == ["hours"]
    rows = take({"Overtime": DAY}, calendar="MILLS", **said).rows
    assert [(start[11:16], end[11:16]) for _, _, start, end in rows] == hours


def test_hours_that_are_no_times_are_refused() -> None:
    with pytest.raises(InvalidRequest, match="hours=all day is no answer"):
        take({"Overtime": DAY}, calendar="MILLS", hours="all day")


@pytest.mark.parametrize(
    ("said", "calendars"),
    [
        ({"calendar": "LATHES; MILLS"}, ["LATHES", "MILLS"]),
        ({"calendar": "all"}, ["LATHES", "MILLS", "GRIND"]),
        ({"calendar": "LATHES", "for__Eve": "mills; GRIND"}, ["MILLS", "GRIND"]),
    ],
)  # fmt: skip
def test_an_event_is_for_several_calendars_in_one_import(said: dict[str, str], calendars: list[str]) -> None:
    eve = {"Eve": "DTSTART;VALUE=DATE:20261224"}
    if "for__Eve" in said:
        eve["New Year"] = "DTSTART;VALUE=DATE:20270101"
    found = [row[1] for row in take(eve, **said).rows if row[2] == "2026-12-24"]
    assert found == calendars


@pytest.mark.parametrize("where", ["LOCATION:LATHES\\,Mills", "CATEGORIES:LATHES\r\nLOCATION:"])
def test_an_event_is_for_the_part_of_the_shop_that_its_place_or_category_names(where: str) -> None:
    taken = take({"Stop": f"{DAY}\r\n{where}"})
    several = ["LATHES", "MILLS"] if "Mills" in where else ["LATHES"]
    assert (taken.questions, [row[1] for row in taken.rows]) == ({}, several)


def test_a_place_that_the_shop_does_not_have_is_asked_about_once() -> None:
    events = {"A": f"{DAY}\r\nLOCATION:Whole plant", "B": f"{DAY}\r\nLOCATION:Whole plant"}
    assert list(take(events).questions) == ["location.Whole plant"]
    said = {"location__Whole plant": "all"}
    assert len(take(events, **said).rows) == 6
    said = {"location__Whole plant": "calendar", "calendar": "MILLS"}
    assert [row[1] for row in take(events, **said).rows] == ["MILLS", "MILLS"]


def test_where_there_is_one_calendar_and_no_machine_a_place_says_nothing() -> None:
    taken = take_of(ShopNames("UTC", 180, calendars=_named("DAY")), {"A": f"{DAY}\r\nLOCATION:Hall 2"})
    assert (taken.questions, taken.rows) == ({}, [("closure", "DAY", "2027-01-30")])


def test_an_answer_that_another_one_takes_the_place_of_is_no_typing_error() -> None:
    answers = {"category__X": "ignore", "location__Hall": "all", "event__A": "closure", "for__A": "MILLS"}
    assert len(take({"A": f"{DAY}\r\nCATEGORIES:X\r\nLOCATION:Hall"}, **answers).rows) == 1
    with pytest.raises(InvalidRequest, match=r"category\.Y is nothing"):
        take({"A": DAY}, calendar="MILLS", category__Y="ignore")


def test_a_cancelled_time_of_a_series_is_left_out_and_told() -> None:
    lines = "UID:s\r\nSUMMARY:Overtime\r\n{}\r\nEND:VEVENT\r\n"
    third = "DTSTART:20261209T070000Z\r\nRECURRENCE-ID:20261209T070000Z\r\nSTATUS:CANCELLED"
    series = "DTSTART:20261207T070000Z\r\nDTEND:20261207T110000Z\r\nRRULE:FREQ=DAILY;COUNT=4"
    body = "".join(f"BEGIN:VEVENT\r\n{lines.format(part)}" for part in (series, third))
    taken = take_from(SHOP, _calendar(body), calendar="MILLS")
    assert [row[2][:10] for row in taken.rows] == ["2026-12-07", "2026-12-08", "2026-12-10"]
    assert "Overtime is cancelled on 2026-12-09 and is left out then" in taken.notices[0]


def _named_calendars(*names: str) -> str:
    """One after the other, each with the same closure."""
    event = f"BEGIN:VEVENT\r\nUID:1\r\nSUMMARY:Closed\r\n{DAY}\r\nEND:VEVENT\r\n"
    return "".join(_calendar(f"X-WR-CALNAME:{name}\r\n{event}") for name in names)


def test_each_calendar_of_a_file_is_for_the_part_of_the_shop_that_its_name_says() -> None:
    taken = take_from(SHOP, _named_calendars("Mills", "LATHES"))
    assert (taken.questions, [row[1] for row in taken.rows]) == ({}, ["MILLS", "LATHES"])
    asked = take_from(SHOP, _named_calendars("Mills", "Saws"))
    assert (list(asked.questions), [row[1] for row in asked.rows]) == (["calendar_name.Saws"], ["MILLS"])
    for said, whom in (("GRIND", ["GRIND"]), ("all", ["LATHES", "MILLS", "GRIND"]), ("calendar", ["LATHES"])):
        answers = {"calendar_name__Saws": said, "calendar": "LATHES"}
        taken = take_from(SHOP, _named_calendars("Mills", "Saws"), **answers)
        assert [row[1] for row in taken.rows] == ["MILLS", *whom]
    ids = [row.cells["external_id"] for row in taken.canonical.of("calendar_exception")]
    assert len(set(ids)) == len(ids)


def test_the_name_of_a_files_only_calendar_is_asked_about_never_and_gives_way_to_an_answer() -> None:
    assert [row[1] for row in take_from(SHOP, _named_calendars("MILLS")).rows] == ["MILLS"]
    assert [row[1] for row in take_from(SHOP, _named_calendars("MILLS"), calendar="GRIND").rows] == ["GRIND"]
    assert list(take_from(SHOP, _named_calendars("Plant")).questions) == ["calendar"]


def test_a_whole_day_that_may_be_overtime_is_no_closure_without_a_question() -> None:
    asked = take({"ot Saturday all day": DAY}, calendar="MILLS")
    assert asked.questions["event.ot Saturday all day"].suggested == "overtime"
    same = f"{HOURS}\r\nEND:VEVENT\r\nBEGIN:VEVENT\r\nUID:2\r\nSUMMARY:Weekend\r\n{DAY}"
    assert take({"Weekend": same}, calendar="MILLS").rows == []
    assert list(take({"Weekend": same}, calendar="MILLS").questions) == ["event.Weekend"]


def test_people_whom_the_description_of_overtime_names_work_then_when_it_is_said() -> None:
    shop = ShopNames("America/Monterrey", 180, calendars=_named("DAY"), operators=_named("ERIK", "LISA"))
    events = {"Overtime": f"{HOURS}\r\nDESCRIPTION:Crew: Erik\\, Lisa", "Overtime mills": HOURS}
    assert set(take_of(shop, events).questions) == {"people"}
    taken = take_of(shop, events, people="take")
    whom = [row.cells.get("operator_id", "-") for row in taken.canonical.of("calendar_exception")]
    assert (dict(taken.questions), whom) == ({}, ["-", "ERIK", "LISA", "-"])
    assert len(take_of(shop, events, people="ignore").rows) == 2
    taken = take_of(shop, {"Overtime": HOURS}, **{"for__Overtime": "DAY; LISA"})
    assert [row.cells.get("operator_id", "-") for row in taken.canonical.of("calendar_exception")] == [
        "-",
        "LISA",
    ]


def test_events_that_are_marked_as_free_count_as_the_others_where_it_is_said_once() -> None:
    free = f"{DAY}\r\nCATEGORIES:Shut\r\nTRANSP:TRANSPARENT"
    events = {"Holiday": free, "Inventory": f"{DAY}\r\nCATEGORIES:Shut"}
    said = {"category__Shut": "closure", "calendar": "MILLS"}
    asked = take(events, **said).questions
    assert (list(asked), asked["event.Holiday"].suggested) == (["event.Holiday"], None)
    for answer, count in (("take", 2), ("ignore", 1)):
        taken = take(events, **said, free=answer)
        assert (taken.questions, len(taken.rows)) == ({}, count)
