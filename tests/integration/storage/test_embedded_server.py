"""The embedded Postgres: found again, shared, never stopped under someone, started again after any death."""

import os
import signal
import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest

from leadhand.errors import DatabaseUnavailable
from storage import cluster as clusters
from storage.embedded import EmbeddedServer, acquire, embedded_server, release
from storage.os_account import postgres_account


def started_at(server: EmbeddedServer) -> str:
    """Tells one start of the server from the next."""
    with psycopg.connect(server.runtime_url) as connection:
        return str(connection.execute(b"select pg_postmaster_start_time()").fetchone())


def postmaster(data_dir: Path) -> int:
    return int((data_dir / "postgres" / "postmaster.pid").read_text().splitlines()[0])


def runs(data_dir: Path) -> bool:
    return (data_dir / "postgres" / "postmaster.pid").exists()


@contextmanager
def another_process(data_dir: Path) -> Generator[tuple[subprocess.Popen[str], str]]:
    """A process of ours that uses the server, and which start of it that process sees."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.integration.storage.server_user", str(data_dir)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parents[3],
    )
    with process:
        assert process.stdout is not None
        yield process, process.stdout.readline().strip()
        process.kill()


def test_the_last_of_several_users_stops_the_server(data_dir: Path) -> None:
    with another_process(data_dir) as (first, seen_by_first):
        with another_process(data_dir) as (second, seen_by_second):
            assert seen_by_first == seen_by_second != ""
            second.communicate()
        with embedded_server(data_dir) as server:
            assert started_at(server) == seen_by_first
        assert runs(data_dir), "the first process still uses it"
        first.communicate()
    assert not runs(data_dir)


def test_a_server_whose_user_was_killed_is_taken_over_and_stopped_in_the_end(data_dir: Path) -> None:
    with another_process(data_dir) as (user, seen_by_user):
        user.send_signal(signal.SIGKILL)
        user.wait()
    assert runs(data_dir)
    with embedded_server(data_dir) as server:
        assert started_at(server) == seen_by_user
    assert not runs(data_dir)


def test_a_server_that_was_killed_is_started_again_and_keeps_its_data(data_dir: Path) -> None:
    handle = acquire(data_dir)
    with psycopg.connect(handle.server.owner_url) as connection:
        connection.execute(b"create table kept as select 'written' as word")
    os.kill(postmaster(data_dir), signal.SIGKILL)
    with embedded_server(data_dir) as again, psycopg.connect(again.owner_url) as connection:
        assert connection.execute(b"select word from kept").fetchone() == ("written",)
    release(handle)
    assert not runs(data_dir)


def test_a_pid_file_that_names_another_program_is_not_believed(data_dir: Path) -> None:
    """After a restart of a container the number is someone else's, at which Postgres itself gives up."""
    with embedded_server(data_dir):
        lines = (data_dir / "postgres" / "postmaster.pid").read_text().splitlines()
    (data_dir / "postgres" / "postmaster.pid").write_text("\n".join([str(os.getpid()), *lines[1:]]) + "\n")
    with embedded_server(data_dir) as server:
        assert started_at(server) != ""


def test_a_directory_too_deep_and_too_odd_for_a_socket_works(data_dir: Path, tmp_path: Path) -> None:
    deep = tmp_path / ("d" * 60) / 'a "strange", name $(id)' / ("e" * 60)
    deep.parent.mkdir(parents=True)
    data_dir.rename(deep)
    with embedded_server(deep) as server:
        assert started_at(server) != ""
        assert deep not in server.socket_folder.parents
        assert server.socket_folder.stat().st_mode & 0o777 == 0o700
    assert not server.socket_folder.exists()


def test_a_socket_folder_of_someone_else_is_not_used(data_dir: Path, tmp_path: Path) -> None:
    deep = data_dir.rename(tmp_path / ("d" * 90))
    with embedded_server(deep) as server:
        squatted = server.socket_folder
    squatted.mkdir()
    squatted.chmod(0o777)
    try:
        with pytest.raises(DatabaseUnavailable, match="no safe place"):
            acquire(deep)
    finally:
        squatted.rmdir()


def test_only_the_account_itself_can_reach_the_socket(data_dir: Path) -> None:
    """The roles have no passwords: the file system is what keeps other accounts out."""
    with embedded_server(data_dir) as server:
        assert server.socket_folder.stat().st_mode & 0o077 == 0
        assert (server.socket_folder / ".s.PGSQL.5432").stat().st_mode & 0o077 == 0
        with psycopg.connect(server.runtime_url) as connection:
            row = connection.execute(
                b"select current_setting('listen_addresses'), current_setting('fsync')"
            ).fetchone()
        assert row == ("", "on")


def test_a_server_that_cannot_start_is_reported_and_a_later_try_works(data_dir: Path) -> None:
    with embedded_server(data_dir):
        pass
    version = data_dir / "postgres" / "PG_VERSION"
    right = version.read_text()
    version.write_text("9\n")
    with pytest.raises(DatabaseUnavailable):
        acquire(data_dir)
    version.write_text(right)
    with embedded_server(data_dir) as server:
        assert started_at(server) != ""


def test_a_new_directory_gets_a_server_whatever_a_killed_start_left_in_it(tmp_path: Path) -> None:
    """As root the server is another account: it may pass through the folders above, nobody may list them."""
    home = tmp_path / "home"
    home.mkdir(mode=0o700)
    (home / "leadhand" / "postgres-new-killed" / "cluster").mkdir(parents=True, mode=0o700)
    with embedded_server(home / "leadhand") as server:
        assert started_at(server) != ""
        assert home.stat().st_mode & 0o066 == 0


def test_stopping_what_does_not_run_does_nothing(tmp_path: Path) -> None:
    clusters.stop(clusters.Cluster(tmp_path / "postgres", postgres_account()))
    assert not runs(tmp_path)
