"""Documents of every kind become blocks that know where they stand; what is none is refused by reason."""

import pytest

from knowledge.parsing.blocks import Block, Kind, Unreadable
from knowledge.parsing.reading import read_document
from knowledge.parsing.sniffing import kind_of
from tests.unit.knowledge.files import CSV, HTML, MARKDOWN, docx_file, pdf_file, plain_zip, zip_bomb


def test_markdown_keeps_the_path_of_headings_and_the_text_as_it_was_written() -> None:
    document = read_document("markdown", MARKDOWN)
    assert document.title == "Coolant"
    assert document.blocks == (
        Block("Care of the emulsion.", ("Coolant",)),
        Block("Check it every Monday.", ("Coolant", "Concentration")),
        Block("| Machine | Percent |\n|---|---|\n| Puma | 8 |", ("Coolant", "Concentration")),
        Block("Never with water alone.", ("Coolant", "Concentration", "Top up")),
        Block("Call the contractor.", ("Coolant", "Disposal")),
    )


def test_html_gives_what_a_reader_sees_and_no_script() -> None:
    document = read_document("html", HTML)
    assert document.title == "Shift rules"
    assert document.blocks == (
        Block("The early shift begins at six.", ("Shifts",)),
        Block("Kind | Days", ("Shifts", "Absence")),
        Block("Leave | 28", ("Shifts", "Absence")),
    )


def test_a_row_of_csv_names_its_columns_in_whatever_code_page() -> None:
    document = read_document("csv", CSV)
    assert [block.text for block in document.blocks] == [
        "Maschine: Puma; Öl: ISO 68",
        "Maschine: Okuma; Öl: ISO 32 für Führungen",
    ]


def test_a_word_document_gives_paragraphs_headings_and_rows_of_tables() -> None:
    document = read_document("docx", docx_file())
    assert document.title == "Safety"
    assert document.blocks == (
        Block("Wear glasses.", ("Safety",)),
        Block("Hoist | 500 kg", ("Safety", "Lifting")),
    )


def test_a_pdf_gives_the_text_of_each_page_with_its_number() -> None:
    document = read_document("pdf", pdf_file("Spindle warm-up", "Bar feeder"))
    assert document.blocks == (Block("Spindle warm-up", (), 1), Block("Bar feeder", (), 2))


@pytest.mark.parametrize(
    ("content", "name", "kind"),
    [
        (pdf_file("x"), "sheet", "pdf"),
        (docx_file(), "sheet.docx", "docx"),
        (HTML, "page.txt", "html"),
        (MARKDOWN, "README", "markdown"),
        (MARKDOWN, "notes.txt", "text"),
        (CSV, "oil.csv", "csv"),
        ("Öl nachfüllen".encode("utf-16"), "note", "text"),
    ],
)
def test_the_kind_of_a_file_is_told_by_its_content(content: bytes, name: str, kind: Kind) -> None:
    assert kind_of(content, name) == kind


@pytest.mark.parametrize(
    ("content", "name", "reason"),
    [
        (b" \n", "empty.md", "empty"),
        (b"MZ\x90\0\3\0\0\0", "report.pdf", "not_what_its_name_says"),
        (pdf_file("x"), "report.docx", "not_what_its_name_says"),
        (b"Just words.", "report.pdf", "not_what_its_name_says"),
        (plain_zip(), "files.zip", "unknown_type"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "photo.png", "unknown_type"),
        (b"PK\x03\x04 and no more", "report.docx", "broken"),
    ],
)
def test_a_file_that_is_no_document_is_refused_by_reason(content: bytes, name: str, reason: str) -> None:
    with pytest.raises(Unreadable) as refused:
        kind_of(content, name)
    assert refused.value.reason == reason


@pytest.mark.parametrize(
    ("kind", "content", "reason"),
    [
        ("pdf", pdf_file("secret", password="known to few"), "encrypted"),
        ("pdf", pdf_file(), "no_text"),
        ("docx", zip_bomb(), "unpacks_too_large"),
        ("html", b"<html><script>only()</script></html>", "no_text"),
        ("text", b"word " * 500_000, "too_long"),
    ],
)
def test_a_document_that_cannot_be_used_is_refused_by_reason(kind: Kind, content: bytes, reason: str) -> None:
    with pytest.raises(Unreadable) as refused:
        read_document(kind, content)
    assert refused.value.reason == reason
