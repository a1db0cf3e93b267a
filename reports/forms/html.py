"""The report as one HTML file: it loads nothing, runs nothing, and a shop's words are text in it."""

from base64 import b64encode
from functools import cache
from importlib.resources import files

from jinja2 import Environment, StrictUndefined, Template
from markupsafe import Markup

from reports.forms.shown import made_line, shown_figures, shown_tables, written_by
from reports.pictures import draw
from reports.report import Picture, Report, Section
from reports.wording import Words

# CSS pixels to an inch, by definition.
_PIXELS = 96


def html(report: Report) -> bytes:
    words = Words(report.language)
    text = _template().render(
        report=report,
        words=words,
        css=_css(),
        made=made_line(report, words),
        by=written_by(report, words),
        figures=shown_figures(report, words),
        parts=[_part(report, section, words) for section in report.sections],
    )
    return text.encode()


def _part(report: Report, section: Section, words: Words) -> dict[str, object]:
    pictures = (_picture(report, picture, words) for picture in section.pictures)
    return {
        "key": section.key.value,
        "title": section.title,
        "sentences": section.sentences,
        "pictures": [picture for picture in pictures if picture is not None],
        "tables": shown_tables(section, words),
    }


def _picture(report: Report, picture: Picture, words: Words) -> dict[str, object] | None:
    drawing, table = draw(report, picture), report.table(picture.table)
    if drawing is None or table is None:
        return None
    return {
        "data": b64encode(drawing.png).decode(),
        "alt": picture.alt,
        "title": picture.title,
        "same": words("report.same_as_table", table=table.title),
        "width": round(drawing.width_in * _PIXELS),
        "height": round(drawing.height_in * _PIXELS),
    }


@cache
def _template() -> Template:
    """Every value is escaped, in text and in attributes."""
    environment = Environment(autoescape=True, undefined=StrictUndefined)
    return environment.from_string((files("reports.forms.templates") / "report.html.j2").read_text("utf-8"))


@cache
def _css() -> Markup:
    """Our own file, the only thing that is not escaped."""
    return Markup((files("reports.forms.templates") / "report.css").read_text("utf-8"))  # noqa: S704
