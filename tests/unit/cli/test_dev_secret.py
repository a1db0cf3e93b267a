"""The development secret: made once, for its owner alone, never in production."""

import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from stat import S_IMODE
from threading import Barrier

import pytest
from pydantic import SecretStr

from leadhand.dev_secret import FILE_NAME, signing_secret
from leadhand.errors import InvalidSetting
from leadhand.settings import Environment, Settings

SECRET = "a-secret-that-is-long-enough-for-hs256"


def test_it_is_made_once_and_readable_by_its_owner_alone(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path / "new" / "folder")
    first = signing_secret(settings)
    assert signing_secret(settings) == first
    assert len(first) >= 32
    assert S_IMODE((settings.data_dir / FILE_NAME).stat().st_mode) == 0o600
    assert [p.name for p in settings.data_dir.iterdir()] == [FILE_NAME]


def test_two_data_directories_have_two_secrets(tmp_path: Path) -> None:
    secrets = {signing_secret(Settings(data_dir=tmp_path / name)) for name in "ab"}
    assert len(secrets) == 2


def test_many_at_once_agree_on_one(tmp_path: Path) -> None:
    at_once = 16
    start = Barrier(at_once)

    def ask(_: int) -> str:
        start.wait()
        return signing_secret(Settings(data_dir=tmp_path))

    with ThreadPoolExecutor(at_once) as pool:
        found = set(pool.map(ask, range(at_once)))
    assert len(found) == 1
    assert [p.name for p in tmp_path.iterdir()] == [FILE_NAME]


def test_a_configured_secret_wins_and_nothing_is_kept(tmp_path: Path) -> None:
    assert signing_secret(Settings(data_dir=tmp_path, jwt_secret=SecretStr(SECRET))) == SECRET
    assert not list(tmp_path.iterdir())


def test_production_has_no_development_secret(tmp_path: Path) -> None:
    settings = Settings(
        env=Environment.PRODUCTION,
        data_dir=tmp_path,
        database_url=SecretStr("postgresql://leadhand_app@db/leadhand"),
        jwks_url="https://issuer.example/keys",
        jwt_issuer="https://issuer.example",
        jwt_audience="leadhand",
    )
    with pytest.raises(InvalidSetting, match="LEADHAND_JWT_SECRET"):
        signing_secret(settings)
    assert not list(tmp_path.iterdir())


def test_a_damaged_one_is_refused_rather_than_used(tmp_path: Path) -> None:
    (tmp_path / FILE_NAME).write_text("short\n")
    with pytest.raises(InvalidSetting, match="damaged"):
        signing_secret(Settings(data_dir=tmp_path))


def test_a_data_directory_that_is_a_file_is_a_wrong_setting(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("")
    with pytest.raises(InvalidSetting, match="LEADHAND_DATA_DIR"):
        signing_secret(Settings(data_dir=tmp_path / "taken"))


def test_no_draft_is_left_behind_where_links_are_impossible(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(source: object, target: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(os, "link", refuse)
    with pytest.raises(InvalidSetting, match="LEADHAND_DATA_DIR"):
        signing_secret(Settings(data_dir=tmp_path))
    assert not list(tmp_path.iterdir())
