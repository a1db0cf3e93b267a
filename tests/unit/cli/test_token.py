"""`leadhand token`: what is signed, for whom, for how long."""

import time
from pathlib import Path

import jwt
import pytest

from leadhand.context import Permission
from leadhand.settings import load_settings
from server.credentials import authenticate, open_verifier
from tests.unit.cli.conftest import Run

SECRET = "a-secret-that-is-long-enough-for-hs256"


@pytest.fixture(autouse=True)
def secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LEADHAND_JWT_SECRET", SECRET)


def claims_of(token: str) -> dict[str, object]:
    return jwt.decode(token, SECRET, algorithms=["HS256"], options={"verify_aud": False})


async def test_the_server_takes_the_token_for_that_shop_and_user(run: Run) -> None:
    done = run("token", "--shop", "north", "--user", "anna")
    assert done.exit_code == 0
    principal = await authenticate([f"Bearer {done.stdout.strip()}"], open_verifier(load_settings()))
    assert (principal.tenant_id, principal.user_id) == ("north", "anna")
    assert principal.permissions == {Permission.PLANNING_READ}


def test_the_token_is_alone_on_standard_output(run: Run) -> None:
    done = run("token", "--shop", "north", "--user", "anna")
    assert done.stdout.count("\n") == 1
    assert done.stdout.strip().count(".") == 2


def test_what_it_allows_is_told_beside_it_and_what_it_does_not(run: Run) -> None:
    plain = run("token", "--shop", "north", "--user", "anna").stderr
    assert plain == (
        "anna of north may: planning:read. Not for documents (knowledge:read), reports (reports:read), "
        "changes to the plan (planning:write): --permission gives more, --all everything.\n"
    )
    reader = run("token", "--shop", "n", "--user", "a", "--permission", "knowledge:read").stderr
    assert "documents" not in reader
    assert "reports (reports:read)" in reader


def test_all_of_them_can_be_asked_for_at_once(run: Run) -> None:
    done = run("token", "--shop", "n", "--user", "a", "--all")
    assert claims_of(done.stdout.strip())["permissions"] == sorted(Permission)
    assert "Not for" not in done.stderr


def test_permissions_are_those_asked_for(run: Run) -> None:
    done = run("token", "--shop", "n", "--user", "a", "--permission", "studio", "--permission", "approve")
    assert claims_of(done.stdout.strip())["permissions"] == ["approve", "studio"]


def test_it_holds_for_the_hours_asked_for(run: Run) -> None:
    before = int(time.time())
    claims = claims_of(run("token", "--shop", "n", "--user", "a", "--hours", "0.5").stdout.strip())
    assert isinstance(claims["exp"], int)
    assert 1800 <= claims["exp"] - before <= 1800 + 60


def test_issuer_and_audience_follow_the_settings(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LEADHAND_JWT_ISSUER", "https://issuer.example")
    monkeypatch.setenv("LEADHAND_JWT_AUDIENCE", "leadhand")
    claims = claims_of(run("token", "--shop", "n", "--user", "a").stdout.strip())
    assert (claims["iss"], claims["aud"]) == ("https://issuer.example", "leadhand")


def test_none_is_made_where_an_identity_provider_makes_them(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LEADHAND_JWKS_URL", "https://issuer.example/keys")
    monkeypatch.setenv("LEADHAND_JWT_ISSUER", "https://issuer.example")
    monkeypatch.setenv("LEADHAND_JWT_AUDIENCE", "leadhand")
    done = run("token", "--shop", "n", "--user", "a")
    assert done.exit_code == 1
    assert done.stdout == ""
    assert done.stderr.startswith("error[invalid_setting]: LEADHAND_JWKS_URL")


@pytest.mark.parametrize(
    "arguments",
    [
        ("--shop", "North", "--user", "anna"),
        ("--shop", "", "--user", "anna"),
        ("--shop", "n" * 64, "--user", "anna"),
        ("--shop", "north", "--user", ""),
        ("--shop", "north", "--user", "a\nb"),
        ("--shop", "north", "--user", "a" * 201),
        ("--shop", "north", "--user", "anna", "--permission", "everything"),
        ("--shop", "north", "--user", "anna", "--hours", "0"),
        ("--shop", "north", "--user", "anna", "--hours", "nan"),
        ("--shop", "north"),
        ("--user", "anna"),
    ],
)
def test_wrong_arguments_are_wrong_usage_and_print_no_token(run: Run, arguments: tuple[str, ...]) -> None:
    done = run("token", *arguments)
    assert done.exit_code == 2
    assert done.stdout == ""
    assert "Error:" in done.stderr


def test_without_a_secret_a_development_one_is_kept(
    run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv("LEADHAND_JWT_SECRET")
    one, other = (run("token", "--shop", "n", "--user", "a").stdout.strip() for _ in range(2))
    secret = (tmp_path / "dev-jwt-secret").read_text().strip()
    for token in (one, other):
        assert jwt.decode(token, secret, algorithms=["HS256"])["sub"] == "a"


def test_in_production_there_is_no_development_secret(
    run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv("LEADHAND_JWT_SECRET")
    monkeypatch.setenv("LEADHAND_ENV", "production")
    monkeypatch.setenv("LEADHAND_DATABASE_URL", "postgresql://leadhand_app@db/leadhand")
    done = run("token", "--shop", "n", "--user", "a")
    assert done.exit_code == 1
    assert "LEADHAND_JWT_SECRET" in done.stderr
    assert not list(tmp_path.iterdir())
