"""A report as a browser shows it: on a phone, on a desk, on paper, and with a shop's words that mean harm."""

from pathlib import Path

import pypdfium2 as pdfium
import pytest

from reports.forms import Form, render
from tests.browser.chromium import measured, printed
from tests.unit.reports.made_reports import HOSTILE, demo_report, hostile_report

PHONE, TABLET, DESK = 360, 768, 1100


@pytest.mark.parametrize("width", [PHONE, TABLET, DESK])
def test_nothing_lies_beyond_the_window_and_every_picture_is_there(tmp_path: Path, width: int) -> None:
    found = measured(tmp_path, render(demo_report("de"), Form.HTML).body, width)
    assert (found["width"], found["beyond"]) == (width, [])
    assert found["images"] == [1152, 1152, 1152]
    assert isinstance(found["smallest"], float | int)
    assert found["smallest"] >= 12


def test_all_that_a_report_says_can_be_read(tmp_path: Path) -> None:
    report = demo_report("de")
    text = measured(tmp_path, render(report, Form.HTML).body, DESK)["text"]
    assert isinstance(text, str)
    for section in report.sections:
        assert section.title in text
        assert [sentence for sentence in section.sentences if sentence not in text] == []


def test_words_of_a_shop_are_shown_and_do_nothing(tmp_path: Path) -> None:
    found = measured(tmp_path, render(hostile_report(), Form.HTML).body, PHONE)
    assert isinstance(found["text"], str)
    assert HOSTILE[0] in found["text"]
    assert (found["scripts"], found["images"]) == (0, [1152, 1152, 1152])
    assert (found["width"], found["beyond"]) == (PHONE, [])


def test_it_prints_without_blank_pages_and_with_the_last_section(tmp_path: Path) -> None:
    report = demo_report("de")
    document = pdfium.PdfDocument(printed(tmp_path, render(report, Form.HTML).body))
    texts = [document[page].get_textpage().get_text_range() for page in range(len(document))]
    document.close()
    assert all(len(text.split()) > 5 for text in texts)
    assert report.sections[-1].title in " ".join(" ".join(texts).split())
    assert len(texts) < 20
