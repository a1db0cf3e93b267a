"""The forms a report comes in. Libraries that draw and typeset are loaded when a form is asked for."""

from dataclasses import dataclass
from functools import lru_cache

from reports.form import Form
from reports.report import Report

MEDIA_TYPES = {
    Form.HTML: "text/html; charset=utf-8",
    Form.PDF: "application/pdf",
    Form.MARKDOWN: "text/markdown; charset=utf-8",
    Form.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    # One file a table, in an archive.
    Form.CSV: "application/zip",
    Form.JSON: "application/json",
}


@dataclass(frozen=True, slots=True)
class RenderedFile:
    """`name` is fit for any file system."""

    name: str
    media_type: str
    body: bytes


# The last few files, of about half a MB each: a mail to many is typeset once, a page can be shown again.
KEPT = 8


def render(report: Report, form: Form) -> RenderedFile:
    """The report as a file, the same bytes for the same report. HTML and PDF take seconds: use a thread."""
    return _rendered(report.to_json(), form)


@lru_cache(maxsize=KEPT)
def _rendered(content: str, form: Form) -> RenderedFile:
    """By all that it shows, so that nobody sees another's."""
    report = Report.from_json(content)
    ending = "zip" if form is Form.CSV else form.value
    name = f"capacity-report-{report.as_of[:10]}.{ending}"
    return RenderedFile(name, MEDIA_TYPES[form], _body(report, form))


def _body(report: Report, form: Form) -> bytes:
    """Each form in a module of its own, imported here: a server starts without them."""
    match form:
        case Form.HTML:
            from reports.forms.html import html as write  # noqa: PLC0415
        case Form.PDF:
            from reports.forms.pdf import pdf as write  # noqa: PLC0415
        case Form.MARKDOWN:
            from reports.forms.markdown import markdown as write  # noqa: PLC0415
        case Form.XLSX:
            from reports.forms.tables import xlsx as write  # noqa: PLC0415
        case Form.CSV:
            from reports.forms.tables import csv_files as write  # noqa: PLC0415
        case Form.JSON:
            return report.to_json().encode()
    return write(report)
