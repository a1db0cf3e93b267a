"""Two shops on one server: what belongs to another shop does not exist."""

import pytest

from leadhand.errors import JsonValue
from tests.acceptance.caller import Caller, new_chat_id, question, refusal
from tests.acceptance.conftest import CANARIES
from tests.acceptance.model_script import (
    Gate,
    ModelReply,
    ModelRequest,
    Pause,
    Text,
    calls,
    plays,
    says,
)
from tests.acceptance.scripted_model import ScriptedModel
from tests.acceptance.shop_database import ShopDatabase

NORTH, SOUTH = CANARIES["north"], CANARIES["south"]
# The saws carry the canary in their name.
ASK_FOR_SAW: JsonValue = {"machines": ["KASTO-1"]}


def test_two_shops_that_ask_at_once_never_see_each_others_names(
    anna: Caller, bert: Caller, scripted_model: ScriptedModel
) -> None:
    gates = {"north": Gate(), "south": Gate()}

    def reply(request: ModelRequest) -> ModelReply:
        if not request.trailing_tool_results:
            return calls(("get_machine_availability", ASK_FOR_SAW))
        shop = request.last_user_text.split()[-1]
        found = request.trailing_tool_results[0]
        return plays(Text(found[:200]), Pause(gates[shop]), Text(found[200:]))

    scripted_model.play_rule(reply)
    chat = new_chat_id()  # the same id in both shops
    with anna.asking(chat, "The saw of north") as in_north, bert.asking(chat, "The saw of south") as in_south:
        gates["north"].wait_reached()
        gates["south"].wait_reached()
        gates["south"].open()
        in_south.to_end()
        gates["north"].open()
        in_north.to_end()
    assert NORTH in in_north.text
    assert SOUTH in in_south.text
    assert SOUTH not in str(in_north.chunks)
    assert NORTH not in str(in_south.chunks)
    for request in scripted_model.requests:
        other = SOUTH if "north" in request.last_user_text else NORTH
        assert other not in str(request.body)
    assert SOUTH not in str(anna.history(chat))
    assert NORTH not in str(bert.history(chat))


@pytest.fixture
def chat_of_anna(anna: Caller, scripted_model: ScriptedModel) -> str:
    scripted_model.play(says("Noted."))
    chat = new_chat_id()
    anna.ask(chat, "Remember the saw.")
    scripted_model.play()
    return chat


@pytest.mark.parametrize("stranger", ["bert", "carl"], ids=["another shop", "a colleague"])
@pytest.mark.parametrize(
    "route",
    [
        "GET /api/threads/{}",
        "PATCH /api/threads/{}",
        "DELETE /api/threads/{}",
        "GET /api/threads/{}/messages",
    ],
)
def test_a_thread_of_somebody_else_is_answered_as_one_that_never_was(
    request: pytest.FixtureRequest, chat_of_anna: str, anna: Caller, stranger: str, route: str
) -> None:
    caller: Caller = request.getfixturevalue(stranger)
    method, path = route.split()
    body = {"title": "mine"} if method == "PATCH" else None
    foreign = caller.http.request(method, path.format(chat_of_anna), json=body)
    absent = caller.http.request(method, path.format("never-used"), json=body)
    of_foreign, of_absent = (refusal(response, 404, "not_found") for response in (foreign, absent))
    assert {**of_foreign, "correlation_id": ""} == {**of_absent, "correlation_id": ""}
    assert len(anna.history(chat_of_anna)) == 2


def test_a_question_on_somebody_elses_thread_id_starts_a_thread_of_ones_own(
    anna: Caller, bert: Caller, chat_of_anna: str, scripted_model: ScriptedModel
) -> None:
    scripted_model.play(says("What saw?"))
    bert.ask(chat_of_anna, "Which saw was it?")
    assert scripted_model.requests[0].contents("user") == ["Which saw was it?"]
    assert len(bert.history(chat_of_anna)) == 2
    assert len(anna.history(chat_of_anna)) == 2


def test_stopping_somebody_elses_turn_stops_nothing(
    anna: Caller, bert: Caller, carl: Caller, scripted_model: ScriptedModel
) -> None:
    gate = Gate()
    scripted_model.play(plays(Text("One "), Pause(gate), Text("two.")))
    chat = new_chat_id()
    with anna.asking(chat, "Count") as stream:
        stream.until_text("One ")
        for stranger in (bert, carl):
            assert stranger.stop(chat).status_code == 202
        gate.open()
        stream.to_end()
    assert stream.text == "One two."


def test_nothing_but_the_credential_chooses_the_shop(
    anna: Caller, scripted_model: ScriptedModel, database: ShopDatabase
) -> None:
    scripted_model.play(calls(("get_machine_availability", ASK_FOR_SAW)), says("Done."))
    body = question(new_chat_id(), "The saw") | {"tenant": "south", "tenant_id": "south", "user": "bert"}
    claims = {"x-tenant": "south", "x-tenant-id": "south", "x-user": "bert"}
    threads_of_south = database.count("thread", "south")
    with anna.post_chat(body, claims) as stream:
        stream.to_end()
    assert NORTH in str(stream.calls[0].output)
    assert SOUTH not in str(stream.chunks)
    machines = anna.http.get("/api/machines?tenant=south", headers=claims)
    assert NORTH in machines.text
    assert SOUTH not in machines.text
    assert database.count("thread", "south") == threads_of_south
