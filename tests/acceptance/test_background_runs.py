"""Background runs over HTTP: servers without a worker queue them, `leadhand worker` beside them answers."""

import subprocess
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager

import httpx2
import pytest

from leadhand.errors import JsonValue
from runs.resumption import TASK
from tests.acceptance.caller import Caller, message_text
from tests.acceptance.json_access import at, items_at, parse, text_at
from tests.acceptance.model_script import Gate, ModelReply, ModelRequest, Pause, Text, plays, says
from tests.acceptance.scripted_model import ScriptedModel
from tests.acceptance.server_process import EXIT_TIMEOUT_S, ServerProcess
from tests.acceptance.shop_database import ShopDatabase
from tests.acceptance.workspace import Workspace

QUESTION, ANSWER = "Which orders will be late?", "None of them."
NOBODYS = "01990000-0000-7000-8000-000000000000"
Event = tuple[int, JsonValue]


@pytest.fixture(scope="module", autouse=True)
def nothing_waits(workspace: Workspace) -> None:
    """A worker would first take what other modules have left in the queue."""
    left = "delete from jobs.procrastinate_jobs where task_name = %s and status = 'todo'"
    with ShopDatabase(workspace).connection() as connection:
        connection.execute(left, (TASK,))


@pytest.fixture
def anna_elsewhere(builtin_server: ServerProcess, anna_token: str) -> Generator[Caller]:
    with Caller(builtin_server.url, anna_token) as caller:
        yield caller


