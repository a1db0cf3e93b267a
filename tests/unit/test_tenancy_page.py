"""docs/tenancy.md names what there is, and its example runs."""

import re
from pathlib import Path
from pkgutil import resolve_name

import pytest

PAGE = (Path(__file__).parents[2] / "docs" / "tenancy.md").read_text(encoding="utf-8")
NAMED = re.findall(r"`([a-z_.]+:[A-Za-z_.]+)`", PAGE)


@pytest.mark.parametrize("name", NAMED)
def test_what_the_page_names_is_in_the_code(name: str) -> None:
    assert resolve_name(name) is not None


def test_each_step_on_the_page_says_where_it_is() -> None:
    steps = re.findall(r"^\| \d+ \|.*$", PAGE, re.MULTILINE)
    assert len(steps) >= 10
    assert [step for step in steps if not re.search(r"`[a-z_.]+:[A-Za-z_.]+` *(·.*)?\|$", step)] == []


def test_the_policies_on_the_page_are_those_of_the_migrations() -> None:
    [policy] = re.findall(r"```sql\n(.*?)```", PAGE, re.DOTALL)
    migration = Path(__file__).parents[2] / "storage" / "migrations" / "versions" / "0001_shop.sql"
    installed = re.sub(r"[\s']+", "", migration.read_text(encoding="utf-8"))
    for condition in policy.replace("  and", "").splitlines():
        assert re.sub(r"[\s']+", "", condition) in installed


def test_the_example_of_permissions_runs(capsys: pytest.CaptureFixture[str]) -> None:
    [example] = [code for code in re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL) if "require(" in code]
    exec(compile(example, "docs/tenancy.md", "exec"), {})  # noqa: S102 - our own page
    assert capsys.readouterr().out == "permission_denied\n"
