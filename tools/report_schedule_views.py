"""A report schedule in a planner's words: when it is due, who gets it, what stands in it."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final, Literal, TypeAlias
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from leadhand.errors import JsonValue
from planning.date_phrases import instant_text
from planning.zones import to_minute
from storage.schedule_changes import Addressee, ScheduleState
from tools.report_times import read_rhythm
from tools.views import count_of

# The parts of a report, as docs/reports.md names them.
ReportSection: TypeAlias = Literal[
    "capacity",
    "bottlenecks",
    "orders",
    "latest_starts",
    "conflicts",
    "people",
    "free_capacity",
    "schedule",
    "changes",
    "data_trust",
]
# Of a cron line that words do not say so many times are told.
TIMES_TOLD: Final = 3
_LANGUAGES: Final = {"en": "in English", "de": "in German"}


def due_words(state: ScheduleState, timezone: str) -> str:
    """ "every Monday 06:00 Europe/Berlin"; `timezone`: the shop's, for a schedule that has none."""
    rhythm = read_rhythm(state.due)
    said = f"at the times of the cron line {state.due}" if rhythm is None else rhythm.words
    return f"{said} {state.timezone or timezone}"


def times_words(times: Sequence[datetime], zone: ZoneInfo) -> str:
    return ", then ".join(instant_text(to_minute(moment), zone) for moment in times)


def recipients_words(recipients: Sequence[Addressee]) -> str:
    """Every one of them: who approves must see where it goes."""
    said = [
        *_mailed([one.target for one in recipients if one.kind == "email"]),
        *(f"to the webhook at {host_of(one.target)}" for one in recipients if one.kind == "webhook"),
        *(f"as {one.target} into the folder" for one in recipients if one.kind == "folder"),
    ]
    return " and ".join(said) if said else "to nobody: it is only listed under the reports"


def _mailed(addresses: Sequence[str]) -> list[str]:
    return [f"by mail to {', '.join(addresses)}"] if addresses else []


def host_of(url: str) -> str:
    """What follows the host may be secret."""
    return urlsplit(url).hostname or "an address"


def options_words(options: Mapping[str, JsonValue]) -> list[str]:
    """What is not as usual; nothing where all is."""
    weeks, language, sections = (options.get(name) for name in ("weeks", "language", "sections"))
    said: list[str] = []
    if isinstance(weeks, int):
        said.append(f"over {count_of(weeks, 'week')}")
    if isinstance(language, str):
        said.append(_LANGUAGES.get(language, f"in {language}"))
    if isinstance(sections, list):
        said.append(f"only with {', '.join(str(one).replace('_', ' ') for one in sections)}")
    return said


def state_words(state: ScheduleState, timezone: str) -> str:
    """All of it: "every Monday 06:00 Europe/Berlin; by mail to boss@shop.example"."""
    paused = [] if state.active else ["paused"]
    said = [f"“{state.name}”", due_words(state, timezone), recipients_words(state.recipients)]
    return "; ".join([*said, *options_words(state.options), *paused])
