"""Which machines an event of a calendar says are down: by its place, its resources, its category, the
beginning of its summary or its calendar's name, or asked."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from storage.exchange.problems import shown
from storage.foreign.calendar_events import Events
from storage.foreign.calendar_people import ALONE, CODES
from storage.foreign.calendar_series import Series
from storage.foreign.calendar_targets import BY_CALENDAR
from storage.foreign.decisions import Choice, Question
from storage.foreign.shop_names import Named
from storage.foreign.table_targets import ALL, BETWEEN
from storage.foreign.vocabulary import folded

_CHOICES, _TOLD = 30, 5
# What stands before a colon, a dash, a bar, or in brackets.
_PREFIX = re.compile(r"^\s*(?:\[(?P<b>[^\]]+)\]|\((?P<r>[^)]+)\)|(?P<p>[^:|]+?)\s*(?::|\||\s[-–—]\s))")


@dataclass(frozen=True, slots=True)
class DownMachines:
    """Answers are machines and work centers, parted by `;`, or `all`."""

    events: Events
    # Whether the file has several calendars, whose names say more than that of an only one.
    several: bool = False

    def of(self, series: Series) -> list[str]:
        """Their ids; none while it is asked."""
        own = self.events.key("for", series)
        if own in self.events.decisions.given:
            return self._asked(own, series)
        said = sorted(filter(None, self._said(series)), key=len)
        if said and all(set(said[0]) <= set(other) for other in said):
            return said[0]  # such as one machine of the group that is its place
        if said:
            return self._asked(own, series, "its place, category, resources and summary name different ones")
        likely = self._likely(series)
        takes = self._takes_codes() if len(likely) == 1 else False
        if takes:
            self.events.decisions.note(own, likely[0], "its code or name is in it")
        if takes is not False:
            return self.named(likely[0]) if takes else []
        for key in self._doubtful(series):
            value = self._settled(key, series)
            found = self.named(value or "")
            if value is None or found:
                return found
        return self._asked(own, series)

    def _takes_codes(self) -> bool | None:
        """Whether the one machine whose code or name is among the words of a summary is the one that is down:
        asked once where such events are several (None: it is), else event by event."""
        given = self.events.decisions.given
        likely = [
            (other, found[0])
            for other in self.events.of_file
            if not other.cancelled
            and len(found := self._likely(other)) == 1
            and self.events.key("for", other) not in given
            and not any(self._said(other))
        ]
        if len({other.summary for other, _ in likely}) <= ALONE and CODES not in given:
            return False
        told = "; ".join(f"{shown(other.summary)} of {code}" for other, code in likely[:_TOLD])
        question = Question(
            CODES,
            f"{len(likely)} events have the code or name of one machine of the shop in their summary: is "
            "that machine down then?",
            (Choice("take", "yes"), Choice("each", "not all: each is asked for")),
            why=told + (" …" if len(likely) > _TOLD else ""),
            suggested="take",
        )
        value = self.events.decisions.settle(question)
        return None if value is None else value == "take"

    def is_told(self, series: Series) -> bool:
        """Whether its place or the beginning of its summary is a machine's name, and nothing is asked."""
        return bool(self._parts(series.location) or self._prefix(series))

    def named(self, text: str) -> list[str]:
        """The machines that an answer names; none when one is unknown."""
        places = self.events.places
        if text.strip() == ALL and places.machines.find(ALL) is None:
            return [machine.id for machine in self.events.shop.machines]
        found: list[str] = []
        whole = places.machines.find(text) is not None or places.work_centers.find(text) is not None
        for part in [text] if whole else text.split(";"):
            machine, center = places.machines.find(part), places.work_centers.find(part)
            group = places.members.get(center, []) if center is not None else []
            if machine is None and not group:
                return []
            found += [machine] if machine is not None else group
        return list(dict.fromkeys(found))

    def names(self, machines: list[str]) -> list[str]:
        """What the shop calls them."""
        return [self.named_of(reference).code for reference in machines]

    def named_of(self, reference: str) -> Named:
        return next(machine for machine in self.events.shop.machines if machine.id == reference)

    def _said(self, series: Series) -> Iterator[list[str]]:
        """What each part of an event says, as answered or as the shop calls it."""
        given = self.events.decisions.given
        place = f"location.{series.location}"
        if place in given:
            yield self.named(self._settled(place, series) or "")
        elif parts := self._parts(series.location):
            yield self.named(self._settled(place, series, parts) or "")
        yield [found for text in series.resources for found in self.named(text)]
        for category in series.categories:
            key = f"for.{category}"
            yield self.named(self._settled(key, series) or "" if key in given else self._parts(category))
        yield self.named(self._prefix(series))

    def _doubtful(self, series: Series) -> Iterator[str]:
        """The keys of a place and of a calendar's name that may say it, though the shop has no such
        machine."""
        if self._likely(series):
            return
        given, place = self.events.decisions.given, f"location.{series.location}"
        if series.location and place not in given:
            yield place
        name = f"calendar_name.{series.calendar}"
        if series.calendar and (self.several or name in given or self._parts(series.calendar)):
            yield name

    def _parts(self, text: str) -> str:
        """The machines that a text consists of, as an answer would name them; empty: it says something
        else."""
        said = "; ".join(BETWEEN.split(text))
        return next((form for form in (text, said) if form.strip() not in {"", ALL} and self.named(form)), "")

    def _prefix(self, series: Series) -> str:
        found = _PREFIX.match(series.summary)
        return self._parts(next(filter(None, found.groups()), "")) if found else ""

    def _likely(self, series: Series) -> list[str]:
        """The codes of those whose code or name is among the words of the summary."""
        said = f" {folded(series.summary)} "
        return [
            machine.code
            for machine in self.events.shop.machines
            if any(f" {name} " in said for name in map(folded, (machine.code, machine.name)) if name)
        ]

    def _asked(self, key: str, series: Series, why: str = "") -> list[str]:
        value = self._settled(key, series, why=why)
        found = self.named(value or "")
        if value is not None and not found:
            self.events.findings.problem(
                self.events.place, None, f"{key}={shown(value)} names no machine", "its code",
                column=series.summary,
            )  # fmt: skip
        return found

    def _settled(self, key: str, series: Series, parts: str = "", why: str = "") -> str | None:
        of_several = key.startswith(("location.", "calendar_name."))
        parts = parts or (self._parts(series.calendar) if key.startswith("calendar_name.") else "")
        machines = [Choice(n.code, n.name) for n in self.events.shop.machines[:_CHOICES]]
        none = [Choice(BY_CALENDAR, "none: the event is asked about")] if of_several else []
        what = shown(series.summary)
        about = f"{what}: {self.events.about(series)}"
        hint = "several are parted by ;" + (
            "" if of_several else "; one that is no downtime is event.…=ignore"
        )
        texts = {
            "location": f'Which machines are down where the place is "{shown(series.location)}"?',
            "calendar_name": f'Which machines are down in the calendar "{shown(series.calendar)}"?',
        }
        question = Question(
            key,
            texts.get(key.partition(".")[0], f'Which machines are down by "{what}"?'),
            (*machines, *none),
            why="; ".join(filter(None, (about, why, hint))),
            suggested=None if of_several else "; ".join(self._likely(series)) or None,
        )
        return self.events.decisions.settle(
            question,
            proven=(parts, "the shop has it") if parts else None,
            fits=lambda text: bool(self.named(text)) or (of_several and text == BY_CALENDAR),
        )
