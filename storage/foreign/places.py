"""Machines, work centers, people and calendars that a file names: which of the shop's they are, or new
ones."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from storage.exchange.problems import nearest, shown
from storage.foreign.canonical import Canonical, Origin
from storage.foreign.decisions import Choice, Decisions, Question
from storage.foreign.names_of_people import given_first, parts_of
from storage.foreign.scripts import plain_signs
from storage.foreign.shift_patterns import clock_text, days_later, pattern_of, written
from storage.foreign.shop_names import Named, ShopNames

NEW, OWN, EACH, LEAVE_OUT = "new", "own", "each", "leave_out"
# The group of new machines of which the file names none, of all of them or of one.
GROUP = "group"
# Names that begin with the family name.
NAMES, TURNED, AS_WRITTEN = "names", "turned", "as_written"
_TOLD_NAMES = 8
_MADE = {"machine": f"make them; one without a group is a group of its own, or of {GROUP}=CODE"}


def plain(text: str) -> str:
    """The spelling by which names are told apart."""
    return " ".join(plain_signs(text).casefold().split())


@dataclass(slots=True)
class Book:
    """The names of one kind: those of the shop, and those that the file adds."""

    what: str
    stored: Sequence[Named]
    by_name: dict[str, str] = field(default_factory=dict[str, str])
    # Of people: by the words of their names in any order; None: several have them.
    by_parts: dict[tuple[str, ...], str | None] = field(default_factory=dict[tuple[str, ...], str | None])
    # By the plain code: the number that the file's system has of it.
    numbers: dict[str, str] = field(default_factory=dict[str, str])
    # Names that an answer says to be of somebody else than who is called so the other way round.
    new: set[str] = field(default_factory=set[str])

    def __post_init__(self) -> None:
        names = [plain(named.name) for named in self.stored]
        for named in self.stored:
            if named.name and names.count(plain(named.name)) == 1:
                self.by_name[plain(named.name)] = named.id
        for named in self.stored:
            self.by_name[plain(named.code)] = named.id
            self.by_name.setdefault(plain(named.external_id or named.code), named.id)
            self.called(named.name, named.id)

    def called(self, name: str, reference: str) -> None:
        """Remember a person by the words of a name."""
        parts = parts_of(name) if self.what == "operator" else ()
        if parts:
            same = self.by_parts.setdefault(parts, reference) == reference
            self.by_parts[parts] = reference if same else None

    def find(self, name: str) -> str | None:
        """What a canonical cell refers to it by."""
        return self.by_name.get(plain(name)) or self.turned(name)

    def turned(self, name: str) -> str | None:
        """Who is called so in another order of the words."""
        if plain(name) in self.by_name or plain(name) in self.new:
            return None
        return self.by_parts.get(parts_of(name))

    def known_as(self, name: str) -> str:
        """What a new one is known by in the file's system: its number there, else what it is called."""
        return self.numbers.get(plain(name), name)

    def near(self, name: str) -> str | None:
        return nearest(name, [word for named in self.stored for word in (named.code, named.name) if word])

    def stored_as(self, key: str) -> Named | None:
        return next((named for named in self.stored if named.id == key), None)


