"""Draws the pictures of a report so that they read in black and white: labels, hatching and frames."""

from functools import lru_cache
from threading import Lock

from reports.pictures.canvas import Drawing
from reports.pictures.gantt import draw_gantt
from reports.pictures.heat import draw_heat
from reports.pictures.load import draw_load
from reports.report import Picture, PictureKind, Report, Table
from reports.wording import Words

# matplotlib is not made for threads.
_ONE_AT_A_TIME = Lock()
# Drawings of the last few reports, of about 50 kB each: a page and its PDF show the same ones.
KEPT = 12


def draw(report: Report, picture: Picture) -> Drawing | None:
    """The picture as a PNG; None where its table has no rows."""
    table = report.table(picture.table)
    if table is None or not table.rows:
        return None
    with _ONE_AT_A_TIME:
        return _drawn(picture.model_dump_json(), table.model_dump_json(), report.timezone, report.language)


@lru_cache(maxsize=KEPT)
def _drawn(picture_json: str, table_json: str, timezone: str, language: str) -> Drawing:
    """By everything that is drawn, so that nobody sees another's picture."""
    picture, table = Picture.model_validate_json(picture_json), Table.model_validate_json(table_json)
    words = Words(language)
    match picture.kind:
        case PictureKind.LOAD:
            return draw_load(table, words)
        case PictureKind.HEAT:
            return draw_heat(table, picture, words)
        case PictureKind.GANTT:
            return draw_gantt(table, picture, timezone, words)
