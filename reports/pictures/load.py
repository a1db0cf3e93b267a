"""Load against capacity: two bars a week, the available hours hollow, the planned ones filled."""

from reports.pictures.canvas import LABEL_PT, Canvas, Drawing, Style
from reports.report import Cell, CellKind, Table
from reports.wording import Words

_WIDTH = 0.38
_AVAILABLE = Style(hatch="..", line_pt=0.8)
_LOAD = Style(fill="#4d6f91", line_pt=0.8)


def draw_load(table: Table, words: Words) -> Drawing:
    """`table`: `week`, `load_h`, `available_h`, `utilization_pct` of each row."""
    canvas, rows = Canvas(2.8), table.rows
    top = max([1.0, *(_number(row[key]) for row in rows for key in ("load_h", "available_h"))])
    for at, row in enumerate(rows):
        for left, key, style in ((at - _WIDTH, "available_h", _AVAILABLE), (at, "load_h", _LOAD)):
            height = _number(row[key])
            canvas.box((left, 0), (_WIDTH, height), style)
            shown = words.cell(row[key], CellKind.HOURS)
            canvas.text((left + _WIDTH / 2, height + top * 0.04), shown)
        height = max(_number(row["load_h"]), _number(row["available_h"]))
        share = words.cell(row["utilization_pct"], CellKind.PERCENT)
        canvas.text((at, height + top * 0.12), share, size_pt=LABEL_PT)
    canvas.limits(-0.6, max(len(rows) - 0.4, 0.6), 0, top * 1.2)
    canvas.axes.spines["bottom"].set_visible(True)
    canvas.x_labels([float(at) for at in range(len(rows))], [str(row["week"]) for row in rows])
    canvas.y_labels([], [])
    canvas.legend([(words("report.available"), _AVAILABLE), (words("report.load"), _LOAD)])
    return canvas.drawing()


def _number(value: Cell) -> float:
    return float(value) if isinstance(value, int | float) else 0.0
