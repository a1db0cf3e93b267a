"""An event of a calendar with its changed times, and what it says of itself."""

import re
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import cast
from zoneinfo import ZoneInfo

from icalendar import Calendar, Event, vCalAddress, vDDDTypes
from recurring_ical_events import of as recurrences_of

from storage.foreign.calendar_cells import people_of
from storage.foreign.calendar_parts import INSTEAD_OF, is_free, is_tentative, last_day, with_last_day
from storage.foreign.calendar_times import Days, Span, time_key


@dataclass(frozen=True, slots=True)
class Series:
    """An event with its changed occurrences. `summary` is what people call it; `calendar` the name of the
    calendar that it stands in."""

    uid: str
    summary: str
    categories: tuple[str, ...]
    cancelled: bool
    main: Event
    parts: tuple[Event, ...]
    calendar: str = ""
    # the event's own UID, where `uid` has more
    event_uid: str = ""

    @property
    def all_day(self) -> bool:
        return not isinstance(self.main.start, datetime)

    @property
    def tentative(self) -> bool:
        return is_tentative(self.main)

    @property
    def first_day(self) -> date:
        """The day on which it begins, by its own clock."""
        start = self.main.start
        return start.date() if isinstance(start, datetime) else start

    @property
    def people(self) -> tuple[str, ...]:
        """Those who called for it, and those who are asked to it and have not declined."""
        return people_of(self.main)

    @property
    def resources(self) -> tuple[str, ...]:
        """What it takes up: its resources, and the names and mailboxes of those that are asked to it."""
        said = self.main.get("RESOURCES")
        lists = cast("list[object]", said if isinstance(said, list) else [said] if said is not None else [])
        listed = [part for text in lists for part in re.split(r"\\?[,;]", str(text))]
        asked = cast("list[vCalAddress]", self.main.attendees)
        going = [who for who in asked if str(who.params.get("PARTSTAT") or "").upper() != "DECLINED"]
        named = [str(who.params.get("CN") or "").strip("\"' ") for who in going]
        mailboxes = [re.sub(r"(?i)^mailto:", "", str(who)).partition("@")[0] for who in going]
        return tuple(dict.fromkeys(filter(None, (text.strip() for text in (*listed, *named, *mailboxes)))))

    @property
    def repeats(self) -> bool:
        """Whether it is one of several times, or has them."""
        return len(self.parts) > 1 or any(
            self.main.get(name) is not None for name in ("RRULE", "RDATE", "RECURRENCE-ID")
        )

    def key_of(self, when: Days | Span, zone: ZoneInfo) -> str:
        """The key of one of its times: the event's UID, and by which time its series knows it."""
        instead = self.main.get(INSTEAD_OF)
        of = when.of if instead is None else time_key(cast("vDDDTypes", instead).dt, zone)
        return "/".join(filter(None, (self.event_uid or self.uid, of)))

    @property
    def last_day(self) -> date | None:
        """The last day of its rule, where it is on some day and the rule does not say until when."""
        day = last_day(self.main)
        if day is None:
            return None
        more = self.with_last_day(day)
        calendar = Calendar()
        calendar.add_component(more.main)
        return day if recurrences_of(calendar).between(day, day + timedelta(days=1)) else None

    def with_last_day(self, day: date) -> "Series":
        """The series, until that day is over."""
        main = with_last_day(self.main, day)
        return replace(self, main=main, parts=tuple(main if p is self.main else p for p in self.parts))

    @property
    def location(self) -> str:
        """Where it is, on one line; empty: it does not say."""
        return " ".join(str(self.main.get("LOCATION") or "").split())[:200]

    @property
    def description(self) -> str:
        """What is written in it besides its summary."""
        return " ".join(str(self.main.get("DESCRIPTION") or "").split())[:2_000]

    @property
    def marked_free(self) -> bool:
        """Whether its time is marked as free; of whole days many programs do so by themselves."""
        return is_free(self.main)

    @property
    def rule(self) -> dict[str, list[object]]:
        return dict(cast("dict[str, list[object]]", self.main.get("RRULE") or {}))
