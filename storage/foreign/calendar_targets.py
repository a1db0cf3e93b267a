"""Whom closures and overtime of a calendar hold for: calendars of the shop, or machines."""

from dataclasses import dataclass

from storage.exchange.problems import shown
from storage.foreign.calendar_events import Events, says
from storage.foreign.calendar_series import Series
from storage.foreign.decisions import Choice, Question
from storage.foreign.table_targets import ALL, BETWEEN, Target
from storage.foreign.vocabulary import folded, key_within

BY_CALENDAR = "calendar"


@dataclass(frozen=True, slots=True)
class Targets:
    """Asks by the summary, by the place, by the calendar's name, or once for all that name none."""

    events: Events
    # Whether the file has several calendars: then each one's name says whom its events are for.
    several: bool = False

    def of(self, series: Series) -> list[Target]:
        """None of them while it is asked."""
        given = self.events.decisions.given
        key, place = self.events.key("for", series), f"location.{series.location}"
        parts = self._parts(series.location)
        if key not in given and (parts or not self._speaks_of_part(series)):
            return self._by_place(series, place, parts)
        return self._asked(key, series, "it may be for a part of the shop; several are parted by ;")

    def _by_place(self, series: Series, place: str, parts: str) -> list[Target]:
        """As its place, one of its categories, or what holds for all says. `parts`: of the shop, that the
        place names."""
        given = self.events.decisions.given
        by_category = next((c for c in series.categories if f"for.{c}" in given), None)
        if place not in given and not parts:
            if by_category is not None:
                return self._asked(f"for.{by_category}", series, "")
            if named := [found for c in series.categories if (found := self._parts(c))]:
                return self.named(named[0])
        if series.location and (place in given or parts or self._has_parts):
            found = self._settled(place, series, "several parts are parted by ;", parts)
            if found != BY_CALENDAR:
                return self.named(found or "")
        return self._by_name(series)

    def _by_name(self, series: Series) -> list[Target]:
        """As the name of its calendar says, else as what holds for all. Where the file is one calendar, an
        answer for all comes before a name that nobody was asked about."""
        given, key = self.events.decisions.given, f"calendar_name.{series.calendar}"
        parts = self._parts(series.calendar)
        alone = not self.several and ("calendar" in given or not parts)
        if key not in given and (alone or not series.calendar or not (parts or self._has_parts)):
            return self._of_all(series)
        found = self._settled(key, series, "several parts are parted by ;", parts)
        return self._of_all(series) if found == BY_CALENDAR else self.named(found or "")

    def settle_given(self, series: Series) -> None:
        """Marks what was answered for its place, categories and calendar as used, where another answer came
        first."""
        of_categories = (f"for.{category}" for category in series.categories)
        for key in (f"location.{series.location}", f"calendar_name.{series.calendar}", *of_categories):
            if key in self.events.decisions.given:
                self._settled(key, series, "")
        if self.several and "calendar" in self.events.decisions.given:
            self._of_all(series)

    def names(self, targets: list[Target]) -> list[str]:
        """What the shop calls them."""
        shop = self.events.shop
        named = {n.id: n.name or n.code for n in (*shop.calendars, *shop.machines, *shop.operators)}
        return [named.get(reference, reference) for _, reference in targets]

    def named(self, text: str, *, people: bool = True) -> list[Target]:
        """The calendars, machines and people that an answer names, parted by `;`; none when one is
        unknown."""
        places = self.events.places
        if places.calendars.find(text) is None and text.strip() == ALL:
            return [("calendar_id", calendar.id) for calendar in self.events.shop.calendars]
        found: list[Target] = []
        for part in [text] if places.calendars.find(text) is not None else text.split(";"):
            calendar, machine = places.calendars.find(part), places.machines.find(part)
            center = places.work_centers.find(part)
            group = places.members.get(center, []) if center is not None else []
            if calendar is not None:
                found.append(("calendar_id", calendar))
            elif machine is not None or group:
                found += [("machine_id", reference) for reference in ([machine] if machine else group)]
            elif people and (person := places.operators.find(part)) is not None:
                found.append(("operator_id", person))
            else:
                return []
        return list(dict.fromkeys(found))

    @property
    def _has_parts(self) -> bool:
        """Whether there is more to close than the one calendar."""
        return len(self.events.shop.calendars) > 1 or bool(self.events.shop.machines)

    def _parts(self, text: str) -> str:
        """The parts of the shop that a text consists of, as an answer would name them; empty: it says
        something else."""
        said = "; ".join(BETWEEN.split(text))
        return next(
            (form for form in (text, said) if text and form != ALL and self.named(form, people=False)), ""
        )

    def _speaks_of_part(self, series: Series) -> bool:
        said = f" {folded(series.summary)} "
        return (
            key_within("events", series.summary) == "part_of_shop"
            or says("part_of_shop", series.summary)
            or any(says("machine_down", text) for text in (series.summary, *series.categories))
            or any(
                f" {name} " in said
                for machine in self.events.shop.machines
                for name in (folded(machine.code), folded(machine.name))
                if name
            )
        )

    def _asked(self, key: str, series: Series, why: str) -> list[Target]:
        return self.named(self._settled(key, series, why) or "")

    def _settled(self, key: str, series: Series, why: str, parts: str = "") -> str | None:
        by_place = key.startswith(("location.", "calendar_name."))
        return self.events.decisions.settle(
            self._question(key, series, why),
            proven=(parts, "the shop has it") if parts else None,
            fits=lambda text: bool(self.named(text)) or (by_place and text == BY_CALENDAR),
        )

    def _question(self, key: str, series: Series, why: str) -> Question:
        machines = [Choice(n.code, f"the machine {n.name}") for n in self.events.shop.machines[:20]]
        about = f"{shown(series.summary)}: {self.events.about(series)}"
        if key.startswith("location."):
            text = f'Which part of the shop is the place "{shown(series.location)}"?'
            other = [Choice(BY_CALENDAR, "none: as events without a place")]
        else:
            text, other = f'Whom does "{shown(series.summary)}" hold for?', []
        if key.startswith("calendar_name."):
            text = f'Which part of the shop are the events of the calendar "{shown(series.calendar)}" for?'
            other = [Choice(BY_CALENDAR, "none: as events that say nothing of it")]
        choices = (*self._calendars(), *machines, *other)
        return Question(key, text, choices, why="; ".join(filter(None, (about, why))))

    def _of_all(self, series: Series) -> list[Target]:
        several = "; several are parted by ;" if len(self.events.shop.calendars) > 1 else ""
        question = Question(
            "calendar",
            "Which calendar do closures and overtime hold for?",
            self._calendars(),
            why=f"such as {shown(series.summary)}: {self.events.about(series)}{several}",
        )
        calendars = self.events.shop.calendars
        proven = (calendars[0].id, "it is the shop's only calendar") if len(calendars) == 1 else None
        value = self.events.decisions.settle(
            question, proven=proven, fits=lambda text: bool(self.named(text))
        )
        return self.named(value or "")

    def _calendars(self) -> tuple[Choice, ...]:
        calendars = self.events.shop.calendars
        found = [Choice(named.id, named.name) for named in calendars[:30]]
        return (*found, *([Choice(ALL, "all of these calendars")] if len(calendars) > 1 else []))
