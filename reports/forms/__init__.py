"""The forms a report comes in. Libraries that draw and typeset are loaded when a form is asked for."""

from dataclasses import dataclass
from enum import StrEnum

from reports.report import Report


class Form(StrEnum):
    HTML = "html"
    PDF = "pdf"
    MARKDOWN = "md"
    XLSX = "xlsx"
    CSV = "csv"
    JSON = "json"


@dataclass(frozen=True, slots=True)
class RenderedFile:
    """`name` is fit for any file system; `body` is what a browser downloads."""

    name: str
    media_type: str
    body: bytes


def render(report: Report, form: Form) -> RenderedFile:
    """The report as a file. It takes up to a few seconds (PDF): call it in a thread."""
    match form:
        case Form.JSON:
            return RenderedFile(_name(report, "json"), "application/json", report.to_json().encode())
        case _:
            raise NotImplementedError(form)


def _name(report: Report, ending: str) -> str:
    """ "capacity-report-2026-12-01.pdf"."""
    return f"capacity-report-{report.made_at[:10]}.{ending}"
