"""How an answer about capacity looks: names beside ids, hours, local instants, and sentences to say."""

from collections.abc import Sequence
from enum import StrEnum

from pydantic import Field

from planning.capacity import Verdict
from planning.capacity_limits import LimitKind
from planning.capacity_options import OptionKind
from tools.views import Named, View


class PartView(View):
    """One booking of an option. `pieces` is null where the order is given in hours."""

    machine: Named
    start: str
    finish: str
    work_h: float = Field(description="Setup and run, without pauses.")
    pieces: int | None


class OptionRow(View):
    """One way to make the order. `text` says it: "in 2 lots in parallel on A and B"."""

    kind: OptionKind
    text: str
    machines: list[Named]
    start: str
    finish: str
    in_time: bool
    setup_h: float = Field(description="Setup time of all setups together.")


class OptionView(OptionRow):
    """The same with its bookings."""

    finish_text: str
    setups: int
    total_parts: int
    parts: list[PartView] = Field(description="At most 20 of them.")


class LimitView(View):
    """What limits the finish. `gain_h`: elapsed hours by which one more hour there brings it forward."""

    kind: LimitKind
    machine: Named
    gain_h: float | None
    wait_h: float | None
    text: str


class OvertimeSource(StrEnum):
    ASKED = "asked"
    STANDARD = "standard"
    NONE = "none"


class SlotView(View):
    """An overtime slot that is worked in. `people`: qualified, neither absent nor booked then."""

    start: str
    finish: str
    used_h: float = Field(description="Machine hours worked in it.")
    machines: list[Named]
    people: int
    covered: bool = Field(
        description="As many people could come as machines run; true where nobody is needed."
    )


class OvertimeRow(View):
    """What overtime changes. Hours are machine hours.

    Where the order fits without: how much earlier it would finish with all slots. Where it fits only with
    overtime (`needed`): the fewest slots that do it. Else: what all slots together would still leave open.
    """

    text: str
    needed: bool
    used_h: float
    finish: str | None
    brings_forward_h: float | None = Field(description="Elapsed hours by which the finish moves forward.")
    shortfall_h: float = Field(description="What is still missing with all slots.")


class OvertimeView(OvertimeRow):
    """The same with its slots."""

    source: OvertimeSource
    makes_it_fit: bool
    slots_offered: int
    offered_h: float
    people_covered: bool
    slots: list[SlotView] = Field(description="The slots used, at most 20 of them.")


class PeopleView(View):
    """Rough cut of people, beside the verdict: they may be needed elsewhere at the same time."""

    qualified: int
    free_h: float = Field(description="On shift and not booked, all qualified people together.")
    needed_h: float
    enough: bool


class CenterView(View):
    """One work center in the window, on the machines looked at.

    `verdict`: for the whole order in this work center; with a routing, for the hours of its own steps alone.
    """

    id: str
    code: str
    name: str
    verdict: Verdict
    text: str
    needed_h: float
    free_h: float
    available_h: float
    load_h: float
    utilization_pct: float | None
    utilization_after_pct: float | None
    over_target: bool
    shortfall_h: float
    earliest_finish: str | None
    machine_count: int
    limiting: list[LimitView]
    overtime: OvertimeRow | None
    people: PeopleView
    options: list[OptionRow] = Field(description="The earliest finish of each way to do it.")


class EarliestFinish(View):
    """The earliest of all finishes without overtime, and how and where it is reached."""

    finish: str
    text: str
    late_h: float = Field(description="Elapsed hours after the due date; 0 in time.")
    kind: OptionKind
    work_centers: list[Named]


class VerdictGroup(View):
    verdict: Verdict
    count: int
    text: str = Field(description="The work centers (or named machines) with this verdict.")


VERDICT_WORDS = {
    Verdict.YES: "yes",
    Verdict.YES_SPLIT: "yes, if it is split",
    Verdict.YES_OVER_TARGET: "yes, but over the utilization target",
    Verdict.YES_WITH_OVERTIME: "only with overtime",
    Verdict.NO: "no",
}


def option_text(kind: OptionKind, machines: Sequence[str], parts: int, works: int) -> str:
    """ "in one block on Puma 3100", "in 2 lots in parallel on A and B"."""
    where = joined(machines)
    if not parts:
        return "outside the shop"
    if kind is OptionKind.ONE_BLOCK:
        return f"in one block on {where}" if works == 1 else f"one block a step, on {where}"
    if kind is OptionKind.LOTS:
        return f"in {parts} lots in parallel on {where}" if works == 1 else f"in lots in parallel, on {where}"
    return f"in {parts} pieces in the gaps on {where}"


def number(value: float) -> str:
    """12.50 is "12.5", 50.0 is "50"."""
    return f"{value:.2f}".rstrip("0").rstrip(".")


def joined(names: Sequence[str], shown: int = 4) -> str:
    """All names of a short list, the first of a long one."""
    if len(names) > shown:
        return f"{', '.join(names[:shown])} and {len(names) - shown} more"
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}" if names else ""


def limit_text(kind: LimitKind, machine: str, gain: str, wait: str) -> str:
    if kind is LimitKind.MACHINE_HOURS:
        return f"one more hour on {machine} would bring the finish forward by {gain} h"
    reason = "is busy with other work" if kind is LimitKind.WAIT_BUSY else "is closed"
    return f"the work waits {wait} h for {machine}, which {reason}"
