"""Maintenance calendars: events in which machines are down."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from leadhand.errors import InvalidRequest
from storage.foreign.shop_names import Named, ShopNames, StoredTime
from tests.unit.foreign.test_calendars import Taken, take_of

HOURS = "DTSTART:20261201T120000Z\r\nDTEND:20261201T140000Z"
DAY = "DTSTART;VALUE=DATE:20261208\r\nDTEND;VALUE=DATE:20261210"
NO_END = "DTSTART:20261201T120000Z"
WEEKLY = f"{HOURS}\r\nRRULE:FREQ=WEEKLY;COUNT=3"
OPEN_END = "open_end__Service"


def _named(code: str, name: str, group: str | None = None) -> Named:
    return Named(f"m-{code}", code, name, group, "d", "import", None)


SHOP = ShopNames(
    "America/New_York",
    180,
    calendars=(Named("d", "d", "Day", None, None, "import", None),),
    machines=(
        _named("VF2", "Haas VF-2", "wc"),
        _named("SOD", "Sodick wire"),
        _named("VF4", "Haas VF-4", "wc"),
    ),
    work_centers=(Named("wc", "VMC", "Vertical mills", None, None, "import", None),),
)


def take(events: dict[str, str], shop: ShopNames = SHOP, /, **answers: str) -> Taken:
    return take_of(shop, events, **{"events": "downtimes", "downtime": "maintenance", **answers})


def downs(taken: Taken) -> list[tuple[str, str, str]]:
    names = ("machine_id", "start", "end")
    found = [row.cells for row in taken.canonical.of("downtime")]
    return [(c[names[0]], c["start"][5:16], c["end"][5:16]) for c in found]


def keys(taken: Taken) -> list[tuple[str, str]]:
    return [(row.cells["id"], row.cells["external_id"]) for row in taken.canonical.of("downtime")]


def stored(
    id_: str, key: str | None, day: int, machine: str = "m-VF2", source: str = "icalendar"
) -> StoredTime:
    opens = datetime(2026, 12, day, 12, tzinfo=UTC)
    return StoredTime(id_, machine, machine[2:], source, key, opens, opens.replace(hour=14))


def known(*rows: StoredTime) -> ShopNames:
    return replace(SHOP, downtimes=rows)


ONE = ("m-VF2", "12-01T12:00", "12-01T14:00")


@pytest.mark.parametrize(
    "event",
    [
        {"Oil": f"{HOURS}\r\nLOCATION:VF2"},
        {"Oil": f"{HOURS}\r\nLOCATION:haas vf-2"},
        {"Oil": f"{HOURS}\r\nCATEGORIES:VF2"},
        {"Oil": f"{HOURS}\r\nRESOURCES:VF2"},
        {"Oil": f"{HOURS}\r\nATTENDEE;CUTYPE=RESOURCE;CN=Haas VF-2:mailto:x@y.example"},
        {"Oil": f"{HOURS}\r\nATTENDEE:mailto:vf2@y.example"},
        {"VF2: Oil": f"{HOURS}\r\nLOCATION:Hall 2"},
        {"[VF2] Oil": HOURS},
        {"VF2: Oil": f"{HOURS}\r\nLOCATION:VMC"},
        {"Haas VF-2 - Oil": HOURS},
    ],
)
def test_the_machine_is_the_one_that_place_category_resource_or_summary_names(event: dict[str, str]) -> None:
    taken = take(event)
    assert (taken.questions, downs(taken)) == ({}, [ONE])


def test_several_machines_or_a_work_center_are_all_down() -> None:
    for place in ("VF2\\; VF4", "VMC"):
        found = [row[0] for row in downs(take({"Oil": f"{HOURS}\r\nLOCATION:{place}"}))]
        assert found == ["m-VF2", "m-VF4"]


def test_a_machine_that_is_not_named_or_named_otherwise_by_place_and_summary_is_asked_about() -> None:
    assert list(take({"Oil": HOURS}).questions) == ["for.Oil"]
    within = take({"Oil of VF2": f"{HOURS}\r\nLOCATION:Hall"}).questions
    assert [(key, question.suggested) for key, question in within.items()] == [("for.Oil of VF2", "VF2")]
    assert list(take({"VF4: Oil": f"{HOURS}\r\nLOCATION:VF2"}).questions) == ["for.VF4: Oil"]
    hall = {"Oil": f"{HOURS}\r\nLOCATION:Hall"}
    assert list(take(hall).questions) == ["location.Hall"]
    assert [row[0] for row in downs(take(hall, location__Hall="VMC"))] == ["m-VF2", "m-VF4"]
    assert list(take(hall, location__Hall="calendar").questions) == ["for.Oil"]
    assert len(downs(take(hall, location__Hall="all"))) == len(SHOP.machines)
    assert downs(take({"Oil": HOURS}, for__Oil="SOD"))[0][0] == "m-SOD"
    with pytest.raises(InvalidRequest, match=r"for\.Oil=Day is no answer"):
        take({"Oil": HOURS}, for__Oil="Day")


def test_whole_days_are_from_midnight_to_midnight_of_the_shop() -> None:
    assert downs(take({"Oil": f"{DAY}\r\nLOCATION:VF2"})) == [("m-VF2", "12-08T05:00", "12-10T05:00")]


def test_each_time_of_a_series_is_a_downtime_whose_key_stays_when_it_is_moved() -> None:
    moved = f"{WEEKLY}\r\nLOCATION:VF2\r\nEXDATE:20261215T120000Z"
    moved += "\r\nEND:VEVENT\r\nBEGIN:VEVENT\r\nUID:0\r\nLOCATION:VF2\r\nRECURRENCE-ID:20261208T120000Z"
    moved += "\r\nDTSTART:20261209T150000Z\r\nDTEND:20261209T160000Z\r\nSUMMARY:"
    for summary in ("Oil", "Oil (moved)"):
        taken = take({"Oil": moved + summary})
        assert downs(taken) == [ONE, ("m-VF2", "12-09T15:00", "12-09T16:00")]
        assert keys(taken) == [("", "0/20261201T1200Z"), ("", "0/20261208T1200Z")]


def test_categories_say_the_kind_or_are_asked_about_and_the_summary_is_the_note() -> None:
    events = {"A": f"{HOURS}\r\nLOCATION:VF2\r\nCATEGORIES:Repair\r\nDESCRIPTION:Pump"}
    [row] = take(events).canonical.of("downtime")
    assert (row.cells["kind"], row.cells["note"]) == ("breakdown", "A: Pump")
    events = {"A": f"{HOURS}\r\nLOCATION:VF2\r\nCATEGORIES:DOWN"}
    assert list(take(events).questions) == ["downtime.DOWN"]
    taken = take(events, downtime__DOWN="breakdown")
    assert [event.use for event in taken.told] == ["downtime (breakdown)"]
    none = take_of(SHOP, {"A": f"{HOURS}\r\nLOCATION:VF2"}, events="downtimes")
    assert list(none.questions) == ["downtime"]
    assert take_of(SHOP, {"Service": f"{HOURS}\r\nLOCATION:VF2"}, events="downtimes").questions == {}


def test_where_categories_differ_each_of_them_and_events_without_one_are_asked_about() -> None:
    events = {
        "A": f"{HOURS}\r\nLOCATION:VF2\r\nCATEGORIES:PM",
        "B": f"{HOURS}\r\nLOCATION:VF2\r\nCATEGORIES:MEETING",
        "C": f"{HOURS}\r\nLOCATION:VF2",
    }
    assert list(take(events).questions) == ["category.PM", "category.MEETING", "no_category"]
    answers = {"downtime__PM": "maintenance", "category__MEETING": "ignore", "no_category": "ignore"}
    taken = take(events, **answers)
    assert (taken.questions, [event.use for event in taken.told]) == (
        {},
        ["downtime (maintenance)", "left out", "left out"],
    )


def test_a_category_is_downtimes_in_a_calendar_of_the_shop() -> None:
    events = {"A": f"{HOURS}\r\nLOCATION:VF2\r\nCATEGORIES:PM", "Closed": DAY}
    answers = {"events": "shop", "category__PM": "downtime", "downtime__PM": "maintenance", "calendar": "d"}
    taken = take_of(SHOP, events, **answers)
    assert (taken.questions, downs(taken), len(taken.rows)) == ({}, [ONE], 2)
    none = take_of(replace(SHOP, machines=()), events, events="shop", calendar="d")
    assert "downtime" not in {choice.value for choice in none.questions["category.PM"].choices}


def test_what_is_marked_as_free_cancelled_tentative_or_says_something_else_is_no_downtime_silently() -> None:
    free = f"{HOURS}\r\nLOCATION:VF2\r\nTRANSP:TRANSPARENT"
    events = {"A": free, "B": f"{HOURS}\r\nLOCATION:SOD"}
    assert list(take(events).questions) == ["free"]
    assert len(downs(take(events, free="take"))) == 2
    left = take(events, free="ignore")
    assert (len(downs(left)), "A (Tue 2026-12-01 07:00-09:00) is marked" in left.notices[0]) == (1, True)
    cancelled = take({"A": f"{HOURS}\r\nSTATUS:CANCELLED", "B": events["B"]})
    assert (len(downs(cancelled)), "A is cancelled and is left out" in cancelled.notices[0]) == (1, True)
    assert list(take({"A": f"{HOURS}\r\nSTATUS:TENTATIVE\r\nLOCATION:VF2"}).questions) == ["tentative"]
    assert list(take({"No service": f"{HOURS}\r\nLOCATION:VF2"}).questions) == ["event.No service"]


@pytest.mark.parametrize(
    ("said", "end"),
    [("open", ""), ("that_day", "12-02T05:00"), ("2026-12-04", "12-05T05:00")],
)
def test_how_long_a_downtime_without_an_end_is_is_asked(said: str, end: str) -> None:
    events = {"Service": f"{NO_END}\r\nLOCATION:VF2"}
    assert list(take(events).questions) == ["open_end"]
    for key in ("open_end", OPEN_END):
        assert downs(take(events, **{key: said})) == [("m-VF2", "12-01T12:00", end)]


def test_one_that_says_it_goes_on_is_open_and_asked_about_where_it_has_an_end() -> None:
    taken = take({"Service": f"{NO_END}\r\nLOCATION:VF2\r\nDESCRIPTION:until further notice"})
    assert (taken.questions, downs(taken)[0][2]) == ({}, "")
    assert "the downtime Service has no end: until further notice" in taken.notices[0]
    events = {"Service": f"{HOURS}\r\nLOCATION:VF2\r\nDESCRIPTION:Bis auf Weiteres"}
    assert list(take(events).questions) == ["open_end.Service"]
    assert downs(take(events, **{OPEN_END: "written"})) == [ONE]


def test_one_without_an_end_that_began_before_is_left_out_and_told_unless_it_is_said() -> None:
    events = {"Service": "DTSTART:20261101T120000Z\r\nLOCATION:VF2"}
    taken = take(events)
    assert (downs(taken), "began on 2026-11-01, has no end" in taken.notices[0]) == ([], True)
    assert downs(take(events, **{OPEN_END: "open"})) == [("m-VF2", "11-01T12:00", "")]


def test_the_plan_s_downtime_of_the_event_or_of_its_machine_and_start_is_the_same_one() -> None:
    one = {"Oil": f"{HOURS}\r\nLOCATION:VF2"}
    assert keys(take(one, known(stored("a", "0", 9, source="import")))) == [("a", "0")]
    assert keys(take(one, known(stored("a", "0", 9, "m-SOD")))) == [("a", "0")]
    assert keys(take(one, known(stored("a", None, 1)))) == [("a", "0")]
    assert keys(take(one, known(stored("a", "WO-7", 1, source="erp")))) == [("a", "WO-7")]
    both = known(stored("a", "0/VF2", 9), stored("b", "0/VF4", 9, "m-VF4"))
    assert keys(take({"Oil": f"{HOURS}\r\nLOCATION:VMC"}, both)) == [("a", "0/VF2"), ("b", "0/VF4")]


def test_two_events_of_one_machine_and_start_are_not_the_same_downtime() -> None:
    two = {"Oil": f"{HOURS}\r\nLOCATION:VF2", "Filter": f"{HOURS}\r\nLOCATION:VF2"}
    assert keys(take(two, known(stored("a", "1", 1)))) == [("", "0"), ("a", "1")]


def test_a_downtime_whose_event_is_cancelled_stays_and_is_told() -> None:
    events = {"Oil": f"{HOURS}\r\nSTATUS:CANCELLED", "B": f"{HOURS}\r\nLOCATION:SOD"}
    taken = take(events, known(stored("a", "0", 1)))
    assert any("the plan has VF2 down from 2026-12-01 07:00" in notice for notice in taken.notices)
