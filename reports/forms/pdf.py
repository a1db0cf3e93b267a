"""The report on paper: A4, or Letter where the clock is American; letters of all European languages."""

# pyright: reportUnknownMemberType=false
# reportlab's own types leave parts open.

import re
from functools import cache
from io import BytesIO
from xml.sax.saxutils import escape

from reportlab.lib.colors import HexColor
from reportlab.lib.pagesizes import A4, LETTER
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.platypus import (
    CondPageBreak,
    Flowable,
    Image,
    KeepTogether,
    Paragraph,
    SimpleDocTemplate,
    Spacer,
    TableStyle,
)
from reportlab.platypus import Table as Grid

from reports.forms.page_numbers import NumberedPages
from reports.forms.shown import ShownTable, made_line, shown_figures, shown_tables, written_by
from reports.pictures import draw
from reports.pictures.canvas import drawable, font_path
from reports.report import Picture, Report, Section
from reports.wording import Words, one_line

_FONT, _BOLD = "LeadhandSans", "LeadhandSans-Bold"
_MARGIN = 15 * mm
_INCH = 72
_BEFORE_UNIT = re.compile(r"(?<=\d) (?=%|h\b)")
# Of the frame that reportlab puts around the text of a page.
_PADDING = 6
_GREY, _RULE = HexColor("#4a4a4a"), HexColor("#c8c8c8")
# A word in a cell is broken at so many characters, so that no row is taller than a page.
_LONGEST_CELL = 300
# Space beside the texts of a cell, and the widest that a column asks for or a single word gets, in points.
_LEFT, _RIGHT = 2.5, 4.5
_WIDEST, _WIDEST_WORD = 170.0, 80.0
# Figures beside each other at the top.
_FIGURES_A_ROW = 4


def pdf(report: Report) -> bytes:
    _fonts()
    words, body = Words(report.language), BytesIO()
    size = LETTER if report.timezone.startswith("America/") else A4
    document = SimpleDocTemplate(
        body,
        pagesize=size,
        leftMargin=_MARGIN,
        rightMargin=_MARGIN,
        topMargin=_MARGIN,
        bottomMargin=_MARGIN + 4 * mm,
        title=one_line(f"{report.title} – {report.shop}"),
        author="Leadhand",
        lang=report.language,
        invariant=1,
    )
    width = document.width - 2 * _PADDING
    story = [*_opening(report, words, width)]
    for section in report.sections:
        story += _section(report, section, words, width)
    if report.bounds:
        story += [_heading(words("report.bounds")), *(_text(f"– {bound}") for bound in report.bounds)]
    story.append(_text(words("report.sources_text"), "small"))
    footer = drawable(one_line(f"{report.shop} · {made_line(report, words)}"))
    pages = NumberedPages(_FONT, footer, lambda page, of: words("report.page", page=str(page), pages=str(of)))
    document.build(story, canvasmaker=pages.canvas)
    return body.getvalue()


def _opening(report: Report, words: Words, width: float) -> list[Flowable]:
    parts: list[Flowable] = [
        _text(report.title, "title"),
        _text(report.shop, "shop"),
        _text(report.period.text),
        _text(f"{made_line(report, words)} · {report.timezone}", "small"),
        Spacer(1, 3 * mm),
        *(_text(paragraph) for paragraph in report.narrative.paragraphs),
    ]
    by = written_by(report, words)
    if by:
        parts.append(_text(by, "small"))
    figures = shown_figures(report, words)
    cells = [[_text(label, "small"), _text(value, "figure")] for label, value in figures]
    cells += [[_text("")] for _ in range(-len(cells) % _FIGURES_A_ROW)]
    rows = [cells[at : at + _FIGURES_A_ROW] for at in range(0, len(cells), _FIGURES_A_ROW)]
    if rows:
        style = TableStyle(
            [("BOX", (0, 0), (-1, -1), 0.5, _RULE), ("INNERGRID", (0, 0), (-1, -1), 0.5, _RULE)]
        )
        grid = Grid(rows, colWidths=[width / _FIGURES_A_ROW] * _FIGURES_A_ROW, style=style)
        parts += [Spacer(1, 3 * mm), grid]
    return parts


def _section(report: Report, section: Section, words: Words, width: float) -> list[Flowable]:
    parts: list[Flowable] = [CondPageBreak(45 * mm), _heading(section.title)]
    parts += [_text(sentence) for sentence in section.sentences]
    for picture in section.pictures:
        parts += _picture(report, picture, words, width)
    for table in shown_tables(section, words):
        parts += _table(table, width)
    return parts


def _picture(report: Report, picture: Picture, words: Words, width: float) -> list[Flowable]:
    """The drawing with what it shows in words below, which stands for it where it cannot be seen."""
    drawing, table = draw(report, picture), report.table(picture.table)
    if drawing is None or table is None:
        return []
    scale = min(1.0, width / (drawing.width_in * _INCH))
    image = Image(BytesIO(drawing.png), drawing.width_in * _INCH * scale, drawing.height_in * _INCH * scale)
    same = words("report.same_as_table", table=table.title)
    return [KeepTogether([_text(picture.title, "caption"), image, _text(f"{picture.alt} {same}", "small")])]


