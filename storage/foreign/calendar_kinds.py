"""What an event of a shop's calendar is: by what was answered for it or for its category, or as it says
itself."""

from collections.abc import Sequence
from dataclasses import dataclass

from storage.exchange.problems import shown
from storage.foreign.calendar_events import Events, names, says
from storage.foreign.calendar_series import Series
from storage.foreign.decisions import Choice, Question
from storage.foreign.vocabulary import folded, words
from storage.foreign.weekly import weekly_of

EACH = "each"
NO_CATEGORY = "no_category"
WHOLE_DAYS = "whole_days"
FREE = "free"
_KINDS = {
    "closure": "the shop, or a part of it, is closed",
    "overtime": "it works besides its shifts",
    "shift": "a shift of every week",
    "downtime": "a machine is down",
    "ignore": "nothing that is taken",
}


@dataclass(frozen=True, slots=True)
class Kinds:
    """`kept`: the events that may be the shop's, among which those of a category are counted."""

    events: Events
    kept: Sequence[Series]
    # Whether the marks of whole days as free are their author's: some have them, and some have not.
    marks_days: bool = False
    # Summaries of events with times: a whole day of the same words is no surer than they are.
    timed: frozenset[str] = frozenset()
    # Whether the file is a calendar of downtimes.
    downtimes: bool = False

    def of(self, series: Series) -> str | None:
        """One of closure, overtime, shift, downtime, ignore; None while it is asked."""
        if self.events.is_answered(series):
            return self._asked_alone(series, None)
        if self._is_ignored(series):
            return self._left_out(series)
        categories = [category for category in series.categories if not self.events.is_part(category)]
        answered = {self._category(category) for category in categories if self._is_answered(category)}
        kinds = answered - {EACH}
        if kinds == {"downtime"}:
            return self._unless_free(series)
        if len(kinds) == 1 and (kinds == {"ignore"} or not self._is_free_alone(series)):
            return kinds.pop()
        if self.downtimes and not answered:
            return self._of_downtimes(series, categories)
        return self._of_shop(series, categories, answered=bool(answered))

    def _of_shop(self, series: Series, categories: Sequence[str], *, answered: bool) -> str | None:
        """What an event of the shop's calendar is, where no answer for its categories is the one."""
        if answered or self.events.is_absence(series):
            return self._asked_alone(series, None)  # nobody's day off closes the shop
        if categories and not any(self._words(series, text) for text in categories):
            for category in categories:
                self._category(category)
            return None
        said = self._said(series, categories)
        if said is None and WHOLE_DAYS in self.events.decisions.questions and self._is_bare_day(series):
            return None
        return self._asked_alone(series, said)

    def _of_downtimes(self, series: Series, categories: Sequence[str]) -> str | None:
        """What an event of a calendar of downtimes is, of whose categories nothing is answered. Where events
        differ by their categories, each is asked about that is no word for a downtime."""
        known = [c for c in categories if tells_kind(c) or f"downtime.{c}" in self.events.decisions.given]
        if known:
            return self._unless_free(series)
        away = any(says("absence", text) for text in _texts(series))
        other = any(says(kind, series.summary) for kind in ("overtime", "closure"))
        if away or other or _denies(series.summary):
            return self._asked_alone(series, None)
        if len({frozenset(member.categories) for member in self.kept}) == 1:
            return self._unless_free(series)
        for category in categories:
            self._category(category)
        if categories:
            return None
        kind = self._without_category()
        if kind == EACH:
            return self._asked_alone(series, None)
        return self._unless_free(series) if kind == "downtime" else kind

    def _without_category(self) -> str | None:
        """What events without a category are, where others have one."""
        question = Question(
            NO_CATEGORY,
            "What are the events without a category, where others have one?",
            (
                Choice("downtime", _KINDS["downtime"]),
                Choice("ignore", _KINDS["ignore"]),
                Choice(EACH, "not all the same: each is asked for"),
            ),
            why=self.events.list_of([series for series in self.kept if not series.categories]),
        )
        return self.events.decisions.settle(question)

    def _unless_free(self, series: Series) -> str | None:
        """A downtime, unless it is marked as free among others that are not, and those are left out."""
        if not self._takes_no_time(series) or not self.events.has_busy:
            return "downtime"
        value = self._free()
        return self._left_out(series) if value == "ignore" else "downtime" if value == "take" else None

    def _free(self) -> str | None:
        """What becomes of events that are marked as free, while others are not: `take` or `ignore`. Of a
        shop's calendar nobody is asked, since each is asked for alone; it may be said."""
        free = [other for other in self.kept if self._takes_no_time(other)]
        question = Question(
            FREE,
            "Are events taken that the calendar marks as free, while others are not so?",
            (Choice("take", "as the others"), Choice("ignore", "left out, and told")),
            why=self.events.list_of(free),
        )
        return self.events.decisions.settle(question)

    def _left_out(self, series: Series) -> str:
        told = f"{shown(series.summary)} ({self.events.when(series)}) is marked as free and is left out"
        self.events.findings.notice(self.events.place, None, told)
        return "ignore"

    def _is_ignored(self, series: Series) -> bool:
        """Whether it is marked as free, and it is said that such events are left out."""
        said = FREE in self.events.decisions.given
        return said and self._takes_no_time(series) and self.events.has_busy and self._free() == "ignore"

    def _is_doubted(self, series: Series) -> bool:
        """Whether it may be none because it is marked as free, and nobody says that such events count."""
        taken = FREE in self.events.decisions.given and self._free() == "take"
        return self._takes_no_time(series) and not taken

    def _said(self, series: Series, categories: Sequence[str]) -> tuple[str, str] | None:
        """The kind that an event says itself, and by what; None: nothing, two things, or that it is none."""
        by_category = {word for text in categories for word in self._words(series, text)}
        words = by_category | set(self._words(series, series.summary))
        if self._is_doubted(series) or len(words) > 1 or _denies(series.summary):
            return None
        if words:
            return words.pop(), f"its {'category' if by_category else 'summary'} says so"
        kind = self._whole_days() if self._is_bare_day(series) else EACH
        return None if kind is None or kind == EACH else (kind, "as other whole days")

    def _is_bare_day(self, series: Series) -> bool:
        """Whether it is a whole day of which nothing says what it is."""
        said = self._is_doubted(series) or any(self._words(series, t) for t in _texts(series))
        doubtful = series.summary in self.timed or says("maybe_overtime", series.summary)
        return series.all_day and not (said or doubtful or _denies(series.summary))

    def _whole_days(self) -> str | None:
        """What whole days are that say nothing of it, by one answer for all of them."""
        members = [
            series
            for series in self.kept
            if self._is_bare_day(series) and not self.events.is_answered(series)
        ]
        question = Question(
            WHOLE_DAYS,
            "Is the shop closed on whole days of its calendar that say nothing of it?",
            (
                Choice("closure", "on all of these, as on holidays"),
                Choice("ignore", "they say nothing of the shop's time"),
                Choice(EACH, "not all the same: each is asked for"),
            ),
            why=self.events.list_of(members),
            suggested="closure",
        )
        return self.events.decisions.settle(question)

    def settle_given(self, series: Series) -> None:
        """Marks what was answered for its categories as used, where an answer of its own came first."""
        for category in filter(self._is_answered, series.categories):
            self._category(category)

    def _words(self, series: Series, text: str) -> list[str]:
        """The kinds that a summary or a category names."""
        found = [kind for kind in ("overtime", "closure") if says(kind, text)]
        return found or (["shift"] if says("shift", text) and self._is_weekly(series) else [])

    def _is_weekly(self, series: Series) -> bool:
        return weekly_of(series, self.events.zone, self.events.floating) is not None

    def _is_answered(self, category: str) -> bool:
        return f"category.{category}" in self.events.decisions.given

    def _category(self, category: str) -> str | None:
        """What the events of a category are, by one answer for all, next year's too."""
        members = [series for series in self.kept if category in series.categories]
        kinds = self._kinds_of(members)
        free = all(map(self._takes_no_time, members))
        question = Question(
            f"category.{category}",
            f'What are the events of the category "{shown(category)}"?',
            (
                *(Choice(kind, _KINDS[kind]) for kind in kinds),
                Choice(EACH, "not all the same: each is asked for"),
            ),
            why=self.events.list_of(members),
            suggested="ignore" if free else "downtime" if self.downtimes else None,
        )
        return self.events.decisions.settle(question, fits={*_KINDS, EACH}.__contains__)

    def _kinds_of(self, members: Sequence[Series]) -> list[str]:
        """What they can be: not everything is a shift, and a shop may have no machines."""
        impossible = {
            *(() if any(map(self._is_weekly, members)) else ("shift",)),
            *(() if self.events.shop.machines else ("downtime",)),
        }
        return [kind for kind in _KINDS if kind not in impossible]

    def _asked_alone(self, series: Series, proven: tuple[str, str] | None) -> str | None:
        # An answer for its category comes before the mark.
        free = self._takes_no_time(series) and not any(map(self._is_answered, series.categories))
        question = Question(
            self.events.key("event", series),
            f'What is "{shown(series.summary)}"?',
            tuple(Choice(kind, _KINDS[kind]) for kind in self._kinds_of([series])),
            why=self.events.about(series),
            suggested="ignore" if free else "overtime" if says("maybe_overtime", series.summary) else None,
        )
        return self.events.decisions.settle(question, proven=proven)

    def _is_free_alone(self, series: Series) -> bool:
        """Whether it is marked as free, and others of its category are not: it may be no such event."""
        others = [other for other in self.kept if set(other.categories) & set(series.categories)]
        return self._is_doubted(series) and not all(map(self._takes_no_time, others))

    def _takes_no_time(self, series: Series) -> bool:
        return series.marked_free and (not series.all_day or self.marks_days)


def tells_kind(text: str) -> str | None:
    """Which kind of downtime a text names; None: neither, or both."""
    found = [kind for kind in words("downtimes") if names("downtimes", kind, text)]
    return found[0] if len(found) == 1 else None


def _texts(series: Series) -> tuple[str, ...]:
    return (series.summary, *series.categories)


def _denies(summary: str) -> bool:
    """Whether a summary has words such as "no" or "cancelled" beside what it names."""
    return says("denied", summary) and not any(
        f" {phrase} " in f" {folded(summary)} " for phrase in words("events")["closure"] if " " in phrase
    )


def takes_tentative(events: Events, series: Series, all_of_file: Sequence[Series]) -> bool | None:
    """Whether an event that is not certain is taken, by one answer for all of them; None while it is
    asked."""
    if events.is_answered(series):
        return True
    question = Question(
        "tentative",
        "Are events taken that the calendar marks as tentative?",
        (Choice("ignore", "left out, and told"), Choice("take", "as if they were certain")),
        why=events.list_of([other for other in all_of_file if other.tentative]),
        suggested="ignore",
    )
    value = events.decisions.settle(question)
    return None if value is None else value == "take"