@dataclass(slots=True)
class Places:
    """All books of a shop, the decisions about unknown names, and the rows of what is new."""

    decisions: Decisions
    canonical: Canonical
    source: str
    shop: ShopNames
    machines: Book = field(init=False)
    work_centers: Book = field(init=False)
    operators: Book = field(init=False)
    skills: Book = field(init=False)
    calendars: Book = field(init=False)
    # Work centers by their reference, with the references of their machines.
    members: dict[str, list[str]] = field(default_factory=dict[str, list[str]])
    # People that the file has rows of already: another table says more of them, and not who they are.
    told: set[str] = field(default_factory=set[str])
    # New machines that are groups of their own, because nobody says of which they are.
    ungrouped: list[str] = field(default_factory=list[str])
    # New people whose names begin with the family name, and what they are called otherwise.
    family_first: list[tuple[str, str]] = field(default_factory=list[tuple[str, str]])

    def __post_init__(self) -> None:
        self.machines = Book("machine", self.shop.machines)
        self.work_centers = Book("work_center", self.shop.work_centers)
        self.operators = Book("operator", self.shop.operators)
        self.skills = Book("skill", self.shop.skills)
        self.calendars = Book("calendar", self.shop.calendars)
        for machine in self.shop.machines:
            self.members.setdefault(machine.group or "", []).append(machine.id)

    def unknown(
        self, book: Book, names: Iterable[str], group_key: str, *, text: str, others: Mapping[str, str]
    ) -> list[str]:
        """The names that are to be made anew; those that an answer gives another name are entered under it.

        The rest is one question under `group_key`; `others` are its answers besides `new`.
        """
        new: list[str] = []
        asked: list[str] = []
        for name in dict.fromkeys(names):
            key = f"{book.what}.{name}"
            self.tell_turned(book, name)
            if book.find(name) is not None:
                continue
            if key in self.decisions.given:
                question = Question(key, f"Which {book.what.replace('_', ' ')} is {shown(name)}?", tuple(
                    Choice(named.code, named.name) for named in book.stored[:50]))  # fmt: skip

                def fits(value: str) -> bool:
                    return value in {NEW, *others} or book.find(value) is not None

                value = self.decisions.settle(question, fits=fits) or NEW
                if value == NEW:
                    new.append(name)
                elif value not in others:
                    book.by_name[plain(name)] = book.find(value) or value
            else:
                asked.append(name)
        if asked and self._group(book, asked, group_key, text, others) == NEW:
            new += asked
        return new

    def tell_turned(self, book: Book, name: str) -> None:
        """Say whom of the shop a name written the other way round is; `operator.NAME=new` is another one."""
        found = book.turned(name)
        if found is None:
            return
        key = f"{book.what}.{name}"
        if self.decisions.given.get(key, "").strip() == NEW:
            book.new.add(plain(name))
            return
        stored = book.stored_as(found)
        if key not in self.decisions.given:
            code = stored.code if stored is not None else found
            self.decisions.note(key, code, "called so in another order of the words")
            return
        book.new.add(plain(name))  # an answer says who it is

    def _group(
        self, book: Book, names: list[str], key: str, text: str, others: Mapping[str, str]
    ) -> str | None:
        told = ", ".join(shown(name) for name in names[:_TOLD_NAMES])
        more = f" and {len(names) - _TOLD_NAMES} more" if len(names) > _TOLD_NAMES else ""
        near = next((f"{name} may be {found}" for name in names if (found := book.near(name))), "")
        question = Question(
            key,
            f"{text}: {told}{more}. What are they?",
            (
                Choice(NEW, _MADE.get(book.what, "make them")),
                *(Choice(value, meaning) for value, meaning in others.items()),
            ),
            why=(f"{near}; " if near else "")
            + f"one that the shop has under another name: {book.what}.{names[0]}=ITS CODE",
        )
        return self.decisions.settle(question)

    def own_calendar(self, key: str, word: str, origin: Origin, shift: str = "") -> str | None:
        """The reference of the calendar that a table speaks of: the shop's, or a new one without a week."""
        found = self.calendars.find(word)
        choices = [Choice(named.id, named.name) for named in self.shop.calendars[:30]]
        choices.append(Choice(f"{NEW}:NAME", "a calendar of its own: open only when the file says"))
        choices += [Choice(EACH, "a calendar for each shift, by its name")] if shift else []
        question = Question(key, f'Which calendar is it that "{shown(word)}" is of?', tuple(choices))
        value = self.decisions.settle(
            question,
            proven=(found, "the shop has it") if found is not None else None,
            fits=lambda text: text.startswith(NEW) or text == EACH or self.calendars.find(text) is not None,
        )
        if value is None:
            return None
        if value == EACH:
            value = f"{NEW}:{shift or word}"
        known = self.calendars.find(value)
        if known is not None:
            return known
        name = value.removeprefix(NEW).strip(" :") or word
        if self.calendars.find(name) is None:
            self.calendars.by_name[plain(name)] = name
            self.canonical.add("calendar", {"external_id": name, "source": self.source, "name": name}, origin)
        return self.calendars.find(name)

    def calendar(self, key: str, about: str, origin: Origin, word: str = "") -> str | None:
        """The reference of the calendar that a decision names: the shop's, or one made of times that it
        gives. `word`: the file's own, which may be such times."""
        choices = [Choice(named.id, named.name) for named in self.shop.calendars[:30]]
        choices.append(
            Choice("1-5 06:00-14:00", "a new calendar: weekdays (1 is Monday) and times; more after ;")
        )
        proven = None
        slots = pattern_of(word) if word else None
        if slots is not None and all(slot.weekdays for slot in slots):
            proven = (written(slots), "its cells say the days and the times")
        elif self.calendars.find(word) is not None:
            proven = (word, "the shop has it")
        elif len(self.shop.calendars) == 1 and not word:
            proven = (self.shop.calendars[0].id, "it is the shop's only calendar")
        question = Question(key, f"When {about}?", tuple(choices), why="the file has no times")
        value = self.decisions.settle(
            question,
            proven=proven,
            fits=lambda text: self.calendars.find(text) is not None or shifts_in(text) is not None,
        )
        if value is None:
            return None
        found = self.calendars.find(value)
        return found if found is not None else self._make_calendar(value, origin)

    def _make_calendar(self, times: str, origin: Origin) -> str:
        """A calendar of its own for each set of times, known again by them."""
        external = f"shifts {times}"
        known = self.calendars.find(external)
        if known is not None:
            return known
        self.calendars.by_name[plain(external)] = external
        self.canonical.add(
            "calendar", {"external_id": external, "source": self.source, "name": times}, origin
        )
        for weekday, start, end, overnight in shifts_in(times) or ():
            self.canonical.add(
                "calendar_shift",
                {
                    "calendar_id": external, "weekday": weekday, "start_local": start, "end_local": end,
                    "ends_next_day": "true" if overnight else "false",
                },
                origin,
            )  # fmt: skip
        return external

    def make_work_center(self, name: str, origin: Origin, shown_name: str = "") -> str:
        """The reference of the work center of that name; made when the shop has none, to be shown so."""
        found = self.work_centers.find(name)
        if found is None:
            found = self.work_centers.by_name[plain(name)] = name
            self.canonical.add(
                "work_center",
                {"external_id": name, "source": self.source, "code": name, "name": shown_name or name},
                origin,
            )
        return found

    def group_of(
        self, machine: str, group: str, origin: Origin, shown_name: str = "", stored: Named | None = None
    ) -> str:
        """The reference of a machine's work center: the one that its row names, or an answer; else it is one
        of its own, and told."""
        if not group and stored is None:
            key = f"{GROUP}.{machine}"
            group = self.decisions.optional(key if key in self.decisions.given else GROUP) or ""
            if not group or group == OWN:
                self.ungrouped += [machine] if not group else []
                group = machine
        return self.make_work_center(group or machine, origin, shown_name)

    def make_machine(
        self,
        name: str,
        *,
        work_center: str,
        calendar: str,
        origin: Origin,
        shown_name: str | None = None,
        active: Mapping[str, str] | None = None,
    ) -> str:
        """The reference of a machine, made or changed to be of this work center and calendar."""
        found = self.machines.find(name)
        stored = None if found is None else self.machines.stored_as(found)
        own = self.machines.known_as(name)
        key = self._identity(stored, own)
        self.canonical.add(
            "machine",
            {
                **key, "code": stored.code if stored else name,
                "name": shown_name or (stored.name if stored else name),
                "work_center_id": work_center, "calendar_id": calendar, **(active or {}),
            },
            origin,
        )  # fmt: skip
        reference = found or own
        self.machines.by_name[plain(name)] = reference
        if reference not in self.members.setdefault(work_center, []):
            self.members[work_center].append(reference)
        return reference

    def make_operator(
        self, code: str, name: str, *, calendar: str, origin: Origin, said: Mapping[str, str] | None = None
    ) -> str:
        """The reference of a person, made or changed to be called so and to work by this calendar. `said`:
        other cells of the row."""
        self.tell_turned(self.operators, code)
        found = self.operators.find(code)
        if found in self.told:
            return found or code
        stored = None if found is None else self.operators.stored_as(found)
        called = self._called(name, code, stored, origin)
        own = called if stored is None and plain(code) == plain(name or code) else code
        number = self.operators.numbers.get(plain(code), own)
        self.told.add(found or number)
        self.canonical.add(
            "operator",
            {
                **self._identity(stored, number), "code": stored.code if stored else own,
                "name": called, "calendar_id": calendar, **(said or {}),
            },
            origin,
        )  # fmt: skip
        reference = found or number
        self.operators.by_name[plain(code)] = reference
        self.operators.called(called, reference)
        return reference

    def _called(self, name: str, code: str, stored: Named | None, origin: Origin) -> str:
        """What a person is called: a new one as it is written, or as an answer says where the family name
        comes first; one of the shop keeps the order of the words."""
        if stored is not None:
            same = parts_of(name) and parts_of(name) == parts_of(stored.name)
            return stored.name if same or not name else name
        written = name or code
        turned = given_first(written, origin.headers.get("name") or origin.headers.get("code") or "")
        if turned == written:
            return written
        said = self.decisions.optional(NAMES)
        self.family_first += [(written, turned)] if said is None else []
        return turned if said == TURNED else written

    def make_skill(self, name: str, origin: Origin) -> str:
        found = self.skills.find(name)
        code = self.decisions.optional(f"skill.{name}")
        if found is None and code is not None and (known := self.skills.find(code)) is not None:
            found = self.skills.by_name[plain(name)] = known
        if found is None:
            found = self.skills.by_name[plain(name)] = code or name
            self.canonical.add(
                "skill", {"external_id": found, "source": self.source, "code": found, "name": name}, origin
            )
        return found

    def _identity(self, stored: Named | None, external_id: str) -> dict[str, str | None]:
        """The cells that say which row it is: of a stored one exactly what is stored."""
        if stored is None:
            return {"id": None, "source": self.source, "external_id": external_id}
        return {"id": stored.id, "source": stored.source, "external_id": stored.external_id}


