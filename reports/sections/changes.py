"""What has changed since the last report: its own figures and orders beside those of this one."""

from collections.abc import Mapping, Sequence
from decimal import Decimal

from reports.draft import Draft
from reports.report import Cell, CellKind, KeyFigure, Report, Table

# Orders named in a sentence.
NAMED = 5


def fill(
    draft: Draft, before: Report | None, figures: Sequence[KeyFigure], tables: Mapping[str, Table]
) -> None:
    """`figures`, `tables`: of this report so far."""
    if before is None:
        draft.say("first_report")
        return
    draft.say("since", when=draft.words.moment(before.as_of))
    _figures(draft, before, figures)
    _orders(draft, before, tables)


def _figures(draft: Draft, before: Report, figures: Sequence[KeyFigure]) -> None:
    words, known = draft.words, {figure.key: figure for figure in before.key_figures}
    rows: list[tuple[Cell, ...]] = []
    for now in figures:
        then = known.get(now.key)
        if then is None or then.kind is not now.kind:
            continue
        change = _difference(then.value, now.value)
        shown = "" if change is None else f"{'+' if change > 0 else ''}{words.said(change, now.kind)}"
        rows.append((now.label, words.said(then.value, then.kind), words.said(now.value, now.kind), shown))
    columns = [(key, CellKind.TEXT) for key in ("figure", "before", "now", "change")]
    draft.table("figures", columns, rows)


def _difference(then: Cell, now: Cell) -> float | None:
    """Of what is shown, exactly; None for what is no number or has not changed."""
    if isinstance(then, bool | str) or isinstance(now, bool | str) or then is None or now is None:
        return None
    change = Decimal(str(now)) - Decimal(str(then))
    return float(change) if change else None


def _orders(draft: Draft, before: Report, tables: Mapping[str, Table]) -> None:
    then, now = _outlooks({t.key: t for s in before.sections for t in s.tables}), _outlooks(tables)
    changed = [code for code in (*now, *then) if then.get(code) != now.get(code)]
    rows = [
        (code, _stood(draft, then.get(code)), _stood(draft, now.get(code))) for code in dict.fromkeys(changed)
    ]
    late_then = {code for code, (outlook, _) in then.items() if outlook == "late"}
    late_now = {code for code, (outlook, _) in now.items() if outlook == "late"}
    newly = [code for code in now if code in late_now - late_then]
    rescued = [code for code in then if code in late_then - late_now]
    if newly:
        draft.say("newly_late", orders=_some(draft, newly))
    if rescued:
        draft.say("no_longer_late", orders=_some(draft, rescued))
    if not newly and not rescued:
        draft.say("no_change")
    cut = [tables.get(key) for key in ("late", "at_risk")] + [
        before.table(key) for key in ("late", "at_risk")
    ]
    if any(table is not None and len(table.rows) < table.total_rows for table in cut):
        draft.say("cut_comparison")
    columns = [("order", CellKind.TEXT), ("then", CellKind.TEXT), ("stands", CellKind.TEXT)]
    if rows:
        draft.table("order_changes", columns, rows)


def _outlooks(tables: Mapping[str, Table]) -> dict[str, tuple[str, Cell]]:
    """Orders by code: late or at risk, and by how much in hours."""
    found: dict[str, tuple[str, Cell]] = {}
    for outlook, column in (("late", "tardiness_h"), ("at_risk", "slack_h")):
        table = tables.get(outlook)
        for row in () if table is None else table.rows:
            found[str(row["order"])] = outlook, row[column]
    return found


def _stood(draft: Draft, found: tuple[str, Cell] | None) -> str:
    words = draft.words
    if found is None:
        return words("outlook.gone")
    return f"{words(f'outlook.{found[0]}')}: {words.said(found[1], CellKind.HOURS)}"


def _some(draft: Draft, codes: Sequence[str]) -> str:
    more = len(codes) - NAMED
    listed = ", ".join(codes[:NAMED])
    return listed if more <= 0 else f"{listed} {draft.words('report.and_more', count=str(more))}"
