"""LangGraph Studio's server on our graph, driven by LangGraph's client: the credential chooses the shop."""

import json
import re
from collections.abc import Generator
from pathlib import Path
from uuid import uuid4

import httpx2
import pytest
from langgraph_sdk.errors import AuthenticationError, NotFoundError

from leadhand.errors import JsonValue
from server.studio import OWNER_PERSON, OWNER_SHOP
from tests.acceptance.conftest import CANARIES
from tests.acceptance.json_access import at, has, items_at, object_at, parse, text_at
from tests.acceptance.server_process import ServerProcess
from tests.acceptance.studio_process import GRAPH, StudioClient, StudioProcess
from tests.acceptance.workspace import Workspace

NORTH, SOUTH = CANARIES["north"], CANARIES["south"]
A_TURN_WITH_A_TOOL = ["human", "ai", "tool", "ai"]
UUID_OF_NOTHING = "0197a000-0000-7000-8000-000000000000"
METHODS = ("get", "post", "put", "patch", "delete")


@pytest.fixture(scope="module")
def studio(
    builtin_server: ServerProcess,
    workspace: Workspace,
    repository: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> Generator[StudioProcess]:
    """Beside the server whose two shops it shows, without a model endpoint and without internet."""
    del builtin_server
    with StudioProcess(workspace, repository, tmp_path_factory.mktemp("studio")) as process:
        yield process


@pytest.fixture(scope="module")
def anna(studio: StudioProcess, anna_token: str) -> Generator[StudioClient]:
    with studio.client(anna_token) as client:
        yield client


@pytest.fixture(scope="module")
def bert(studio: StudioProcess, bert_token: str) -> Generator[StudioClient]:
    with studio.client(bert_token) as client:
        yield client


@pytest.fixture(scope="module")
def carl(studio: StudioProcess, carl_token: str) -> Generator[StudioClient]:
    with studio.client(carl_token) as client:
        yield client


def asking(text: str = "When is KASTO-1 available?") -> dict[str, JsonValue]:
    return {"messages": [{"id": "the-question", "role": "user", "content": text}]}


def kinds_of(state: JsonValue) -> list[str]:
    return [text_at(message, "type") for message in items_at(state, "values", "messages")]


def tool_result_of(state: JsonValue) -> str:
    [text] = [
        text_at(message, "content")
        for message in items_at(state, "values", "messages")
        if text_at(message, "type") == "tool"
    ]
    return text


def test_a_run_calls_tools_and_its_state_can_be_read(anna: StudioClient) -> None:
    thread = anna.new_thread()
    assert not has(anna.run(thread, asking()), "__error__")
    state = anna.state(thread)
    assert at(state, "next") == []
    assert kinds_of(state) == A_TURN_WITH_A_TOOL
    assert NORTH in tool_result_of(state)
    assert (at(state, "values", "tenant_id"), at(state, "values", "user_id")) == ("north", "anna")


def test_a_run_forks_from_an_earlier_checkpoint_with_another_question(anna: StudioClient) -> None:
    thread = anna.new_thread()
    anna.run(thread, asking("How is work distributed across operators?"))
    history = anna.history(thread)
    assert NORTH not in tool_result_of(history[0])
    [earlier] = [state for state in history if at(state, "next") == ["recall"]]
    fork = anna.overwrite(thread, asking(), checkpoint_id=at(earlier, "checkpoint", "checkpoint_id"))
    anna.run(thread, None, checkpoint_id=fork)
    state = anna.state(thread)
    assert kinds_of(state) == A_TURN_WITH_A_TOOL
    assert NORTH in tool_result_of(state)
    assert anna.history(thread)[-len(history) :] == history, "the first answer is kept beside it"


def test_a_run_that_stopped_before_its_tools_goes_on(anna: StudioClient) -> None:
    thread = anna.new_thread()
    anna.run(thread, asking(), interrupt_before=["call_tools"])
    stopped = anna.state(thread)
    assert at(stopped, "next") == ["call_tools"]
    assert kinds_of(stopped) == ["human", "ai"]
    anna.run(thread, None)
    assert kinds_of(anna.state(thread)) == A_TURN_WITH_A_TOOL


def test_the_example_of_the_page_runs(
    studio: StudioProcess,
    anna: StudioClient,
    anna_token: str,
    repository: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    page = (repository / "docs" / "studio.md").read_text(encoding="utf-8")
    [example] = re.findall(r"```python\n(.*?)```", page, re.DOTALL)
    names: dict[str, object] = {"URL": studio.url, "TOKEN": anna_token}
    exec(compile(example, "docs/studio.md", "exec"), names)  # noqa: S102 - our own page
    assert "get_machine_availability" in capsys.readouterr().out
    assert kinds_of({"values": parse(json.dumps(names["answer"]))}) == A_TURN_WITH_A_TOOL
    said = items_at(anna.state(str(names["thread"])), "values", "messages")
    assert text_at(said[0], "content") == "What is our workload next week?"
    assert "workload" in str(said[1])


BERT: JsonValue = {
    "identity": "bert",
    "tenant_id": "south",
    "user_id": "bert",
    "permissions": ["planning:read"],
}
CLAIMS: dict[str, dict[str, JsonValue]] = {
    "context": {"context": BERT},
    "configurable": {"config": {"configurable": BERT}},
    "verified user": {"config": {"configurable": {"langgraph_auth_user": BERT}}},
    "metadata": {"metadata": {OWNER_SHOP: "south", OWNER_PERSON: "bert"}},
}


@pytest.mark.parametrize("claim", CLAIMS)
def test_a_shop_that_the_client_names_beside_its_credential_is_ignored(
    anna: StudioClient, bert: StudioClient, claim: str
) -> None:
    thread = str(uuid4())
    body = {"assistant_id": GRAPH, "input": asking(), "if_not_exists": "create", **CLAIMS[claim]}
    answer = anna.http.post(f"/threads/{thread}/runs/wait", json=body)
    assert answer.status_code == 200, answer.text
    assert NORTH in answer.text
    assert SOUTH not in answer.text
    assert at(anna.state(thread), "values", "tenant_id") == "north"
    with pytest.raises(NotFoundError):
        bert.thread(thread)


@pytest.mark.parametrize(("shop", "person"), [("south", "bert"), ("north", "carl")])
def test_a_run_whose_state_names_somebody_else_stops(anna: StudioClient, shop: str, person: str) -> None:
    forged: dict[str, JsonValue] = {"tenant_id": shop, "user_id": person}
    thread = anna.new_thread()
    answer = anna.run(thread, {**asking(), **forged})
    assert at(answer, "__error__", "error") == "ContextMismatch"
    assert kinds_of(anna.state(thread)) == ["human"]


@pytest.mark.parametrize(("shop", "person"), [("south", "bert"), ("north", "carl")])
def test_a_run_that_was_stopped_does_not_go_on_as_somebody_else(
    anna: StudioClient, shop: str, person: str
) -> None:
    thread = anna.new_thread()
    anna.run(thread, asking(), interrupt_before=["agent"])
    anna.overwrite(thread, {"tenant_id": shop, "user_id": person})
    answer = anna.run(thread, None)
    assert at(answer, "__error__", "error") == "ContextMismatch"
    assert kinds_of(anna.state(thread)) == ["human"]


STRANGERS: dict[str, dict[str, str]] = {
    "nothing": {},
    "no token": {"authorization": "Bearer nonsense"},
    "no bearer": {"authorization": "nonsense"},
    # Studio's own way past a server's authentication.
    "Studio's scheme": {"x-auth-scheme": "langsmith"},
    "Studio's scheme and a key": {"x-auth-scheme": "langsmith", "x-api-key": "nonsense"},
    "Studio's scheme and a token": {"x-auth-scheme": "langsmith", "authorization": "Bearer nonsense"},
}


@pytest.mark.parametrize("credential", STRANGERS)
def test_without_a_credential_of_ours_nothing_is_answered(studio: StudioProcess, credential: str) -> None:
    with httpx2.Client(base_url=studio.url, headers=STRANGERS[credential]) as stranger:
        refused = [
            stranger.post("/threads", json={}),
            stranger.post("/threads/search", json={}),
            stranger.post("/assistants/search", json={}),
            stranger.post("/runs/wait", json={"assistant_id": GRAPH, "input": asking()}),
        ]
    assert [answer.status_code for answer in refused] == [401] * 4


def test_a_credential_of_a_shop_that_does_not_exist_opens_nothing(
    studio: StudioProcess, workspace: Workspace
) -> None:
    with studio.client(workspace.token("nowhere", "nobody")) as stranger, pytest.raises(AuthenticationError):
        stranger.new_thread()


@pytest.fixture(scope="module")
def thread_of_anna(anna: StudioClient) -> str:
    thread = anna.new_thread()
    anna.run(thread, asking())
    return thread


# By the schema of the request's body; a route with another one needs a body here.
BODIES: dict[str, JsonValue] = {
    "": None,
    "ThreadStateUpdate": {"values": asking("Hello")},
    "ThreadStateCheckpointRequest": {"checkpoint": {"checkpoint_ns": ""}},
    "ThreadStateSearch": {},
    "ThreadPatch": {"metadata": {"title": "mine"}},
    "RunCreateStateful": {"assistant_id": GRAPH, "input": asking("Hello")},
    "RunCreateStreamingStateful": {"assistant_id": GRAPH, "input": asking("Hello")},
    "ThreadCronCreate": {"assistant_id": GRAPH, "schedule": "0 6 * * *"},
    "ProtocolEventStreamRequest": {"channels": ["values"]},
    "ProtocolCommand": {"id": 1, "method": "run.start", "params": {"assistant_id": GRAPH, "input": asking()}},
}

# A thread that is not there yet is made: only what happens to one that is there can be told.
MAKES_ITS_THREAD = {"/threads/{thread_id}/commands"}


def body_of(route: JsonValue) -> str:
    """The name of the body's schema, if the route takes one."""
    if not has(route, "requestBody"):
        return ""
    schema = text_at(route, "requestBody", "content", "application/json", "schema", "$ref")
    return schema.rpartition("/")[2]


def routes_of_a_thread(studio: StudioProcess) -> list[tuple[str, str, JsonValue]]:
    """Method, path and body of every route that names a thread, by the server's own description."""
    paths = object_at(parse(httpx2.get(f"{studio.url}/openapi.json").content), "paths")
    found: list[tuple[str, str, JsonValue]] = []
    for path, methods in paths.items():
        for method in METHODS:
            route = at(methods, method)
            if "{thread_id}" not in path or route is None:
                continue
            found.append((method, path, BODIES[body_of(route)]))
    assert len(found) > 20
    return found


def answered(caller: StudioClient, route: tuple[str, str, JsonValue], thread: str) -> tuple[int, str]:
    method, path, body = route
    filled = path.format(thread_id=thread, run_id=UUID_OF_NOTHING, checkpoint_id=UUID_OF_NOTHING)
    answer = caller.http.request(method.upper(), filled, json=body)
    return answer.status_code, answer.text.replace(thread, "the thread")


def test_a_thread_of_somebody_else_is_answered_as_one_that_never_was(
    studio: StudioProcess, anna: StudioClient, bert: StudioClient, carl: StudioClient, thread_of_anna: str
) -> None:
    before = (anna.thread(thread_of_anna), anna.state(thread_of_anna))
    for route in routes_of_a_thread(studio):
        by_another_shop, by_a_colleague = (answered(who, route, thread_of_anna) for who in (bert, carl))
        assert by_another_shop == by_a_colleague
        assert by_another_shop[0] >= 400 or "not found" in by_another_shop[1] or by_another_shop[1] == "", (
            route
        )
        if route[1] not in MAKES_ITS_THREAD:
            assert by_another_shop == answered(bert, route, str(uuid4())), route
    assert (anna.thread(thread_of_anna), anna.state(thread_of_anna)) == before


def test_nobody_elses_threads_are_found(
    anna: StudioClient, bert: StudioClient, carl: StudioClient, thread_of_anna: str
) -> None:
    assert thread_of_anna in anna.search()
    for stranger in (bert, carl):
        assert thread_of_anna not in stranger.search()
        assert thread_of_anna not in stranger.search({OWNER_SHOP: "north", OWNER_PERSON: "anna"})


def test_a_thread_cannot_be_handed_to_somebody_else(anna: StudioClient, bert: StudioClient) -> None:
    thread = anna.new_thread()
    anna.mark(thread, {OWNER_SHOP: "south", OWNER_PERSON: "bert"})
    with pytest.raises(NotFoundError):
        bert.thread(thread)
    assert text_at(anna.thread(thread), "thread_id") == thread


def test_the_graph_is_shown_and_nobody_changes_what_others_see(anna: StudioClient) -> None:
    [assistant] = items_at({"found": parse(anna.http.post("/assistants/search", json={}).content)}, "found")
    path = f"/assistants/{text_at(assistant, 'assistant_id')}"
    nodes = items_at(parse(anna.http.get(f"{path}/graph").content), "nodes")
    assert {"guard", "agent", "call_tools"} <= {text_at(node, "id") for node in nodes}
    changes = [
        anna.http.post("/assistants", json={"graph_id": GRAPH, "context": {"tenant_id": "south"}}),
        anna.http.patch(path, json={"name": "mine"}),
        anna.http.delete(path),
    ]
    assert [change.status_code for change in changes] == [403] * 3


def test_this_server_keeps_no_schedules_and_no_store(anna: StudioClient) -> None:
    cron = {"assistant_id": GRAPH, "schedule": "0 6 * * *", "input": asking()}
    assert anna.http.post("/runs/crons", json=cron).status_code == 403
    stored = {"namespace": ["north"], "key": "k", "value": {"name": NORTH}}
    assert anna.http.put("/store/items", json=stored).status_code == 404


def test_no_token_is_in_the_log(studio: StudioProcess, thread_of_anna: str, anna_token: str) -> None:
    del thread_of_anna
    assert GRAPH in studio.log
    assert anna_token.rpartition(".")[2] not in studio.log
