"""Settings: a wrong one is named in one line, and every one of them is documented."""

import re
from pathlib import Path

import pytest

from leadhand.errors import InvalidSetting
from leadhand.settings import PREFIX, Settings, load_settings

DOCS = Path(__file__).parents[2] / "docs" / "settings.md"


def _names() -> set[str]:
    return {
        str(field.validation_alias or PREFIX + name.upper()) for name, field in Settings.model_fields.items()
    }


def _documented() -> set[str]:
    return set(re.findall(r"^\| `([A-Z_]+)`", DOCS.read_text("utf-8"), flags=re.MULTILINE))


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in _names():
        monkeypatch.delenv(name, raising=False)


def test_the_documented_settings_are_the_settings() -> None:
    assert _documented() == _names()


def test_the_documented_defaults_are_the_defaults() -> None:
    rows = dict(re.findall(r"^\| `([A-Z_]+)` \| `([^`]+)`", DOCS.read_text("utf-8"), flags=re.MULTILINE))
    defaults = {
        str(field.validation_alias or PREFIX + name.upper()): field.default
        for name, field in Settings.model_fields.items()
        if field.default_factory is None and field.default is not None
    }
    assert set(defaults) <= set(rows)
    for name, default in defaults.items():
        shown = f"{default:g}" if isinstance(default, float) else str(default)
        assert rows[name] == shown, name


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("LEADHAND_MAX_STEPS", "many"),
        ("LEADHAND_MAX_RUN_S", "-1"),
        ("LEADHAND_DATABASE_POOL_MAX", "1000"),
        ("LEADHAND_ENV", "staging"),
        ("LEADHAND_JWT_SECRET", "short"),
        ("LEADHAND_DATABASE_PREPARE_THRESHOLD", "sometimes"),
    ],
)
def test_a_wrong_setting_is_named_in_one_line_without_its_value(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(InvalidSetting) as caught:
        load_settings()
    assert caught.value.message.startswith(f"{name}: ")
    assert "\n" not in caught.value.message
    if "SECRET" in name:
        assert value not in caught.value.message.removeprefix(name)


@pytest.mark.parametrize(
    ("given", "missing"),
    [
        ({"LEADHAND_ENV": "production"}, "LEADHAND_JWT_SECRET"),
        ({"LEADHAND_ENV": "production", "LEADHAND_JWT_SECRET": "s" * 32}, "LEADHAND_DATABASE_URL"),
        ({"LEADHAND_JWKS_URL": "https://id.example/keys"}, "LEADHAND_JWT_ISSUER"),
    ],
)
def test_production_refuses_unsafe_defaults(
    monkeypatch: pytest.MonkeyPatch, given: dict[str, str], missing: str
) -> None:
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(InvalidSetting) as caught:
        load_settings()
    assert missing in caught.value.message


def test_secrets_do_not_show_when_settings_are_printed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LEADHAND_JWT_SECRET", "s" * 40)
    monkeypatch.setenv("OPENAI_API_KEY", "sk-canary")
    monkeypatch.setenv("LEADHAND_DATABASE_URL", "postgresql://app:canary@localhost/db")
    shown = repr(load_settings())
    assert "canary" not in shown
    assert "s" * 40 not in shown


def test_preparing_statements_can_be_switched_off_for_a_pooler(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LEADHAND_DATABASE_PREPARE_THRESHOLD", "off")
    assert load_settings().database_prepare_threshold is None


def test_an_empty_variable_is_one_that_is_not_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LEADHAND_MODEL", "")
    monkeypatch.setenv("LEADHAND_MAX_STEPS", "")
    assert load_settings() == Settings()
    assert load_settings().model is None