def told_of_new(places: Places) -> list[str]:
    """What nobody says of new machines and people, what is made of them, and how it is said otherwise."""
    told: list[str] = []
    if places.ungrouped:
        names = ", ".join(shown(name) for name in places.ungrouped[:_TOLD_NAMES])
        more = f" and {len(places.ungrouped) - _TOLD_NAMES} more" if places.ungrouped[_TOLD_NAMES:] else ""
        told.append(
            "the file names no group of new machines, and each is a work center of its own "
            f"({names}{more}): {GROUP}=CODE gives all of them one, {GROUP}.{places.ungrouped[0]}=CODE one of "
            f"them, {GROUP}={OWN} says so"
        )
    if places.family_first:
        written, turned = places.family_first[0]
        told.append(
            f"{len(places.family_first)} new people are called as they are written, the family name first "
            f'("{shown(written)}"): {NAMES}={TURNED} calls them such as "{shown(turned)}", '
            f"{NAMES}={AS_WRITTEN} says so"
        )
    return told


def shifts_in(text: str) -> list[tuple[int, str, str, bool]] | None:
    """`1-5 06:00-14:00; 6 06:00-12:00` as (weekday, start, end, ends on the next day); None: it is no such
    text."""
    slots = pattern_of(text)
    if slots is None:
        return None
    return [
        ((weekday - 1 + days) % 7 + 1, clock_text(slot.start), clock_text(slot.end), slot.end <= slot.start)
        for slot, days in zip(slots, days_later(slots), strict=True)
        for weekday in slot.weekdays or range(1, 6)
    ]