@contextmanager
def working(workspace: Workspace, settings: dict[str, str]) -> Generator["subprocess.Popen[bytes]"]:
    """`leadhand worker`, as a process; killed at the end, if it still runs."""
    process = subprocess.Popen(
        [workspace.program, "worker"],
        env=workspace.environment(settings),
        cwd=workspace.data_dir,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        yield process
    finally:
        process.kill()
        process.wait(EXIT_TIMEOUT_S)


def asked(who: Caller, **headers: str) -> JsonValue:
    response = who.http.post("/api/runs", json={"question": QUESTION}, headers=headers)
    assert response.status_code == 202, response.text
    return parse(response.content)


def looked_at(who: Caller, run_id: str) -> JsonValue:
    response = who.http.get(f"/api/runs/{run_id}")
    assert response.status_code == 200, response.text
    return parse(response.content)


@contextmanager
def events(who: Caller, run_id: str, after: int = 0) -> Generator[Iterator[Event]]:
    """Numbered chunks after one; they end with [DONE], which has no number."""
    headers = {"last-event-id": str(after)} if after else {}
    with who.http.stream("GET", f"/api/runs/{run_id}/events", headers=headers) as response:
        assert response.status_code == 200
        yield _read(response)


def _read(response: httpx2.Response) -> Generator[Event]:
    number: int | None = None
    done = False
    for line in response.iter_lines():
        assert not (done and line), "nothing follows [DONE]"
        field, _, value = line.partition(": ")
        match field, value:
            case "id", _:
                number = int(value)
            case "data", "[DONE]":
                assert number is None
                done = True
            case "data", _:
                assert number is not None, "a chunk without a number"
                yield number, parse(value.encode())
                number = None
            case _:
                assert not line or line.startswith(":"), line
    assert done, "the stream broke off"


def half_and_whole(gate: Gate) -> Callable[[ModelRequest], ModelReply]:
    """The first time it stands still in the middle of a sentence."""
    times = 0

    def reply(request: ModelRequest) -> ModelReply:
        nonlocal times
        if at(request.body, "tools") is None:
            return says("A title")
        times += 1
        return plays(Text("Half an"), Pause(gate)) if times == 1 else says(ANSWER)

    return reply


def test_a_run_survives_its_worker_and_is_followed_from_server_to_server(
    anna: Caller,
    anna_elsewhere: Caller,
    workspace: Workspace,
    model_settings: dict[str, str],
    scripted_model: ScriptedModel,
) -> None:
    gate = Gate()
    scripted_model.play_rule(half_and_whole(gate))
    run = asked(anna)
    run_id = text_at(run, "id")
    assert text_at(run, "status") == "queued"
    assert text_at(looked_at(anna_elsewhere, run_id), "status") == "queued"
    seen: list[Event] = []
    with working(workspace, model_settings) as worker, events(anna_elsewhere, run_id) as reading:
        while not any(at(chunk, "delta") == "Half an" for _, chunk in seen if "delta" in str(chunk)):
            seen.append(next(reading))
        assert text_at(looked_at(anna, run_id), "status") == "running"
        worker.kill()
    with (
        working(workspace, model_settings),
        events(anna, run_id, after=seen[-1][0]) as reading,
    ):
        seen += list(reading)
    gate.open()
    with events(anna_elsewhere, run_id) as reading:
        assert list(reading) == seen
    assert [number for number, _ in seen] == list(range(1, len(seen) + 1))
    kinds = [text_at(chunk, "type") for _, chunk in seen]
    assert (kinds[0], kinds.count("reset-step"), kinds[-1]) == ("start", 1, "finish")
    over = anna.http.get(f"/api/runs/{run_id}/events", headers={"last-event-id": str(len(seen))})
    assert over.status_code == 204
    found = looked_at(anna, run_id)
    assert (at(found, "status"), at(found, "attempt"), at(found, "progress")) == ("finished", 2, None)
    assert message_text(at(found, "answer")) == ANSWER
    assert len(anna.history(text_at(run, "chat_id"))) == 2
    listed = parse(anna_elsewhere.http.get("/api/runs?limit=1").content)
    assert text_at(listed, "runs", 0, "id") == run_id


def test_without_a_worker_a_run_is_queued_found_again_by_its_key_and_cancelled(
    anna: Caller, anna_elsewhere: Caller, bert: Caller, carl: Caller
) -> None:
    run = asked(anna, **{"idempotency-key": "late-orders"})
    run_id = text_at(run, "id")
    assert asked(anna_elsewhere, **{"idempotency-key": "late-orders"}) == run
    other = anna.http.post(
        "/api/runs", json={"question": "And now?"}, headers={"idempotency-key": "late-orders"}
    )
    assert (other.status_code, text_at(parse(other.content), "error", "code")) == (
        409,
        "idempotency_conflict",
    )
    for stranger in (bert, carl):
        for method, path in (("GET", ""), ("GET", "/events"), ("POST", "/cancel")):
            answers = [
                stranger.http.request(method, f"/api/runs/{known}{path}") for known in (run_id, NOBODYS)
            ]
            assert [answer.status_code for answer in answers] == [404, 404]
            said = [at(parse(answer.content), "error", "message") for answer in answers]
            assert said[0] == said[1]
        listed = items_at(parse(stranger.http.get("/api/runs").content), "runs")
        assert run_id not in [text_at(one, "id") for one in listed]
    for _ in range(2):
        cancelled = anna_elsewhere.http.post(f"/api/runs/{run_id}/cancel")
        assert cancelled.status_code == 202
        assert text_at(parse(cancelled.content), "status") == "stopped"
    with events(anna, run_id) as reading:
        assert [text_at(chunk, "type") for _, chunk in reading][-1] == "abort"


@pytest.mark.parametrize(
    ("body", "field"),
    [({"question": " "}, "question"), ({"question": "Who?", "chat_id": "a b"}, "chat_id"), ({}, "question")],
    ids=["blank", "no chat id", "empty"],
)
def test_a_wrong_question_is_refused_with_its_field(anna: Caller, body: JsonValue, field: str) -> None:
    response = anna.http.post("/api/runs", json=body)
    assert response.status_code == 422
    fields = items_at(parse(response.content), "error", "details", "fields")
    assert field in str(fields)


def test_a_last_event_id_that_is_no_number_is_refused(anna: Caller) -> None:
    response = anna.http.get(f"/api/runs/{NOBODYS}/events", headers={"last-event-id": "x"})
    assert response.status_code == 422
