"""A stranger's file: read as it is meant, or refused with what would be right."""

import os
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadhand.errors import InvalidRequest, JsonValue
from storage.exchange.cells import header_of, read_row
from storage.exchange.csv_file import Unreadable, open_csv
from storage.exchange.entities import BY_NAME
from storage.exchange.exporting import write_header, write_rows
from storage.exchange.folder import files_of, given_columns
from storage.exchange.kinds import Place
from storage.exchange.problems import MAX_PROBLEMS_A_FILE, Findings, TooManyProblems

SAVE_AS = 'a file saved as "CSV UTF-8 (comma delimited)"'


def read(path: Path) -> list[list[str]]:
    with open_csv(path) as file:
        return [file.header, *(row.cells for row in file.rows)]


def written(folder: Path, content: bytes) -> Path:
    path = folder / "skill.csv"
    path.write_bytes(content)
    return path


@pytest.mark.parametrize(
    "content",
    [
        "id,code\ns,Dreh ü\n".encode(),
        "id,code\r\ns,Dreh ü\r\n".encode(),
        "id,code\rs,Dreh ü\r".encode(),
        "\ufeffid,code\ns,Dreh ü\n".encode(),
        "id,code\ns,Dreh ü".encode("utf-16"),
        "\ufeffid,code\ns,Dreh ü".encode("utf-16-be"),
        'id,code\n"s","Dreh ü"\n\n,\n'.encode(),
    ],
)
def test_a_file_in_unicode_is_read_whatever_its_marks_and_line_ends(tmp_path: Path, content: bytes) -> None:
    assert read(written(tmp_path, content)) == [["id", "code"], ["s", "Dreh ü"]]


@pytest.mark.parametrize(
    ("content", "row", "reason", "right"),
    [
        (b"", None, "is empty", "a header with the names of the columns, then the rows"),
        (b"\n\n", None, "is empty", "a header with the names of the columns, then the rows"),
        (b"id;code\ns;T\n", 1, "has its columns parted by ;", "commas between columns"),
        (b"id\tcode\ns\tT\n", 1, "has its columns parted by a tab", "commas between columns"),
        (b"id|code\ns|T\n", 1, "has its columns parted by |", "commas between columns"),
        (
            b"sep=;\nid;code\n",
            1,
            "begins with a line for one spreadsheet program",
            "the header as the first line, commas between",
        ),
        (
            "id,code\ns,T\nt,Fräsen\n".encode("cp1252"),
            3,
            "is not UTF-8; it may be Windows-1252 or Latin-1",
            'the same file saved as UTF-8, where this cell reads "Fräsen"',
        ),
        ("id,code\n".encode("utf-16-le"), None, "looks like UTF-16 without its mark", SAVE_AS),
        ("id,code\n".encode("utf-32"), None, "is in UTF-32", SAVE_AS),
        (b"\xff\xfei\x00d\x00\x00\xd8", 1, "is not valid UTF-16", SAVE_AS),
        (b"PK\x03\x04rest of a workbook", None, "is a spreadsheet, not text", SAVE_AS),
        (b"id,code\ns,T\x00\n", 2, "holds a NUL byte", "text without NUL bytes"),
        (
            b'id,code\ns,"T\nt,U\n',
            2,
            "has a quote that is never closed, or a cell far too long",
            'a " at the end of the cell',
        ),
        (
            b'id,code\ns,"3" pipe"\n',
            2,
            "has text behind a closing quote",
            'a quote inside a quoted cell doubled, as in "3"" pipe"',
        ),
        (b"id,code\n" + b"x" * 200_000, 2, "has a line of more than 131,072 characters", ""),
        (
            b'id,code\ns,"' + b"x\n" * 100_000 + b'"\n',
            2,
            "has a quote that is never closed, or a cell far too long",
            'a " at the end of the cell',
        ),
    ],
)
def test_a_file_of_another_kind_is_refused_with_what_would_be_right(
    tmp_path: Path, content: bytes, row: int | None, reason: str, right: str
) -> None:
    with pytest.raises(Unreadable) as refused:
        read(written(tmp_path, content))
    assert (refused.value.row, refused.value.reason, refused.value.right) == (row, reason, right)


