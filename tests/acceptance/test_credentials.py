"""Who is calling is what a genuine, unexpired token says, and nothing else."""

import base64
import json
from datetime import UTC, datetime, timedelta

import httpx2
import jwt
import pytest

from leadhand.errors import JsonValue
from tests.acceptance.caller import Caller, question, refusal
from tests.acceptance.server_process import ServerProcess
from tests.acceptance.shop_database import ShopDatabase
from tests.acceptance.workspace import JWT_SECRET, Workspace


def claims(**changes: JsonValue) -> dict[str, JsonValue]:
    in_an_hour = int((datetime.now(UTC) + timedelta(hours=1)).timestamp())
    genuine: dict[str, JsonValue] = {
        "sub": "anna",
        "tenant": "north",
        "permissions": ["planning:read"],
        "exp": in_an_hour,
    }
    return {**genuine, **changes}


def signed(secret: str = JWT_SECRET, **changes: JsonValue) -> str:
    return jwt.encode(claims(**changes), secret, algorithm="HS256")


def unsigned(algorithm: str) -> str:
    """A token of three parts whose last one is empty."""
    parts = [{"alg": algorithm, "typ": "JWT"}, claims()]
    written = [base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode() for part in parts]
    return ".".join([*written, ""])


def tampered() -> str:
    """A genuine token of another shop's claims under this one's signature."""
    head, _, signature = signed().split(".")
    other = signed(tenant="south").split(".")[1]
    return f"{head}.{other}.{signature}"


HOUR_AGO = int((datetime.now(UTC) - timedelta(hours=1)).timestamp())
FORGERIES: dict[str, str] = {
    "expired": f"Bearer {signed(exp=HOUR_AGO)}",
    "no algorithm": f"Bearer {unsigned('none')}",
    "no algorithm, in capitals": f"Bearer {unsigned('NONE')}",
    "an algorithm without signature": f"Bearer {unsigned('HS256')}",
    "another secret": f"Bearer {signed('another-secret-of-more-than-32-bytes')}",
    "another algorithm": f"Bearer {jwt.encode(claims(), JWT_SECRET * 2, algorithm='HS512')}",
    "another shop's claims": f"Bearer {tampered()}",
    "a shop that is none": f"Bearer {signed(tenant='west')}",
    "a shop that is a list": f"Bearer {signed(tenant=['north'])}",
    "a shop that is a path": f"Bearer {signed(tenant='../north')}",
    "no user": f"Bearer {signed(sub='')}",
    "a user with a NUL": f"Bearer {signed(sub=chr(0))}",
    "permissions that are a text": f"Bearer {signed(permissions='admin')}",
    "rubbish": "Bearer abc",
    "nothing behind Bearer": "Bearer",
    "another scheme": "Basic YW5uYTphbm5h",
}
ROUTES = ("GET /api/threads", "POST /api/chat", "POST /api/tools/get_machine_availability", "GET /api/none")


@pytest.fixture
def stranger(scripted_server: ServerProcess) -> httpx2.Client:
    return httpx2.Client(base_url=scripted_server.url)


@pytest.mark.parametrize("authorization", FORGERIES.values(), ids=FORGERIES.keys())
def test_a_token_that_is_not_genuine_opens_nothing_and_learns_nothing(
    stranger: httpx2.Client, database: ShopDatabase, authorization: str
) -> None:
    before = database.count("thread")
    answers: set[str] = set()
    with stranger:
        for route in ROUTES:
            method, path = route.split()
            body = question("forged", "When is it free?") if method == "POST" else None
            response = stranger.request(method, path, json=body, headers={"authorization": authorization})
            error = refusal(response, 401, "unauthorized")
            assert response.headers["www-authenticate"].startswith("Bearer")
            answers.add(str({**error, "correlation_id": ""}))
    assert len(answers) == 1, "the refusal tells one route from another"
    assert database.count("thread") == before


def test_no_token_at_all_is_refused(stranger: httpx2.Client) -> None:
    with stranger:
        refusal(stranger.get("/api/threads"), 401, "unauthorized")


def test_two_credentials_are_one_too_many(stranger: httpx2.Client, anna_token: str) -> None:
    headers = [("authorization", f"Bearer {anna_token}"), ("authorization", f"Bearer {signed(sub='carl')}")]
    with stranger:
        refusal(stranger.get("/api/threads", headers=headers), 401, "unauthorized")


def test_a_token_without_the_right_to_read_reads_nothing(scripted_server: ServerProcess) -> None:
    with Caller(scripted_server.url, signed(permissions=["approve"]), as_of=None) as caller:
        refusal(caller.http.get("/api/threads"), 403, "permission_denied")
        refusal(caller.http.post("/api/chat", json=question("x", "free?")), 403, "permission_denied")


def test_a_token_of_the_command_line_is_for_that_shop_and_person_and_ends(workspace: Workspace) -> None:
    printed = workspace.succeed("token", "--shop", "north", "--user", "anna", "--hours", "2")
    token = printed.strip()
    assert printed == f"{token}\n", f"the token is not alone on standard output: {printed!r}"
    decoded: dict[str, JsonValue] = jwt.decode(token, JWT_SECRET, algorithms=["HS256"])
    assert (decoded["tenant"], decoded["sub"]) == ("north", "anna")
    left_s = float(str(decoded["exp"])) - datetime.now(UTC).timestamp()
    assert 1.9 * 3600 < left_s <= 2 * 3600
