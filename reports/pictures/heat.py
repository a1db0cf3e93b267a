"""Utilization of machines by week: a grid, darker where fuller, each cell with its figure."""

from reports.pictures.canvas import GRID, INK, PAPER, Canvas, Drawing, Style
from reports.report import HEAT_ROWS, Cell, CellKind, Picture, Table
from reports.wording import Words

# Red, green, blue of a cell at 100 % and more: dark, and still no black.
_FULL = (0.16, 0.29, 0.44)
_FIXED = frozenset({"load_h", "available_h", "free_h", "utilization_pct"})


def draw_heat(table: Table, picture: Picture, words: Words) -> Drawing:
    """`table`: `machine`, and a percentage in each column that is named for a week."""
    weeks = [c for c in table.columns if c.kind is CellKind.PERCENT and c.key not in _FIXED]
    rows = table.rows[:HEAT_ROWS]
    canvas = Canvas(0.75 + 0.2 * len(rows))
    for down, row in enumerate(rows):
        for across, week in enumerate(weeks):
            _cell(canvas, (across, down), row.get(week.key), picture.threshold_pct, words)
    canvas.limits(-0.5, len(weeks) - 0.5, len(rows) - 0.5, -0.5)
    canvas.x_labels([float(at) for at in range(len(weeks))], [week.title for week in weeks], on_top=True)
    canvas.y_labels([float(at) for at in range(len(rows))], [str(row["machine"]) for row in rows])
    legend = [(words("report.closed"), _style(None, over=False))]
    if picture.threshold_pct is not None:
        over = words("report.over", threshold=words.percent(picture.threshold_pct))
        legend.append((over, _style(picture.threshold_pct, over=True)))
    canvas.legend(legend)
    return canvas.drawing()


def _cell(canvas: Canvas, at: tuple[int, int], value: Cell, threshold: float | None, words: Words) -> None:
    share = float(value) if isinstance(value, int | float) else None
    over = share is not None and threshold is not None and share > threshold
    canvas.box((at[0] - 0.47, at[1] - 0.44), (0.94, 0.88), _style(share, over=over))
    color = PAPER if (share or 0) > 55 else INK
    canvas.text((float(at[0]), float(at[1])), words.percent(share), color=color, paper=share is None)


def _style(share: float | None, *, over: bool) -> Style:
    if share is None:
        return Style(edge=GRID, hatch="xxx")
    part = min(share / 100, 1.0)
    red, green, blue = (1 - part * (1 - full) for full in _FULL)
    return Style((red, green, blue), INK if over else GRID, 1.6 if over else 0.5)
