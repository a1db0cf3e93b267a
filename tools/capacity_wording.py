"""Turns answers of the capacity core into views and sentences."""

from collections.abc import Iterable, Sequence
from fractions import Fraction
from typing import TypeVar

from planning.capacity import CaseAnswer, CenterLoad, OvertimeEffect, Verdict
from planning.capacity_limits import Limit
from planning.capacity_options import Option
from planning.capacity_overtime import SlotUse
from planning.capacity_question import attended_minutes
from planning.date_phrases import instant_text
from planning.floor import Floor
from planning.intervals import total
from planning.rounding import hours, percent
from planning.shop import Attendance, Machine, WorkCenter
from planning.zones import iso
from tools.capacity_views import (
    VERDICT_WORDS,
    CenterView,
    EarliestFinish,
    LimitView,
    OptionRow,
    OptionView,
    OvertimeRow,
    OvertimeSource,
    OvertimeView,
    PartView,
    PeopleView,
    SlotView,
    joined,
    limit_text,
    number,
    option_text,
)
from tools.views import Named, View, named

RowView = TypeVar("RowView", bound=View)
MAX_PARTS = 20
MAX_LIMITS = 10
MANY = 3


class CapacityViews:
    """Views of one floor. `by_pieces`: whether parts are counted in pieces (a routing) or in hours."""

    def __init__(self, floor: Floor, *, by_pieces: bool) -> None:
        self.floor, self.shop, self.zone = floor, floor.shop, floor.times.zone
        self.by_pieces = by_pieces

    def machine(self, machine_id: str) -> Machine:
        return self.shop.machines[machine_id]

    def center(self, center_id: str) -> WorkCenter:
        return self.shop.work_centers[center_id]

    def center_name(self, center_id: str) -> str:
        center = self.center(center_id)
        return center.name or center.code

    def machines(self, ids: Iterable[str]) -> list[Named]:
        return [named(self.machine(machine_id)) for machine_id in dict.fromkeys(ids)]

    def instant(self, minute: int) -> str:
        return instant_text(minute, self.zone, closing=True)

    def option(self, option: Option, answer: CaseAnswer) -> OptionView:
        parts = sorted(option.parts, key=lambda part: (part.start, part.code))
        setups = [
            work.setup_min for work, w in zip(answer.case.works, option.works, strict=True) for _ in w.parts
        ]
        machines = self.machines(part.machine_id for part in parts)
        text = option_text(option.kind, [m.name for m in machines], len(parts), len(option.works))
        return OptionView(
            kind=option.kind,
            text=text,
            machines=machines,
            start=iso(option.start, self.zone),
            finish=iso(option.finish, self.zone),
            in_time=option.finish <= answer.case.window[1],
            setup_h=hours(sum(setups)),
            finish_text=self.instant(option.finish),
            setups=sum(1 for setup in setups if setup),
            total_parts=len(parts),
            parts=[
                PartView(
                    machine=named(self.machine(part.machine_id)),
                    start=iso(part.start, self.zone),
                    finish=iso(part.end, self.zone),
                    work_h=hours(total(part.work)),
                    pieces=part.pieces if self.by_pieces else None,
                )
                for part in parts[:MAX_PARTS]
            ],
        )

    def option_row(self, option: Option, answer: CaseAnswer) -> OptionRow:
        return _row(OptionRow, self.option(option, answer))

    def limit(self, limit: Limit) -> LimitView:
        machine = named(self.machine(limit.machine_id))
        gain, wait = hours(limit.gain_min), hours(limit.wait_min)
        return LimitView(
            kind=limit.kind,
            machine=machine,
            gain_h=gain if limit.gain_min else None,
            wait_h=wait if limit.wait_min else None,
            text=limit_text(limit.kind, machine.name, number(gain), number(wait)),
        )

    def limits_text(self, answer: CaseAnswer) -> str:
        """What limits the finish, for a sentence; many machines are summed up."""
        limits = answer.limits
        if answer.answer is None:
            return "the free time before the planning horizon ends is too short"
        if not limits:
            return "nothing but the work itself"
        if len(limits) == 1:
            return self.limit(limits[0]).text
        names = joined([machine.name for machine in self.machines(x.machine_id for x in limits)], MANY)
        gain = number(hours(limits[0].gain_min))
        return f"one more hour on one of {names} would bring it forward by up to {gain} h"

    def limits(self, answer: CaseAnswer) -> list[LimitView]:
        return [self.limit(limit) for limit in answer.limits[:MAX_LIMITS]]

    def overtime(self, answer: CaseAnswer) -> OvertimeView:
        effect = answer.overtime
        needed = answer.verdict is Verdict.YES_WITH_OVERTIME
        slots = [self._slot(use, answer) for use in effect.used]
        source = OvertimeSource.STANDARD if effect.offered.standard else OvertimeSource.ASKED
        shown = effect.answer is not None and bool(effect.used)
        return OvertimeView(
            text=self._overtime_text(answer),
            needed=needed,
            used_h=hours(effect.used_min),
            finish=iso(effect.answer.finish, self.zone) if effect.answer and shown else None,
            brings_forward_h=None
            if effect.brings_forward_min is None
            else hours(max(0, effect.brings_forward_min)),
            shortfall_h=hours(effect.shortfall_min),
            source=source if answer.case.overtime.slots else OvertimeSource.NONE,
            makes_it_fit=needed,
            slots_offered=len(answer.case.overtime.slots),
            offered_h=hours(answer.case.overtime.machine_minutes),
            people_covered=all(slot.covered for slot in slots),
            slots=slots[:MAX_PARTS],
        )

    def _slot(self, use: SlotUse, answer: CaseAnswer) -> SlotView:
        skills = {
            self.center(work.work_center_id).skill_id
            for work in answer.case.works
            if work.work_center_id is not None and any(w.machine_id in use.machines for w in work.workplaces)
        }
        people = self.floor.could_come(skills, use.slot)
        attended = any(work.attendance is not Attendance.NONE for work in answer.case.works)
        return SlotView(
            start=iso(use.slot[0], self.zone),
            finish=iso(use.slot[1], self.zone),
            used_h=hours(use.used_min),
            machines=self.machines(use.machines),
            people=len(people),
            covered=not attended or len(people) >= len(use.machines),
        )

    def _overtime_text(self, answer: CaseAnswer) -> str:
        effect, offered = answer.overtime, answer.case.overtime
        if not offered.slots:
            return "there is no overtime to use before the due date"
        whose = "standard" if offered.standard else "named"
        slots = f"{len(offered.slots)} {whose} overtime slot{_s(len(offered.slots))}"
        if answer.verdict is Verdict.YES_WITH_OVERTIME and effect.answer:
            used = f"{number(hours(effect.used_min))} h in {len(effect.used)} of {slots}"
            return f"{used} bring the finish to {self.instant(effect.answer.finish)}"
        if answer.verdict is Verdict.NO:
            return self._not_even(effect, f"the {slots}")
        if not effect.brings_forward_min:
            return f"overtime is not needed, and {slots} would not finish it earlier"
        gain = f"{number(hours(effect.brings_forward_min))}"
        return f"overtime is not needed; {slots} would bring the finish forward by {gain} h"

    def _not_even(self, effect: OvertimeEffect, slots: str) -> str:
        if effect.shortfall_min:
            return f"even with {slots}, {number(hours(effect.shortfall_min))} h are missing"
        if effect.answer is None:
            return f"even with {slots} there is no finish before the planning horizon ends"
        return f"even with {slots} it finishes on {self.instant(effect.answer.finish)}"

    def center_view(self, answer: CaseAnswer, load: CenterLoad, *, alone: bool) -> CenterView:
        """A work center; `alone`: the whole order is made in it, so that the answer's verdict is its own."""
        center = self.center(load.work_center_id)
        over = load.after_pct is not None and load.after_pct > answer.case.max_utilization_pct
        verdict = answer.verdict if alone else _own_verdict(load, over=over)
        shortfall = answer.shortfall_min if alone else load.shortfall_min
        earliest = answer.earliest if alone else None
        return CenterView(
            id=center.id,
            code=center.code,
            name=self.center_name(center.id),
            verdict=verdict,
            text=self.outcome(answer) if alone else VERDICT_WORDS[verdict],
            needed_h=hours(load.needed_min),
            free_h=hours(load.figures.free),
            available_h=hours(load.figures.available),
            load_h=hours(load.figures.load),
            utilization_pct=_percent(load.figures.utilization),
            utilization_after_pct=_percent(load.after_pct),
            over_target=over,
            shortfall_h=hours(shortfall),
            earliest_finish=iso(earliest.finish, self.zone) if earliest else None,
            machine_count=len(load.machine_ids),
            limiting=self.limits(answer) if alone else [],
            overtime=_row(OvertimeRow, self.overtime(answer)) if alone else None,
            people=self.people(answer, load),
            options=[self.option_row(option, answer) for option in answer.options] if alone else [],
        )

    def people(self, answer: CaseAnswer, load: CenterLoad) -> PeopleView:
        qualified, free = self.floor.people(self.center(load.work_center_id).skill_id, answer.case.window)
        works = [work for work in answer.case.works if work.work_center_id == load.work_center_id]
        needed = attended_minutes(works, answer.case.quantity)
        return PeopleView(
            qualified=qualified,
            free_h=hours(free),
            needed_h=hours(needed),
            enough=free >= needed,
        )

    def earliest(self, answers: Sequence[CaseAnswer]) -> EarliestFinish | None:
        found = [(a.earliest, a) for a in answers if a.earliest is not None]
        if not found:
            return None
        option, answer = min(found, key=lambda pair: pair[0].finish)
        view = self.option(option, answer)
        return EarliestFinish(
            finish=view.finish,
            text=f"{view.finish_text}, {view.text}",
            late_h=hours(max(0, option.finish - answer.case.window[1])),
            kind=option.kind,
            work_centers=[named(self.center(center)) for center in answer.case.centers],
        )

    def sentence(self, answer: CaseAnswer, name: str | None) -> str:
        """The verdict on one case in a sentence; `name`: the work center, where one is to be said."""
        into = f" into {name}" if name else ""
        needed, due = f"{number(hours(answer.needed_min))} h", self.instant(answer.case.window[1])
        one = hours(answer.needed_min) == 1
        fit = "fits" if one else "fit"
        if answer.verdict is Verdict.NO:
            missing = (
                f"{number(hours(answer.shortfall_min))} h are missing"
                if answer.shortfall_min
                else "it is late"
            )
            finish = answer.earliest
            rest = (
                f"the earliest finish is {self.instant(finish.finish)}" if finish else "no finish is in sight"
            )
            return f"No: {needed} {'does' if one else 'do'} not fit{into} until {due}; {missing}, and {rest}."
        plan = answer.plan
        how = self.option(plan, answer).text if plan else ""
        done = f"{how}, finished {self.instant(plan.finish)}" if plan else ""
        if answer.verdict is Verdict.YES_WITH_OVERTIME:
            overtime = f"{number(hours(answer.overtime.used_min))} h of overtime"
            return f"Only with overtime: {needed} {fit}{into} with {overtime}, {done}."
        if answer.verdict is Verdict.YES_OVER_TARGET:
            return f"Yes, but over target: {needed} {fit}{into}, {done}{self._after(answer)}."
        start = "Yes, if it is split" if answer.verdict is Verdict.YES_SPLIT else "Yes"
        return f"{start}: {needed} {fit}{into}, {done}."

    def outcome(self, answer: CaseAnswer) -> str:
        """The verdict without the question: "yes, in one block on Puma 3100, finished ..."."""
        words, plan = VERDICT_WORDS[answer.verdict], answer.plan
        if plan is None:
            return f"{words}, there is no finish before the planning horizon ends"
        end = "the earliest finish is" if answer.verdict is Verdict.NO else "finished"
        return f"{words}: {self.option(plan, answer).text}, {end} {self.instant(plan.finish)}"

    def _after(self, answer: CaseAnswer) -> str:
        target = answer.case.max_utilization_pct
        over = [
            f"{number(percent(center.after_pct))} % in {self.center_name(center.work_center_id)}"
            for center in answer.centers
            if center.after_pct is not None and center.after_pct > target
        ]
        return f"; utilization would be {joined(over)}, the target is {number(percent(target))} %"


def _own_verdict(load: CenterLoad, *, over: bool) -> Verdict:
    """Hours against hours, for one work center of a routing."""
    if load.shortfall_min:
        return Verdict.NO
    return Verdict.YES_OVER_TARGET if over else Verdict.YES


def _row(kind: type[RowView], view: RowView) -> RowView:
    """A view cut to the fields of its base."""
    return kind(**{name: getattr(view, name) for name in kind.model_fields})


def _percent(value: Fraction | None) -> float | None:
    return None if value is None else percent(value)


def _s(count: int) -> str:
    return "" if count == 1 else "s"
