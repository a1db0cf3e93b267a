"""Which report schedule a person means: its id, its name, or when it is due ("the Monday report")."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from leadhand.errors import Ambiguous, JsonValue, NotFound
from storage.report_schedules import Schedule
from tools.names import find_named
from tools.report_times import Rhythm, read_rhythm

# "Montagsbericht", "daily report": what is left of them says when.
_NOISE: Final = re.compile(
    r"\b(?:the|my|our|all|der|die|das|den|mein|meinen|unser|unseren|report|reports|bericht|berichte|schedule|mail"
    r"|email|e-mail|capacity|kapazitätsbericht)\b|(?<=s)bericht\b",
    re.IGNORECASE,
)
_ENDINGS: Final = re.compile(r"(?<=lich)(?:e[nrsm]?)\b", re.IGNORECASE)
_OFTEN: Final = {
    "weekly": "week",
    "wöchentlich": "week",
    "daily": "day",
    "täglich": "day",
    "monthly": "month",
    "monatlich": "month",
}


@dataclass(frozen=True, slots=True)
class Chosen:
    """`assumptions`: a sentence, when it was not simply named."""

    schedule: Schedule
    assumptions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Row:
    """As names are looked up."""

    schedule: Schedule

    @property
    def id(self) -> str:
        return str(self.schedule.id)

    @property
    def code(self) -> str:
        return str(self.schedule.id)

    @property
    def name(self) -> str:
        return self.schedule.name


def choose_schedule(schedules: Sequence[Schedule], said: str | None) -> Chosen:
    """The one that is meant; without a word the only one there is.

    Raises:
        NotFound: none; `details.suggestions` lists what there is.
        Ambiguous: `details.choices` lists those that it could be.
    """
    if not schedules:
        raise NotFound("No report is scheduled.", details={"suggestions": []})
    text = (said or "").strip()
    if not text:
        return Chosen(_only(schedules, "Several reports are scheduled"))
    exact = [one for one in schedules if text.casefold() in {str(one.id), one.name.casefold()}]
    if exact:
        return Chosen(_only(exact, "Several reports have this name"))
    due = [one for one in schedules if _is_due(one, text)]
    if due:
        found = _only(due, f"“{text[:60]}” may be several reports")
        return Chosen(found, (f"“{text[:60]}” was taken as the report “{found.name}”.",))
    named = find_named([_Row(one) for one in schedules], text, "scheduled report")
    return Chosen(named.row.schedule, (named.assumption,) if named.assumption else ())


def _only(found: Sequence[Schedule], problem: str) -> Schedule:
    if len(found) == 1:
        return found[0]
    choices: list[JsonValue] = [{"id": str(one.id), "name": one.name, "when": one.due} for one in found[:10]]
    raise Ambiguous(f"{problem}: say which one.", details={"choices": choices})


def _is_due(schedule: Schedule, said: str) -> bool:
    """Whether what is said is when it is due, and nothing else."""
    rhythm = read_rhythm(schedule.due)
    left = " ".join(_ENDINGS.sub("", _NOISE.sub(" ", said)).split())
    if rhythm is None or not left:
        return False
    often = _OFTEN.get(left.casefold())
    if often is not None:
        return often == _often(rhythm)
    meant = read_rhythm(left)
    if meant is None or (meant.weekdays, meant.month_day) != (rhythm.weekdays, rhythm.month_day):
        return False
    return meant.assumed_hour or (meant.hour, meant.minute) == (rhythm.hour, rhythm.minute)


def _often(rhythm: Rhythm) -> str:
    if rhythm.month_day is not None:
        return "month"
    return "week" if len(rhythm.weekdays) == 1 else "day"
