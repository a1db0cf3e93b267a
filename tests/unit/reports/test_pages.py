"""The PDF page by page as pictures, and the drawings: nothing blank, nothing beyond the margins."""

# pyright: reportUnknownMemberType=false
# pypdfium2's types leave parts open.

import io
from collections.abc import Callable
from functools import lru_cache

import pypdfium2 as pdfium
import pytest
from PIL import Image
from pypdf import PdfReader

from reports.forms import Form, render
from reports.pictures import draw
from reports.report import Report
from tests.unit.reports.made_reports import demo_report, hostile_report

REPORTS: dict[str, Callable[[], Report]] = {"german": lambda: demo_report("de"), "hostile": hostile_report}
# The part of a page's width and height that is margin.
MARGIN = 0.04
LEAST_INK, MOST_INK = 0.004, 0.45


@lru_cache(maxsize=2)
def pdf(name: str) -> bytes:
    return render(REPORTS[name](), Form.PDF).body


def pages(name: str) -> list[Image.Image]:
    document = pdfium.PdfDocument(pdf(name))
    try:
        return [document[at].render().to_pil().convert("L") for at in range(len(document))]
    finally:
        document.close()


def ink(image: Image.Image) -> float:
    """The share of dots that are not white."""
    histogram = image.histogram()
    return 1 - sum(histogram[250:]) / sum(histogram)


@pytest.mark.parametrize("name", REPORTS)
def test_no_page_is_blank_or_runs_beyond_its_margins(name: str) -> None:
    for number, page in enumerate(pages(name), start=1):
        width, height = page.size
        across, down = int(width * MARGIN), int(height * MARGIN)
        borders = [
            page.crop((0, 0, width, down)),
            page.crop((0, height - down // 2, width, height)),
            page.crop((0, 0, across, height)),
            page.crop((width - across, 0, width, height)),
        ]
        assert [ink(border) for border in borders] == [0, 0, 0, 0], f"page {number}"
        # Above the footer.
        assert LEAST_INK < ink(page.crop((0, 0, width, int(height * 0.92)))) < MOST_INK, f"page {number}"


def test_a_pdf_says_all_sentences_in_letters_that_can_be_searched() -> None:
    reader = PdfReader(io.BytesIO(pdf("german")))
    text = " ".join(" ".join(page.extract_text().split()) for page in reader.pages)
    for section in demo_report("de").sections:
        for sentence in section.sentences:
            assert sentence in text


def test_pages_are_numbered_and_the_document_has_a_title_and_a_language() -> None:
    reader = PdfReader(io.BytesIO(pdf("german")))
    count = len(reader.pages)
    assert f"Seite 1 von {count}" in reader.pages[0].extract_text()
    assert f"Seite {count} von {count}" in reader.pages[-1].extract_text()
    assert reader.metadata is not None
    assert reader.metadata.title == "Kapazitätsbericht – Demo"


def test_what_a_drawing_shows_stands_below_it_in_words() -> None:
    reader = PdfReader(io.BytesIO(pdf("german")))
    text = " ".join(" ".join(page.extract_text().split()) for page in reader.pages)
    for section in demo_report("de").sections:
        for picture in section.pictures:
            assert picture.alt in text


def drawings(report: Report) -> list[Image.Image]:
    found = [draw(report, picture) for section in report.sections for picture in section.pictures]
    return [Image.open(io.BytesIO(drawing.png)) for drawing in found if drawing is not None]


def test_every_picture_is_drawn_whatever_machines_and_orders_are_called() -> None:
    for report in (demo_report("de"), hostile_report()):
        made = drawings(report)
        assert len(made) == 3
        for image in made:
            assert 0.01 < ink(image.convert("L")) < 0.8
            assert image.width == 1152


def test_bars_differ_without_color() -> None:
    load = drawings(demo_report("de"))[0].convert("L")
    shades = [shade for shade, count in enumerate(load.histogram()) if count > 400]
    assert len(shades) >= 3
    assert max(shades) - min(shades) > 120
