"""What is to be imported, and how it is read before anything is kept."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeVar

from storage.exchange.importing import ImportReport
from storage.exchange.problems import Notice, Problem
from storage.foreign.calendar_events import EventTold
from storage.foreign.canonical import Canonical
from storage.foreign.decisions import KEPT, Decision, Question
from storage.foreign.forgetting import Forgotten
from storage.foreign.grid import Grid
from storage.foreign.layout import Layout
from storage.foreign.profile import Profile
from storage.foreign.tables import Table

_Told = TypeVar("_Told", Problem, Notice)


@dataclass(frozen=True, slots=True)
class Request:
    """What is to be imported, and what a person says about it.

    `source`: a path, or `holidays:US-IL`. `answers` come before `mapping`, that before what the
    shop has confirmed. `forgotten`: what of both is taken back.
    """

    source: str
    answers: Mapping[str, str] = field(default_factory=dict[str, str])
    mapping: Profile | None = None
    confirm: bool = False
    dry_run: bool = False
    forgotten: Forgotten = field(default_factory=Forgotten)


@dataclass(slots=True)
class Preview:
    """How a file is read, before anything is kept. `known`: the shop has confirmed this mapping before.
    `unread`: by table, the rows that give nothing as yet, and of which nothing is told."""

    name: str
    grid: Grid | None = None
    tables: tuple[Table, ...] = ()
    layouts: list[Layout] = field(default_factory=list[Layout])
    events: tuple[EventTold, ...] = ()
    canonical: Canonical = field(default_factory=Canonical)
    decisions: Sequence[Decision] = ()
    questions: Sequence[Question] = ()
    problems: Sequence[Problem] = ()
    notices: Sequence[Notice] = ()
    profile: Profile | None = None
    unread: Mapping[str, tuple[int, ...]] = field(default_factory=dict[str, tuple[int, ...]])
    known: bool = False
    report: ImportReport | None = None
    # what rows are called whose numbers nobody can count, such as events of a calendar
    names: Mapping[int, str] = field(default_factory=dict[int, str])

    @property
    def kept(self) -> list[str]:
        """The keys of what an earlier import said, as far as it counts here."""
        return [made.key for made in self.decisions if made.why == KEPT and made.value != "none"]

    def named(self, found: Iterable[_Told]) -> tuple[_Told, ...]:
        """What is told of rows, by what these are called."""
        return tuple(
            one
            if one.row is None or one.row not in self.names
            else replace(one, file=f"{one.file} [{self.names[one.row]}]", row=None)
            for one in found
        )
