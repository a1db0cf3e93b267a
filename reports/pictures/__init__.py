"""Draws the pictures of a report so that they read in black and white: labels, hatching and frames."""

from threading import Lock

from reports.pictures.canvas import Drawing
from reports.pictures.gantt import draw_gantt
from reports.pictures.heat import draw_heat
from reports.pictures.load import draw_load
from reports.report import Picture, PictureKind, Report
from reports.wording import Words

# matplotlib is not made for threads.
_ONE_AT_A_TIME = Lock()


def draw(report: Report, picture: Picture) -> Drawing | None:
    """The picture as a PNG; None where its table has no rows."""
    table, words = report.table(picture.table), Words(report.language)
    if table is None or not table.rows:
        return None
    with _ONE_AT_A_TIME:
        match picture.kind:
            case PictureKind.LOAD:
                return draw_load(table, words)
            case PictureKind.HEAT:
                return draw_heat(table, picture, words)
            case PictureKind.GANTT:
                return draw_gantt(table, picture, report.timezone, words)