def _table(table: ShownTable, width: float) -> list[Flowable]:
    head = [_cell(column.title, "head_number" if column.is_number else "head") for column in table.columns]
    styles = ["number" if column.is_number else "cell" for column in table.columns]
    rows = [[_cell(text, style) for text, style in zip(row, styles, strict=True)] for row in table.rows]
    rules = TableStyle(
        [
            ("LINEBELOW", (0, 0), (-1, 0), 0.8, HexColor("#1a1a1a")),
            ("LINEBELOW", (0, 1), (-1, -1), 0.3, _RULE),
            ("VALIGN", (0, 0), (-1, -1), "TOP"),
            ("LEFTPADDING", (0, 0), (-1, -1), _LEFT),
            ("RIGHTPADDING", (0, 0), (-1, -1), _RIGHT),
            ("TOPPADDING", (0, 0), (-1, -1), 1.2),
            ("BOTTOMPADDING", (0, 0), (-1, -1), 1.6),
        ]
    )
    grid = Grid([head, *rows], colWidths=_widths(table, width), repeatRows=1, style=rules, hAlign="LEFT")
    parts: list[Flowable] = [CondPageBreak(25 * mm), _text(table.title, "caption"), grid]
    return [*parts, _text(table.more, "small")] if table.more else parts


def _widths(table: ShownTable, width: float) -> list[float]:
    """As wide as the texts ask for; if that is too much, each has its longest word and shares the rest."""
    least: list[float] = []
    wanted: list[float] = []
    for place, column in enumerate(table.columns):
        cells = [row[place][:_LONGEST_CELL] for row in table.rows]
        parts = [_points(word, "cell") for cell in cells for word in cell.split()]
        titles = [_points(word, "head") for word in column.title.split()]
        beside = _LEFT + _RIGHT + 0.5
        least.append(min(max([*parts, *titles]), _WIDEST_WORD) + beside)
        wanted.append(max(least[-1], min(max(_points(cell, "cell") for cell in cells), _WIDEST) + beside))
    if sum(wanted) <= width:
        return [part * width / sum(wanted) for part in wanted]
    room = max(0.0, width - sum(least))
    asked = sum(wanted) - sum(least) or 1.0
    shared = [a + (b - a) * room / asked for a, b in zip(least, wanted, strict=True)]
    return [part * width / sum(shared) for part in shared]


def _points(text: str, style: str) -> float:
    found = _styles()[style]
    return pdfmetrics.stringWidth(drawable(text), found.fontName, found.fontSize)


def _heading(text: str) -> Flowable:
    return _text(text, "heading")


def _cell(text: str, style: str) -> Paragraph:
    shown = text if len(text) <= _LONGEST_CELL else text[: _LONGEST_CELL - 1] + "…"
    return _text(shown, style)


def _text(text: str, style: str = "text") -> Paragraph:
    """Text as it stands: reportlab's own markup in it is escaped. No line parts a figure and its unit."""
    kept = _BEFORE_UNIT.sub("\N{NO-BREAK SPACE}", drawable(one_line(text)))
    return Paragraph(escape(kept), _styles()[style])


@cache
def _styles() -> dict[str, ParagraphStyle]:
    text = ParagraphStyle("text", fontName=_FONT, fontSize=9, leading=12.5, spaceAfter=2)
    cell = ParagraphStyle("cell", parent=text, fontSize=7, leading=8.8, spaceAfter=0)
    head = ParagraphStyle("head", parent=cell, fontName=_BOLD)
    right = 2  # reportlab's TA_RIGHT
    return {
        "text": text,
        "title": ParagraphStyle("title", parent=text, fontName=_BOLD, fontSize=18, leading=22),
        "shop": ParagraphStyle("shop", parent=text, fontName=_BOLD, fontSize=11, leading=15),
        "heading": ParagraphStyle(
            "heading", parent=text, fontName=_BOLD, fontSize=13, leading=17, spaceBefore=14, spaceAfter=4
        ),
        "caption": ParagraphStyle("caption", parent=text, fontName=_BOLD, spaceBefore=8, spaceAfter=3),
        "small": ParagraphStyle("small", parent=text, fontSize=7.5, leading=10, textColor=_GREY),
        "figure": ParagraphStyle("figure", parent=text, fontName=_BOLD, fontSize=11, leading=14),
        "cell": cell,
        "number": ParagraphStyle("number", parent=cell, alignment=right),
        "head": head,
        "head_number": ParagraphStyle("head_number", parent=head, alignment=right),
    }


@cache
def _fonts() -> None:
    pdfmetrics.registerFont(TTFont(_FONT, str(font_path())))
    pdfmetrics.registerFont(TTFont(_BOLD, str(font_path(bold=True))))
