"""Settings: a wrong one is named in one line, and every one of them is documented."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from leadhand.dev_secret import signing_secret
from leadhand.errors import InvalidSetting
from leadhand.prices import load_prices
from leadhand.settings import PREFIX, Settings, load_settings
from memory.processors import processing
from models.embeddings.opening import open_embedder
from models.factory import open_chat_model
from models.reranking import open_reranker

DOCS = Path(__file__).parents[2] / "docs" / "settings.md"


def _name(field: str) -> str:
    return str(Settings.model_fields[field].validation_alias or PREFIX + field.upper())


def _names() -> set[str]:
    return {_name(field) for field in Settings.model_fields}


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
        _name(name): field.default
        for name, field in Settings.model_fields.items()
        if field.default_factory is None and field.default is not None
    }
    assert set(defaults) <= set(rows)
    for name, default in defaults.items():
        shown = f"{default:g}" if isinstance(default, float) else str(default)
        assert rows[name] == shown, name


# For settings that are neither numbers nor choices: what nobody can mean. A wrong value of a secret has the
# canary in it, which must not be shown.
WRONG_TEXTS: dict[str, list[str]] = {
    "LEADHAND_ALLOWED_ORIGINS": ["*", "board.example", "https://board.example/path"],
    "LEADHAND_DATA_DIR": ["/dev/null/leadhand"],
    "LEADHAND_DATABASE_URL": ["mysql://me:canary@somewhere/else", "canary"],
    "LEADHAND_EMBEDDING_MODEL": [" ", "two\nlines", "a-model-without-an-endpoint"],
    "LEADHAND_JWKS_URL": ["id.example/keys", "ftp://id.example/keys", "https://"],
    "LEADHAND_JWT_AUDIENCE": [" ", "two\nlines"],
    "LEADHAND_JWT_ISSUER": [" ", "two\nlines"],
    "LEADHAND_JWT_SECRET": ["canary"],
    "LEADHAND_LISTEN_URL": ["mysql://me:canary@somewhere/else", "canary"],
    "LEADHAND_MAIL_FROM": ["reports", "a@b.example\nBcc: c@d.example", "a@b.example, c@d.example"],
    "LEADHAND_METRICS_TOKEN": ["canary\n", "two canary words", "cañary"],
    "LEADHAND_MIGRATION_URL": ["mysql://me:canary@somewhere/else", "canary"],
    "LEADHAND_MODEL": [" ", "two\nlines", "a-model-without-an-endpoint"],
    "LEADHAND_PRICES": ["{", "/no/such/file"],
    "LEADHAND_PROCESSORS": ["trimm", "trim,", "trim,trim", "none,trim"],
    "LEADHAND_REPORT_FOLDER": ["reports"],
    "LEADHAND_RERANK_KEY": ["canary\n", "two canary words", "cañary"],
    "LEADHAND_RERANK_MODEL": [" ", "two\nlines", "a-model-without-an-endpoint"],
    "LEADHAND_RERANK_URL": ["localhost:8000/rerank", "ftp://host/rerank", "http://"],
    "LEADHAND_SMALL_MODEL": [" ", "two\nlines"],
    "LEADHAND_SMTP_URL": ["canary.example:25", "http://me:canary@mail.example", "smtp://me:canary@mail:x"],
    "OTEL_EXPORTER_OTLP_ENDPOINT": ["localhost:4318", "grpc://host:4317"],
    "OPENAI_API_KEY": ["canary\n", "two canary words", "cañary"],
    "OPENAI_BASE_URL": ["localhost:8000", "ftp://host/v1", "http://"],
}
# What a wrong value needs beside it to be looked at.
COMPANIONS: dict[str, dict[str, str]] = {
    "LEADHAND_RERANK_URL": {"LEADHAND_RERANK_MODEL": "some-model"},
    "OPENAI_BASE_URL": {"LEADHAND_MODEL": "some-model"},
    "LEADHAND_JWKS_URL": {"LEADHAND_JWT_ISSUER": "https://id.example", "LEADHAND_JWT_AUDIENCE": "leadhand"},
}


def wrong_values() -> dict[str, list[str]]:
    """For every setting values just outside of what its schema allows, or those of the table."""
    properties = Settings.model_json_schema(by_alias=False)["properties"]
    return {
        _name(field): WRONG_TEXTS.get(_name(field), list(_beyond(properties[field])))
        for field in Settings.model_fields
    }


def _beyond(schema: dict[str, Any]) -> Iterator[str]:
    for choice in schema.get("anyOf", [schema]):
        if choice.get("type") in {"integer", "number", "boolean"} or "$ref" in choice:
            yield "no-such-value"
        if choice.get("type") in {"integer", "number"}:
            yield "nan"
        for bound, step in (
            ("minimum", -1),
            ("exclusiveMinimum", 0),
            ("maximum", 1),
            ("exclusiveMaximum", 0),
        ):
            if bound in choice:
                yield str(choice[bound] + step)


def start() -> None:
    """What a start looks at before it opens anything."""
    settings = load_settings()
    signing_secret(settings)
    load_prices(settings.prices)
    open_chat_model(settings)
    open_embedder(settings)
    open_reranker(settings)
    processing(settings.processors, window_tokens=settings.window_tokens)


def test_every_setting_has_a_value_that_is_refused() -> None:
    unchecked = [name for name, values in wrong_values().items() if not values]
    assert not unchecked, "give Settings a check for these, and WRONG_TEXTS what it refuses"


@pytest.mark.parametrize(
    ("name", "value"), [(name, value) for name, values in wrong_values().items() for value in values]
)
def test_a_wrong_setting_stops_the_start_with_one_line_that_names_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, name: str, value: str
) -> None:
    monkeypatch.setenv("LEADHAND_DATA_DIR", str(tmp_path))
    for companion, right in COMPANIONS.get(name, {}).items():
        monkeypatch.setenv(companion, right)
    monkeypatch.setenv(name, value)
    with pytest.raises(InvalidSetting) as caught:
        start()
    assert re.match(rf"{name}: \S", caught.value.message)
    assert "\n" not in caught.value.message
    assert "canary" not in caught.value.message, "a secret is never shown"


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
