"""A change waits for a person: seen, answered in the chat or over the list, made once, on any server."""

from collections.abc import Generator

import pytest

from leadhand.errors import JsonValue
from tests.acceptance.caller import Caller, new_chat_id
from tests.acceptance.consumer import Consumer
from tests.acceptance.json_access import at, items_at, parse, text_at
from tests.acceptance.model_script import calls, says
from tests.acceptance.scripted_model import ScriptedModel
from tests.acceptance.server_process import ServerProcess
from tests.acceptance.transcript import sound_history
from tests.acceptance.workspace import Workspace

PLANNER = ("planning:read", "planning:write", "approve", "studio")


@pytest.fixture(scope="module")
def pia_token(scripted_server: ServerProcess, workspace: Workspace) -> str:
    """Pia plans the shop north: she may change the plan, and approve changes."""
    del scripted_server
    return workspace.token("north", "pia", PLANNER)


@pytest.fixture
def pia(scripted_server: ServerProcess, pia_token: str) -> Generator[Caller]:
    with Caller(scripted_server.url, pia_token) as caller:
        yield caller


@pytest.fixture
def order(pia: Caller) -> str:
    """An order of north."""
    orders = items_at(parse(pia.http.get("/api/orders?limit=1").content), "orders")
    return text_at(orders[0], "order", "code")


def priority_of(caller: Caller, order: str) -> JsonValue:
    return at(parse(caller.http.get(f"/api/orders/{order}").content), "order", "priority")


def another_priority(caller: Caller, order: str) -> int:
    return 4 if priority_of(caller, order) == 5 else 5


def test_a_change_approved_in_the_chat_is_made_once_and_the_answer_goes_on(
    pia: Caller, consumer: Consumer, scripted_model: ScriptedModel, order: str
) -> None:
    wanted = another_priority(pia, order)
    scripted_model.play(
        calls(("update_due_date", {"order": order, "priority": wanted})), says("Done."), says("Yes.")
    )
    chat = new_chat_id()
    tab = pia.tab(consumer, chat)
    asking = tab.send("Give it another priority").succeeded()
    [part] = asking.answer.tool_parts()
    print(part)
    assert at(part, "state") == "approval-requested"
    assert priority_of(pia, order) != wanted
    consumer.validate(pia.history(chat))
    turn = tab.answer(text_at(part, "approval", "id"), approved=True).succeeded()
    assert turn.sent == 1
    assert priority_of(pia, order) == wanted
    assert turn.answer.text == "Done."
    history = sound_history(pia, consumer, chat, roles="ua")
    assert items_at(history[1], "parts") == turn.answer.parts
    assert tab.send("Sure?").succeeded().answer.text == "Yes."
