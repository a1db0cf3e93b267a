"""Whose absence an event of a calendar is: by the name in its summary, by who was asked to it, or asked."""

from dataclasses import dataclass

from storage.exchange.problems import shown
from storage.foreign.calendar_events import Events, says
from storage.foreign.calendar_series import Series
from storage.foreign.decisions import Choice, Question
from storage.foreign.shop_names import Named
from storage.foreign.vocabulary import folded, key_within

NOBODY, INVITED, WORKING, CODES = "nobody", "invited", "people", "codes"
_TOLD = 5
# So many events that name a code are asked one by one.
ALONE = 2
_BOTH = 2
TAKE, IGNORE = "take", "ignore"
_NAME_CHARS = 3


@dataclass(frozen=True, slots=True)
class People:
    events: Events

    def of(self, series: Series) -> list[Named] | None:
        """The people whose absence it is; none: nobody's, which is told. None: it is asked."""
        named = self.events.people_in(series)
        key = self.events.key("person", series)
        if key not in self.events.decisions.given:
            if len(named) == 1:
                return named
            invited = self._named_in(series.people) if not named else []
            if len(invited) == 1:
                return self._invited(series, invited)
            likely = named or self._likely(series) or invited
            takes = self._takes_codes() if len(likely) == 1 and self._likely(series) == likely else False
            if takes:
                self.events.decisions.note(key, likely[0].code, "its code or a part of its name is in it")
            if takes is not False:
                return likely if takes else None
            if not likely and not self._says_absence(series):
                return self._nobody(series, key)
            return self._asked(series, key, likely)
        return self._asked(series, key, named)

    def _takes_codes(self) -> bool | None:
        """Whether events of whom only the code, or a part of the name, is in the summary are theirs: asked
        once where they are several (None: it is), else event by event."""
        likely = [
            (other, found[0])
            for other in self.events.of_file
            if not other.cancelled
            and not self.events.people_in(other)
            and len(found := self._likely(other)) == 1
            and self.events.key("person", other) not in self.events.decisions.given
        ]
        if len({other.summary for other, _ in likely}) <= ALONE and CODES not in self.events.decisions.given:
            return False
        told = "; ".join(f"{shown(other.summary)} of {person.name}" for other, person in likely[:_TOLD])
        question = Question(
            CODES,
            f"{len(likely)} events have a code, or a part of a name, of one person of the shop in their "
            "summary: are these that person's absences?",
            (Choice(TAKE, "yes"), Choice("each", "not all: each is asked for")),
            why=told + (" …" if len(likely) > _TOLD else ""),
            suggested=TAKE,
        )
        value = self.events.decisions.settle(question)
        return None if value is None else value == TAKE

    def takes_free(self, series: Series) -> bool | None:
        """Whether an event that is marked as free is an absence, where others of the file are not so."""
        if not series.marked_free or not self.events.has_busy or self.events.is_answered(series):
            return True
        question = Question(
            "free",
            "Are events absences that the calendar marks as free, while others are not so?",
            (Choice(TAKE, "as the others"), Choice(IGNORE, "left out, and told")),
            why=self.events.list_of([other for other in self.events.of_file if other.marked_free]),
        )
        value = self.events.decisions.settle(question)
        return None if value is None else value == TAKE

    def _says_absence(self, series: Series) -> bool:
        said = (series.summary, *series.categories)
        return any(says("absence", text) or key_within("absence", text) is not None for text in said)

    def _named_in(self, names: tuple[str, ...]) -> list[Named]:
        found = [self.events.places.operators.find(name) for name in names]
        words = [set(folded(name).split()) for name in names]
        return [
            person
            for person in self.events.shop.operators
            if person.id in found
            or (folded(person.name) and any(set(folded(person.name).split()) == said for said in words))
        ]

    def _likely(self, series: Series) -> list[Named]:
        """Those of whom the summary has the code, or a part of the name that nobody else has."""
        return self._known_by_part(series.summary)

    def at_work(self, series: Series) -> list[Named]:
        """The people whom the description of overtime names, as far as they are said to be there then."""
        named = self._known_by_part(series.description)
        if not named:
            return []
        told: list[str] = []
        for other in self.events.of_file:
            names = ", ".join(person.name or person.code for person in self._known_by_part(other.description))
            told += [f"{shown(other.summary)} ({names}): {self.events.when(other)}"] if names else []
        question = Question(
            WORKING,
            "Descriptions of events name people of the shop: where it is overtime, do they work then?",
            (
                Choice(TAKE, "overtime of these people too"),
                Choice(IGNORE, "of the machines or calendars alone"),
            ),
            why="; ".join(told[:5]) + (" …" if len(told) > _TOLD else ""),
        )
        return named if self.events.decisions.settle(question) == TAKE else []

    def _known_by_part(self, text: str) -> list[Named]:
        said = set(folded(text).split())
        people = self.events.shop.operators
        parts = [set(folded(person.name).split()) for person in people]
        found: list[Named] = []
        for person, own in zip(people, parts, strict=True):
            others = [other for other in parts if other is not own]
            alone = {
                p for p in own & said if len(p) >= _NAME_CHARS and not any(p in other for other in others)
            }
            if alone or folded(person.code) in said:
                found.append(person)
        return found

    def _invited(self, series: Series, people: list[Named]) -> list[Named] | None:
        members = [
            other
            for other in self.events.of_file
            if not self.events.people_in(other) and len(self._named_in(other.people)) == 1
        ]
        told = "; ".join(
            f"{shown(other.summary)} of {self._named_in(other.people)[0].name}: {self.events.when(other)}"
            for other in members[:5]
        )
        question = Question(
            INVITED,
            f"{len(members)} events name nobody in their summary, but one person of the shop called for them "
            "or was asked to them: are these absences that person's?",
            (Choice(TAKE, "yes"), Choice(IGNORE, "left out, and told")),
            why=f"{told}; one alone: person.{shown(series.summary)} on {series.first_day}=CODE",
        )
        value = self.events.decisions.settle(question)
        if value is None:
            return None
        return people if value == TAKE else self._nobody(series, self.events.key("person", series))

    def _nobody(self, series: Series, key: str) -> list[Named]:
        self.events.findings.notice(
            self.events.place,
            None,
            f"{shown(series.summary)} names nobody of the shop and is left out; {key}=CODE says who",
        )
        self.events.decisions.note(key, NOBODY, "no name of a person is in it")
        return []

    def _asked(self, series: Series, key: str, likely: list[Named]) -> list[Named] | None:
        both = "; ".join(person.code for person in likely)
        question = Question(
            key,
            f'Whose absence is "{shown(series.summary)}"?',
            (
                *([Choice(both, "both")] if len(likely) == _BOTH else []),
                *(Choice(person.code, person.name) for person in likely or self.events.shop.operators[:50]),
                Choice(NOBODY, "no absence"),
            ),
            why=f"{self.events.about(series)}; several people are parted by ;",
            suggested=both or None,
        )
        value = self.events.decisions.settle(question, fits=self._fits)
        return None if value is None else self._people(value)

    def _people(self, text: str) -> list[Named]:
        references = [self.events.places.operators.find(part.strip()) for part in text.split(";")]
        return [person for person in self.events.shop.operators if person.id in references]

    def _fits(self, text: str) -> bool:
        parts = [part for part in text.split(";") if part.strip()]
        return text == NOBODY or (bool(parts) and len(self._people(text)) == len(parts))
