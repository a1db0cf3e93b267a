"""`leadhand serve` before it serves: arguments, address, banner."""

import socket
from pathlib import Path

import pytest
from pydantic import SecretStr

from cli.banner import banner
from cli.listening import listening_socket, reserved_address, shared_address
from leadhand.errors import InvalidSetting
from leadhand.settings import Environment, Settings, load_settings
from tests.unit.cli.conftest import Run


def test_more_processes_than_the_embedded_postgres_has_connections_for_are_refused(run: Run) -> None:
    done = run("serve", "--workers", "5")
    assert done.exit_code == 1
    assert done.stderr.startswith("error[invalid_setting]: --workers 5: ")
    assert "18 each fit" in " ".join(done.stderr.split())


def test_a_port_in_use_is_not_shared_with_whom_it_belongs_to(run: Run) -> None:
    with listening_socket("127.0.0.1", 0) as other:
        port = int(other.getsockname()[1])
        done = run("serve", "--workers", "2", "--port", str(port))
    assert done.exit_code == 1
    assert f"cannot listen on 127.0.0.1 port {port}" in " ".join(done.stderr.split())


def test_processes_of_one_server_share_its_address_and_nobody_else_takes_it() -> None:
    with reserved_address("127.0.0.1", 0) as reserved:
        port = int(reserved.getsockname()[1])
        with shared_address("127.0.0.1", port) as first, shared_address("127.0.0.1", port) as second:
            first.listen()
            second.listen()
            with pytest.raises(InvalidSetting, match="port"):
                reserved_address("127.0.0.1", port)


def test_a_port_in_use_is_one_clear_line(run: Run) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = int(other.getsockname()[1])
        with pytest.raises(InvalidSetting, match=f"cannot listen on 127.0.0.1 port {port}"):
            listening_socket("127.0.0.1", port)


def test_the_address_is_taken_as_soon_as_it_is_asked_for() -> None:
    with listening_socket("127.0.0.1", 0) as first:
        port = int(first.getsockname()[1])
        with pytest.raises(InvalidSetting, match="port"):
            listening_socket("127.0.0.1", port)


def test_a_host_that_does_not_exist_is_a_wrong_setting() -> None:
    with pytest.raises(InvalidSetting, match="--host"):
        listening_socket("999.999.999.999", 0)


def test_the_banner_names_address_database_and_model(tmp_path: Path) -> None:
    text = banner(Settings(data_dir=tmp_path), "127.0.0.1", 8000)
    assert "http://127.0.0.1:8000" in text
    assert f"embedded Postgres in {tmp_path}" in text
    assert "built-in" in text


def test_the_banner_of_many_processes_says_how_many_and_that_each_runs_jobs(tmp_path: Path) -> None:
    text = banner(Settings(data_dir=tmp_path), "127.0.0.1", 8000, processes=3)
    assert "processes 3" in text
    assert "worker    in each process" in text


def test_in_development_it_shows_how_to_ask_a_first_question(tmp_path: Path) -> None:
    text = banner(Settings(data_dir=tmp_path), "0.0.0.0", 8000)  # noqa: S104 - what is shown for it
    assert "leadhand token --shop demo" in text
    assert "curl -N http://127.0.0.1:8000/api/chat" in text


def test_in_production_it_shows_no_such_thing(tmp_path: Path) -> None:
    settings = Settings(
        env=Environment.PRODUCTION,
        data_dir=tmp_path,
        jwt_secret=SecretStr("x" * 32),
        database_url=SecretStr("postgresql://leadhand_app:hush@db.example:5433/leadhand"),
    )
    text = banner(settings, "::1", 8000)
    assert "token" not in text
    assert "http://[::1]:8000" in text


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://leadhand_app:hush@db.example:5433/leadhand",
        "host=db.example port=5433 dbname=leadhand user=leadhand_app password=hush",
    ],
)
def test_no_secret_is_shown(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LEADHAND_DATABASE_URL", url)
    monkeypatch.setenv("OPENAI_API_KEY", "sk-hush")
    monkeypatch.setenv("LEADHAND_MODEL", "some-model")
    text = banner(load_settings(), "127.0.0.1", 8000)
    assert "hush" not in text
    assert "leadhand at db.example:5433" in text
    assert "some-model" in text


def test_an_unreadable_database_url_is_not_repeated(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LEADHAND_DATABASE_URL", "password=hush nonsense")
    text = banner(load_settings(), "127.0.0.1", 8000)
    assert "hush" not in text
    assert "not readable" in text
