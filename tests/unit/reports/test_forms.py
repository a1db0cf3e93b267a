"""Each form says what the report says, and takes a shop's words for nothing but text."""

import csv
import io
import subprocess
import sys
import zipfile
from html.parser import HTMLParser

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from reports.forms import Form, render
from reports.forms.markdown import plain
from reports.report import Report
from reports.wording import Words, one_line
from storage.exchange.escaping import escaped, unescaped
from tests.unit.reports.made_reports import HOSTILE, demo_report, hostile_report

FORMULA = ("=", "+", "-", "@", "\t", "\r")


class Seen(HTMLParser):
    """The elements, attributes and texts of a page."""

    def __init__(self, body: bytes) -> None:
        super().__init__()
        self.elements: list[str] = []
        self.attributes: list[tuple[str, str]] = []
        self.text = ""
        self.feed(body.decode())
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append(tag)
        self.attributes += [(name, value or "") for name, value in attrs]

    def handle_data(self, data: str) -> None:
        self.text += data + "\n"


@pytest.mark.parametrize("form", list(Form))
def test_a_file_is_named_for_its_day_and_the_same_bytes_each_time(form: Form) -> None:
    report = hostile_report()
    one, other = render(report, form), render(report, form)
    assert one.name == f"capacity-report-2026-12-01.{'zip' if form is Form.CSV else form.value}"
    assert form is Form.XLSX or one.body == other.body


def test_json_is_the_report() -> None:
    assert Report.from_json(render(demo_report(), Form.JSON).body) == demo_report()


def test_html_has_every_section_figure_and_picture() -> None:
    report = demo_report()
    seen = Seen(render(report, Form.HTML).body)
    for section in report.sections:
        assert section.title in seen.text
        assert all(sentence in seen.text for sentence in section.sentences)
    alts = [value for name, value in seen.attributes if name == "alt"]
    assert alts == [picture.alt for section in report.sections for picture in section.pictures]
    assert len(alts) == 3


def test_html_takes_words_of_a_shop_for_text() -> None:
    body = render(hostile_report(), Form.HTML).body
    seen = Seen(body)
    assert not {"script", "iframe", "object", "link", "form", "base"} & set(seen.elements)
    assert not [name for name, _ in seen.attributes if name.startswith("on")]
    sources = [value for name, value in seen.attributes if name in {"src", "href"}]
    assert all(value.startswith(("data:image/png;base64,", "#")) for value in sources)
    assert one_line(HOSTILE[0]) in seen.text
    assert one_line(HOSTILE[1]) in seen.text


def test_html_forbids_whatever_could_run_or_be_loaded() -> None:
    seen = Seen(render(hostile_report(), Form.HTML).body)
    policies = [value for name, value in seen.attributes if name == "content" and "default-src" in value]
    assert policies
    assert policies[0].startswith("default-src 'none'")
    assert "script-src" not in policies[0]


def test_markdown_has_every_section_and_no_markup_of_a_shop() -> None:
    text = render(hostile_report(), Form.MARKDOWN).body.decode()
    tokens = MarkdownIt("commonmark", {"html": True, "linkify": False}).enable("table").parse(text)
    inner = [child.type for token in tokens for child in token.children or []]
    assert {"html_inline", "link_open", "image", "code_inline"} & set(inner) == set()
    assert {token.type for token in tokens} & {
        "html_block",
        "code_block",
        "fence",
        "blockquote_open",
    } == set()
    words = "".join(child.content for token in tokens for child in token.children or [])
    assert 'onerror="alert(1)"' in words


def test_markdown_tables_have_as_many_cells_in_each_row() -> None:
    text = render(hostile_report(), Form.MARKDOWN).body.decode()
    tokens = MarkdownIt("commonmark").enable("table").parse(text)
    widths: list[int] = []
    for token in tokens:
        if token.type == "table_open":
            widths = []
        elif token.type == "tr_open":
            widths.append(0)
        elif token.type in {"td_open", "th_open"}:
            widths[-1] += 1
        elif token.type == "table_close":
            assert len(set(widths)) == 1


@given(st.text(st.characters(exclude_categories=["C", "Z"], include_characters=" "), max_size=60))
def test_any_words_read_in_markdown_as_they_stand(words: str) -> None:
    html = MarkdownIt("commonmark").enable("table").render(f"x {plain(words)}")
    seen = Seen(html.encode())
    assert set(seen.elements) <= {"p"}
    assert seen.text.replace("\u2060", "").split() == f"x {one_line(words)}".replace("\u2060", "").split()


def sheets(report: Report) -> openpyxl.Workbook:
    return openpyxl.load_workbook(io.BytesIO(render(report, Form.XLSX).body))


def test_a_workbook_has_a_sheet_for_each_table_with_all_its_rows() -> None:
    report, book = demo_report(), sheets(demo_report())
    tables = [t for section in report.sections for t in section.tables if t.rows]
    assert len(book.sheetnames) == len(tables) + 1
    for table, name in zip(tables, book.sheetnames[1:], strict=True):
        assert book[name].max_row == len(table.rows) + 1 + bool(table.note)


def test_times_in_a_workbook_are_times_and_numbers_numbers() -> None:
    sheet = sheets(demo_report())["Late orders"]
    late = demo_report().table("late")
    assert late is not None
    assert sheet["D2"].is_date
    assert sheet["E2"].value == late.rows[0]["tardiness_h"]


@pytest.mark.parametrize("report", [hostile_report, demo_report])
def test_no_cell_of_a_spreadsheet_is_computed(report: object) -> None:
    made = hostile_report() if report is hostile_report else demo_report()
    cells = [cell for sheet in sheets(made) for row in sheet.iter_rows() for cell in row]
    assert [cell.coordinate for cell in cells if cell.data_type == "f"] == []
    texts = [cell.value for cell in cells if isinstance(cell.value, str)]
    assert [text for text in texts if text.startswith(FORMULA)] == []
    assert [
        text for row in csv_rows(made) for text in row if text.startswith(FORMULA) and not is_number(text)
    ] == []


def csv_rows(report: Report) -> list[list[str]]:
    with zipfile.ZipFile(io.BytesIO(render(report, Form.CSV).body)) as archive:
        texts = [archive.read(name).decode("utf-8-sig") for name in archive.namelist()]
    return [row for text in texts for row in csv.reader(io.StringIO(text))]


def is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def test_csv_files_hold_the_same_words_and_numbers() -> None:
    rows = csv_rows(hostile_report())
    assert any(escaped(one_line(HOSTILE[1])) in row for row in rows)
    assert unescaped(escaped(HOSTILE[1])) == HOSTILE[1]
    names = zipfile.ZipFile(io.BytesIO(render(demo_report(), Form.CSV).body)).namelist()
    assert names[0] == "key_figures.csv"
    assert "machine_weeks.csv" in names


def test_long_tables_say_how_many_rows_are_left_out() -> None:
    text = render(demo_report(), Form.MARKDOWN).body.decode()
    schedule = demo_report().table("schedule")
    assert schedule is not None
    assert Words("en")("report.and_more", count=str(schedule.total_rows - 40)) in text


def test_nothing_that_draws_or_typesets_is_loaded_before_it_is_used() -> None:
    check = (
        "import sys, reports.content, reports.forms\n"
        "heavy = {'matplotlib', 'reportlab', 'jinja2', 'openpyxl', 'PIL'} & set(sys.modules)\n"
        "sys.exit(bool(heavy))"
    )
    done = subprocess.run([sys.executable, "-c", check], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
