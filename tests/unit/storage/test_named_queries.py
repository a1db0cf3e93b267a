"""All SQL of the repositories lies in files, named and with a purpose, and all of it is used."""

import ast
from functools import cache
from pathlib import Path

import pytest

import storage
from planning.plan_writes import WritableTable
from storage.named_queries import FOLDER, named_queries, read_queries

STORAGE = Path(storage.__file__).parent
FILES = sorted(path.stem for path in FOLDER.glob("*.sql"))


@cache
def sources() -> tuple[tuple[Path, ast.Module], ...]:
    paths = [path for folder in (STORAGE, STORAGE.parent / "jobs") for path in folder.rglob("*.py")]
    return tuple((path, ast.parse(path.read_text(encoding="utf-8"))) for path in paths)


@cache
def loaded(module: ast.Module) -> set[str]:
    """The files of queries that a module loads."""
    return {
        str(node.args[0].value)
        for node in ast.walk(module)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id == "named_queries"
        and isinstance(node.args[0], ast.Constant)
    }


@cache
def words(module: ast.Module) -> set[str]:
    """Every string a module holds; a query's name is one of them, or its end after `delete_` or `insert_`."""
    return {
        node.value
        for node in ast.walk(module)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }


@pytest.mark.parametrize("file", FILES)
def test_every_query_has_a_name_and_a_purpose(file: str) -> None:
    for query in read_queries(FOLDER / f"{file}.sql"):
        assert len(query.purpose.split()) >= 2, query.name


@pytest.mark.parametrize("file", FILES)
def test_every_query_is_used_by_a_module_that_loads_its_file(file: str) -> None:
    texts: set[str] = set()
    for _, module in sources():
        if file in loaded(module):
            texts |= words(module)
    used = texts | {f"{verb}_{text}" for verb in ("delete", "insert") for text in texts}
    if file == "shop_writer":  # insert_<table> is formed from the tables of the records
        used |= {f"insert_{text}" for text in words(ast.parse((STORAGE / "shop_records.py").read_text()))}
    if file == "plan_rows":  # formed from the tables that writes change
        verbs = ("insert", "update", "delete")
        used |= {f"{verb}_{table.value}" for verb in verbs for table in WritableTable}
    if file in {"exchange_export", "exchange_stored"}:  # a query for each file of the declaration
        used |= words(ast.parse((STORAGE / "exchange" / "entities.py").read_text()))
    assert set(named_queries(file)) - used == set()


def test_no_statement_is_put_together_from_pieces_of_text() -> None:
    """A name or value that gets into SQL by formatting is where injection begins."""
    verbs = ("select ", "insert ", "update ", "delete ", "create ", "alter ", "drop ", "with ")
    formed = [
        f"{path.name}:{node.lineno}"
        for path, module in sources()
        for node in ast.walk(module)
        if isinstance(node, ast.JoinedStr)
        and node.values
        and isinstance(node.values[0], ast.Constant)
        and str(node.values[0].value).lower().lstrip().startswith(verbs)
    ]
    assert formed == []


@pytest.mark.parametrize(
    "text",
    [
        "select 1;",
        "-- name: lonely\nselect 1;",
        "-- name: a\n-- Purpose.\n",
        "-- name: a\n-- One.\nselect 1;\n-- name: a\n-- Two.\nselect 2;",
        "-- name: NotSnake\n-- Purpose.\nselect 1;",
        "",
    ],
)
def test_a_file_that_breaks_the_form_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "broken.sql"
    path.write_text(text)
    with pytest.raises(ValueError, match=r"broken\.sql"):
        read_queries(path)


def test_queries_are_split_at_their_headings(tmp_path: Path) -> None:
    path = tmp_path / "two.sql"
    path.write_text(
        "-- name: a\n-- First of two.\nselect 1;\n\n-- name: b\n-- Second of two.\nselect 2\n  from t;\n"
    )
    assert [(q.name, q.purpose, q.sql) for q in read_queries(path)] == [
        ("a", "First of two.", b"select 1;"),
        ("b", "Second of two.", b"select 2\n  from t;"),
    ]
