"""Two shops on one server: what belongs to another shop does not exist."""

from leadhand.errors import JsonValue
from tests.acceptance.caller import Caller, new_chat_id, question
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
