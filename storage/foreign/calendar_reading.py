"""The events of a calendar as they are looked at, whatever they are: from when to when, by which clock, which
of them count, and what they are asked to be."""

import re
from collections.abc import Sequence
from zoneinfo import ZoneInfo

from storage.exchange.problems import Findings, shown
from storage.foreign.calendar_events import Events
from storage.foreign.calendar_file import CalendarFile
from storage.foreign.calendar_kinds import takes_tentative
from storage.foreign.calendar_machines import DownMachines
from storage.foreign.calendar_parts import told_of
from storage.foreign.calendar_series import Series
from storage.foreign.calendar_times import window_of
from storage.foreign.canonical import Canonical
from storage.foreign.clocks import TIME_ZONE, zone_said
from storage.foreign.decisions import Choice, Decisions, Question
from storage.foreign.places import Places
from storage.foreign.shop_names import ShopNames

SOURCE = "icalendar"
EVENTS = "events"
SHOP, ABSENCES, BOTH, DOWNTIMES, ROWS = "shop", "absences", "both", "downtimes", "rows"
ASKED = "?"
_ABOUT_ROWS = "anything else, such as bookings of a plan: each time of an event is a row of a table"
_ABOUT_TASKS = Question(
    EVENTS,
    "The calendar holds tasks and no events: what becomes of them?",
    (Choice(ROWS, "each task is a row of a table, such as an order"),),
    why="nothing else can be made of tasks",
    suggested=ROWS,
)
# An operation as boards write it: A-100/20.
_OPERATION = re.compile(r"(?:^|\s)[^\W_][\w.-]*\d[\w.-]*\s*/\s*(?:op)?\s*\d{1,4}\b", re.IGNORECASE)


def events_of(
    calendar: CalendarFile,
    decisions: Decisions,
    shop: ShopNames,
    canonical: Canonical,
    findings: Findings,
    *,
    place: str,
) -> Events:
    """The events of a file within the days that are looked at; what cannot be read is told."""
    zone = ZoneInfo(shop.timezone)
    window = window_of(decisions, zone, shop.horizon_days)
    source = decisions.optional("source", SOURCE) or SOURCE
    places = Places(decisions, canonical, source, shop)
    floating = _floating(calendar, decisions, shop)
    series_of = _until_their_last_day(calendar.series, decisions)
    events = Events(
        decisions, shop, findings, place, window, zone, floating, places, series_of, calendar.tasks
    )
    if calendar.tasks and series_of and decisions.given.get(EVENTS) != ROWS:
        findings.notice(place, None, told_of([task.main for task in calendar.tasks], "VTODO"))
    for text in calendar.others:
        findings.notice(place, None, text)
    for summary, reason, right in calendar.faults:
        _tell_fault(events, summary, reason, right)
    return events


def whose(events: Events) -> str | None:
    """What the events of a file are, as answered; None while it is asked."""
    all_of_file = events.of_file
    if not all_of_file and events.tasks:
        return events.decisions.settle(_ABOUT_TASKS)
    named_as_absence = sum(events.absence_word(series) is not None for series in all_of_file)
    absent = sum(map(events.is_absence, all_of_file))
    about = "a list of its machines' downtimes: each event is a time in which machines are down"
    downtimes = [Choice(DOWNTIMES, about)] if events.shop.machines else []
    down = sum(map(DownMachines(events).is_told, all_of_file)) if downtimes else 0
    work = sum(_OPERATION.search(series.summary) is not None for series in all_of_file)
    question = Question(
        EVENTS,
        "Whose events are these?",
        (
            Choice(SHOP, "the shop's: closures, overtime, shifts"),
            Choice(ABSENCES, "its people's: absences, each with the name in its summary"),
            Choice(BOTH, "both: those that name one of its people or say absence are absences"),
            *downtimes,
            Choice(ROWS, _ABOUT_ROWS),
        ),
        why="a calendar does not say",
        suggested=ROWS
        if work * 2 > len(all_of_file)
        else DOWNTIMES
        if down * 2 > len(all_of_file)
        else _mostly(named_as_absence, absent, len(all_of_file)),
    )
    return events.decisions.settle(question)


def is_left_out(events: Events, series: Series) -> bool:
    """Whether an event is cancelled, or tentative and not taken; told, unless it is still asked."""
    if series.cancelled:
        told = f"{shown(series.summary)} is cancelled and is left out"
        events.findings.notice(events.place, None, told)
        return True
    takes = takes_tentative(events, series, events.of_file) if series.tentative else True
    if takes is None:
        events.tell(series, ASKED)
    elif not takes:
        told = f"{shown(series.summary)} ({events.when(series)}) is tentative and is left out"
        events.findings.notice(events.place, None, told)
    return not takes


def _mostly(named_as_absence: int, absent: int, events: int) -> str:
    """Whose a calendar probably is, by how many of its events are absences."""
    if named_as_absence * 2 > events or absent == events:
        return ABSENCES
    return BOTH if absent else SHOP


def _tell_fault(events: Events, summary: str, reason: str, right: str) -> None:
    """An event that cannot be read is an error, unless it is said that it is nothing."""
    if events.decisions.optional(f"event.{summary}") == "ignore":
        events.findings.notice(events.place, None, f"{shown(summary)} is left out; {reason}")
    else:
        events.findings.problem(
            events.place, None, reason, f"{right}, or event.…=ignore", column=shown(summary)
        )


def _floating(calendar: CalendarFile, decisions: Decisions, shop: ShopNames) -> ZoneInfo:
    """The zone of times that name none: as answered, else the shop's; one that the calendar names is asked
    about."""
    own = ZoneInfo(shop.timezone)
    of_rows = calendar.zones_of_tasks if decisions.given.get(EVENTS) == ROWS else ()
    zones = tuple(dict.fromkeys((*calendar.zones, *of_rows)))
    others = [zone for zone in zones if zone != shop.timezone]
    if others and TIME_ZONE not in decisions.given:
        question = Question(
            TIME_ZONE,
            f"The calendar's zone is {shown(', '.join(others))}, and times in it name none: "
            "which zone are they of?",
            tuple(Choice(zone) for zone in dict.fromkeys((*zones, shop.timezone))),
            why="X-WR-TIMEZONE says one that is not the shop's",
            suggested=others[0],
        )
        decisions.settle(question)
    return zone_said(decisions) or own


def _until_their_last_day(series: Sequence[Series], decisions: Decisions) -> list[Series]:
    """The series, with what is answered for rules that name a last day without a time, and have one on it."""
    doubtful = {found.uid: day for found in series if (day := found.last_day) is not None}
    if not doubtful:
        return list(series)
    told = "; ".join(
        f"{shown(found.summary)} until {doubtful[found.uid]}" for found in series if found.uid in doubtful
    )
    question = Question(
        "last_day",
        "Rules of repetition name their last day without a time: do they happen on that day too?",
        (Choice("included", "on that day too"), Choice("left_out", "not on that day")),
        why=told,
        suggested="included",
    )
    if decisions.settle(question) == "left_out":
        return list(series)
    return [found.with_last_day(doubtful[found.uid]) if found.uid in doubtful else found for found in series]