def test_what_is_not_a_file_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "skill.csv")
    with pytest.raises(Unreadable, match="is not a file"):
        read(tmp_path / "skill.csv")


def test_rows_are_counted_as_a_spreadsheet_counts_them(tmp_path: Path) -> None:
    path = written(tmp_path, b'id,code\n\n"s","a\nb"\n,\nt,U\n')
    with open_csv(path) as file:
        assert [row.number for row in file.rows] == [3, 5]


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        (["id", "cod"], ["skill.csv row 1, cod: is no column of this file; right would be: code"]),
        (["id", "code", "code"], ["skill.csv row 1, code: is there twice; right would be: each column once"]),
        (
            ["code"],
            ["skill.csv row 1: none of the columns id, external_id is there; right would be: one of them"],
        ),
        (["id"], ["skill.csv row 1: the column code is missing; right would be: a column code"]),
    ],
)
def test_a_header_says_exactly_the_columns_of_its_file(header: list[str], expected: list[str]) -> None:
    findings = Findings()
    assert given_columns(BY_NAME["skill"], header, findings) is None
    assert [str(problem) for problem in findings.problems][: len(expected)] == expected


def test_a_file_that_is_nearly_named_right_is_not_passed_over(tmp_path: Path) -> None:
    (tmp_path / "machines.csv").touch()
    (tmp_path / "skill.csv").touch()
    (tmp_path / "notes.txt").touch()
    findings = Findings()
    assert list(files_of(tmp_path, findings)) == ["skill"]
    assert [str(p) for p in findings.problems] == [
        "machines.csv: is no file of a shop; right would be: machine.csv"
    ]


def test_a_folder_that_is_not_there_a_file_and_one_without_a_shop_are_told_apart(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    for path, said in ((tmp_path / "none", "There is no folder"), (tmp_path / "file", "is a file")):
        with pytest.raises(InvalidRequest, match=said):
            files_of(path, Findings())
    (tmp_path / "empty").mkdir()
    with pytest.raises(InvalidRequest, match="holds no file of a shop"):
        files_of(tmp_path / "empty", Findings())


def test_one_bad_file_does_not_drown_the_others() -> None:
    findings = Findings()
    for row in range(MAX_PROBLEMS_A_FILE):
        findings.problem("a.csv", row, "is wrong")
    with pytest.raises(TooManyProblems):
        findings.problem("a.csv", 1000, "is wrong")
    findings.problem("b.csv", 2, "is wrong")
    assert len(findings.problems) == MAX_PROBLEMS_A_FILE + 1


TEXTS = st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\0"), max_size=40)
FORMULAS = st.sampled_from(["=", "'=", "''-", "@", "＋", "\r", "\n", "\t", "'"])


@given(texts=st.lists(st.one_of(TEXTS, st.builds(str.__add__, FORMULAS, TEXTS)), min_size=1, max_size=5))
def test_a_file_says_after_writing_and_reading_what_it_said_before(
    tmp_path_factory: pytest.TempPathFactory, texts: list[str]
) -> None:
    path = tmp_path_factory.mktemp("round") / "downtime.csv"
    entity, zone = BY_NAME["downtime"], ZoneInfo("Australia/Lord_Howe")
    records: list[dict[str, JsonValue]] = [
        {
            "id": f"d{n}",
            "machine_id": "m",
            "start": "2026-12-07T06:00:00+00:00",
            "end": None,
            "kind": "breakdown",
            "note": text,
            "source": "app",
            "external_id": None,
        }
        for n, text in enumerate(texts)
    ]
    with path.open("w", encoding="utf-8", newline="") as file:
        write_header(file, entity)
        write_rows(file, entity, records, Place(zone))
    findings = Findings()
    with open_csv(path) as read_file:
        header = header_of(entity, read_file.header)
        found = [read_row(header, row, zone, findings).record for row in read_file.rows]
    assert findings.problems == []
    assert found == records
