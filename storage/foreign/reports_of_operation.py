"""The reports of one operation in order of time: what is said twice, and totals as what is new in each."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from storage.exchange.problems import shown
from storage.foreign.decisions import Choice, Question, Scoped
from storage.foreign.moments import Moment
from storage.foreign.reading import RowReader
from storage.foreign.shop_names import StoredReport

SAME_TIME, ADD, ONCE = "same_time", "add", "once"
_TOLD = 5


@dataclass(frozen=True, slots=True)
class Report:
    """What a row reports of the operation `reference`, whose order's code and number are `operation`. Pieces
    of None: the row does not say. `number`: its own in its system."""

    operation: tuple[str, int]
    reference: str
    at: Moment
    instant: datetime
    good: int | None
    scrap: int | None
    number: str
    reader: RowReader

    @property
    def name(self) -> str:
        return "/".join(map(str, self.operation))

    @property
    def pieces(self) -> tuple[int, int]:
        return self.good or 0, self.scrap or 0


def by_operation(reports: Sequence[Report]) -> dict[tuple[str, int], list[Report]]:
    found: dict[tuple[str, int], list[Report]] = {}
    for report in reports:
        found.setdefault(report.operation, []).append(report)
    return found


def less_repeated(reports: Sequence[Report], scope: Scoped) -> list[Report]:
    """One report of each operation and minute, in order of time; which rows of the same minute are parts of
    one is asked, unless each has a number of its own."""
    by_time: dict[tuple[str, datetime], list[Report]] = {}
    for report in sorted(_of_numbers(reports), key=lambda found: found.instant):
        by_time.setdefault((report.reference, report.instant), []).append(report)
    several = [found for found in by_time.values() if len(found) > 1]
    how = _same_time(several, scope)
    return [found[0] if len(found) == 1 else _together(found, how) for found in by_time.values()]


def _of_numbers(reports: Sequence[Report]) -> list[Report]:
    """The reports less those whose number another row has already."""
    first: dict[str, Report] = {}
    left: list[Report] = []
    for report in reports:
        before = first.setdefault(report.number, report) if report.number else report
        if before is report:
            left.append(report)
            continue
        same = (before.reference, before.instant, before.pieces) == (
            report.reference, report.instant, report.pieces,
        )  # fmt: skip
        row = before.reader.row.number
        if same:
            text = f"report {shown(report.number)} is in row {row} already, and counts once"
            report.reader.findings.notice(report.reader.place, report.reader.row.number, text)
        else:
            report.reader.problem(
                "report_number", f"is in row {row} too, which says something else", "a number for each report"
            )
    return left


def _same_time(several: Sequence[Sequence[Report]], scope: Scoped) -> str | None:
    if not several:
        return scope.optional(SAME_TIME)
    numbered = all(len({report.number for report in found} - {""}) == len(found) for found in several)
    told = "; ".join(
        f"{found[0].name} at {found[0].at.canonical} in rows "
        + " and ".join(str(report.reader.row.number) for report in found)
        for found in several[:_TOLD]
    )
    question = Question(
        SAME_TIME,
        f"{len(several)} times rows report the same operation in the same minute ({told}): what are they?",
        (
            Choice(ADD, "parts of one report, of two people perhaps: their pieces are added"),
            Choice(ONCE, "the same report again: it counts once"),
        ),
        why="the plan has one report of an operation and minute",
    )
    return scope.settle(question, proven=(ADD, "each has a number of its own") if numbered else None)


def _together(found: Sequence[Report], how: str | None) -> Report:
    first, last = found[0], found[-1]
    if how == ADD:
        return replace(
            first, good=sum(report.good or 0 for report in found), scrap=sum(r.scrap or 0 for r in found)
        )
    if how == ONCE and any(report.pieces != first.pieces for report in found):
        last.reader.problem(
            "good", f"row {first.reader.row.number} says otherwise of the same operation and minute",
            f"the same in both, or the answer {SAME_TIME}={ADD}",
        )  # fmt: skip
    return first


def as_lines(
    reports: Sequence[Report], stored: Mapping[tuple[str, int], Sequence[StoredReport]]
) -> list[Report]:
    """What is new in each of the totals of one operation, beside what the plan was told before it. Totals
    that fall are problems."""
    had = stored.get(reports[0].operation, ())
    lines: list[Report] = []
    for report in reports:
        new = [line for line in lines if not any(row.at == line.instant for row in had)]
        before = [
            sum(row.good for row in had if row.at < report.instant) + sum(line.good or 0 for line in new),
            sum(row.scrap for row in had if row.at < report.instant) + sum(line.scrap or 0 for line in new),
        ]
        good, scrap = (
            0 if total is None else total - known
            for total, known in zip((report.good, report.scrap), before, strict=True)
        )
        name = "good" if good < 0 else "scrap"
        if good < 0 or scrap < 0:
            known = before[0 if good < 0 else 1]
            report.reader.problem(
                name, f"is less than the {known} that were reported of {report.name} before",
                "totals that do not fall, or the answer pieces=line",
            )  # fmt: skip
        elif (good or scrap) and _is_late(report, had):
            report.reader.problem(
                name, f"is before what the plan was told of {report.name} later, which it would add to",
                "totals behind the last report of the plan, or leave_out",
            )  # fmt: skip
        elif good or scrap or any(row.at == report.instant for row in had):
            lines.append(replace(report, good=good, scrap=scrap))
    return lines


def _is_late(report: Report, had: Sequence[StoredReport]) -> bool:
    """Whether the plan has a later report, and none of this time."""
    return any(row.at > report.instant for row in had) and all(row.at != report.instant for row in had)
