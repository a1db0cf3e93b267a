"""Headers and words of cells in scripts and languages of their own are known, and one with two readings is
asked about."""

import tomllib
from collections import defaultdict
from pathlib import Path

import pytest

from storage.foreign.decisions import Decisions, Scoped
from storage.foreign.fields import FIELDS, ROWS
from storage.foreign.profile import fingerprint
from storage.foreign.tables import tables_of
from storage.foreign.vocabulary import folded, key_of, words
from storage.foreign.words_of_cells import learn_marks, learn_statuses
from tests.unit.foreign.given_files import read, rows
from tests.unit.foreign.test_columns import laid_out
from tests.unit.foreign.test_files import text_of

FIXTURES = Path(__file__).parents[2] / "fixtures"
_OPERATIONS = ("order", "operation", "operation_name", "quantity", "due", "machine", "setup", "run", "status")
_HEADS = tomllib.loads((FIXTURES / "headers_of_languages.toml").read_text(encoding="utf-8"))
_CATEGORIES = (
    "status",
    "priority",
    "marks",
    "levels",
    "absence",
    "approval",
    "service",
    "weekdays",
    "months",
)


@pytest.mark.parametrize("language", _HEADS)
def test_the_columns_of_operations_are_known_by_the_headers_of_the_language(language: str) -> None:
    *headers, word = _HEADS[language].split(";")
    text = f"{';'.join(headers)}\nA-1;10;Mill;5;2026-12-07;M1;15;2,5;{word}\n"
    layout, decisions = laid_out(text)
    assert layout is not None
    assert layout.kind == "operations"
    said = {field: layout.columns[field][0].header for field in _OPERATIONS}
    assert said == dict(zip(_OPERATIONS, headers, strict=True))
    assert (decisions.made["setup.unit"].value, decisions.made["run.unit"].value) == ("min", "min_per_piece")
    assert learn_statuses(Scoped(Decisions({})), [word])[word] in {"in_progress", "released"}


@pytest.mark.parametrize("category", _CATEGORIES)
def test_no_word_of_a_language_says_another_thing_in_the_next(category: str) -> None:
    keys: dict[str, set[str]] = defaultdict(set)
    for key, phrases in words(category).items():
        for phrase in phrases:
            keys[phrase].add(key)
    assert [phrase for phrase, found in keys.items() if len(found) > 1] == []


def test_no_header_is_two_fields_of_a_row_that_its_cells_would_not_tell_apart() -> None:
    for kind, fields in ROWS.items():
        for phrase in ("作业", "工号", "час", "машина", "tür", "gép", "ชื่อ"):
            found = [name for name in fields if folded(phrase) in words("fields").get(name, ())]
            shapes = {FIELDS[name].shape for name in found}
            assert len(found) <= max(1, len(shapes)), (kind, phrase, found)


def test_a_word_with_two_readings_is_a_question() -> None:
    assert read("工单号;数量;要求交期;确认交期\nA;5;2026-12-07;2026-12-14\n")[1] == {"due"}
    # Ukrainian for time, Bulgarian and Russian for an hour.
    decisions = laid_out("Замовлення;Оп;Верстат;Кількість;Час на деталь\nA;10;M1;5;3\n")[1]
    assert "run.unit" in decisions.questions
    scope = Scoped(Decisions({}))
    learn_statuses(scope, ["открыт", "готов"])
    learn_marks(scope, ["○", "×"])
    assert set(scope.decisions.questions) == {"status.открыт", "status.готов", "mark.○", "mark.×"}


def test_rows_of_words_alone_are_no_header_again_and_other_headers_are_another_file() -> None:
    (table,) = tables_of(text_of("设备;班次\n铣床;早班\n车床;夜班\n"))
    assert ([row.number for row in table.rows], table.skipped) == ([2, 3], ())
    assert fingerprint([["设备", "班次"]]) != fingerprint([["员工", "日期"]])


def test_totals_absences_days_and_months_are_known() -> None:
    done, asked = read("Сотрудник;С;По;Причина\n7;04.12.2026;05.12.2026;больничный\nИтого;;;2\n")
    assert rows(done, "operator_absence", "kind") == [("sick",)] or "new_operators" in asked
    assert [key_of("weekdays", day) for day in ("월요일", "周三", "пятница", "วันอาทิตย์")] == [
        "1",
        "3",
        "5",
        "7",
    ]
    assert [key_of("months", month) for month in ("грудня", "Δεκεμβρίου", "ธ.ค.", "ديسمبر")] == ["12"] * 4
    (table,) = tables_of(text_of("工单号;数量;交期\nA;5;2026-12-07\nB;6;2026-12-08\n合计;11;\n"))
    assert len(table.rows) == 2
    (table,) = tables_of(text_of("社員番号;氏名;班\n101;Abe;A\n102;Ito;B\n凡例;A：昼;B：夜\n"))
    assert ([row.number for row in table.rows], table.skipped) == ([2, 3], ("row 4 is a legend (凡例)",))
