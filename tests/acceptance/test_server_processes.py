"""`leadhand serve --workers 2`: two processes on one port, of which one is lost in the middle of a turn."""

import http.client
import re
from collections.abc import Iterator
from contextlib import closing

import httpx2
import psutil
import pytest

from tests.acceptance.caller import Caller, message_text, new_chat_id
from tests.acceptance.json_access import object_at
from tests.acceptance.lost_servers import eventually
from tests.acceptance.model_script import Gate, ModelReply, ModelRequest, Pause, Text, plays, says
from tests.acceptance.scripted_model import ScriptedModel
from tests.acceptance.server_process import ServerProcess
from tests.acceptance.workspace import Workspace

QUESTION, ANSWER = "When is the Puma free for the pair?", "The Puma is free from Thursday on."
PROCESSES = 2
TRIES = 200
GONE_S = 30
# Three starts of a server, one after the other, and a lease that passes.
TIMEOUT_S = 400


@pytest.mark.timeout(TIMEOUT_S)
def test_two_processes_share_a_port_and_a_turn_whose_process_is_killed_goes_on_in_another(
    workspace: Workspace,
    scripted_model: ScriptedModel,
    model_settings: dict[str, str],
    anna_token: str,
) -> None:
    gate, told = Gate(), says(ANSWER)
    halting = iter([plays(Text("It is "), Pause(gate))])

    def reply(asked: ModelRequest) -> ModelReply:
        # The installation is shared: a run that another test lost may be taken over by this pair.
        ours = "tools" in object_at(asked.body) and asked.last_user_text == QUESTION
        return next(halting, told) if ours else told

    scripted_model.play_rule(reply)
    with ServerProcess(workspace, "pair", model_settings, worker=True, workers=PROCESSES) as pair:
        eventually(lambda: shown(pair) == PROCESSES)
        before = children(pair)
        assert set(answering(pair)) == before, "both take connections"
        chat = new_chat_id()
        with Caller(pair.url, anna_token) as anna, anna.asking(chat, QUESTION) as stream:
            stream.until_text("It is ")
            [lost] = [pid for pid in before if established(pair, pid)]
            dying = psutil.Process(lost)
            dying.kill()
            # Until it is gone it may still have taken the next connection, which goes with it.
            dying.wait(GONE_S)
        with Caller(pair.url, anna_token) as anna:
            with anna.following(chat) as followed:
                followed.to_end()
            assert followed.state.finish_reason == "stop"
            messages = anna.history(chat)
        assert message_text(messages[-1]) == ANSWER
        assert len(messages) == 2, "one question, one answer"
        eventually(lambda: shown(pair) == PROCESSES and set(answering(pair)) == children(pair))
        after = children(pair)
        assert lost not in after
        assert len(before & after) == 1, "the other one was left alone"
        gate.open()
        assert pair.terminate() == 0
        assert not [pid for pid in before | after if psutil.pid_exists(pid)]


def shown(server: ServerProcess) -> int:
    """How many processes /metrics sums up."""
    figures = httpx2.get(f"{server.url}/metrics").text
    found = re.search(r"^leadhand_server_processes (\d+)", figures, re.MULTILINE)
    return int(found[1]) if found else 0


def children(server: ServerProcess) -> set[int]:
    return {child.pid for child in psutil.Process(server.pid).children()}


def answering(server: ServerProcess) -> Iterator[int]:
    """Whoever answers on connections of their own, until all processes have."""
    left = children(server)
    for _ in range(TRIES):
        with closing(http.client.HTTPConnection("127.0.0.1", server.port, timeout=10)) as connection:
            connection.request("GET", "/readyz")
            if connection.getresponse().status != 200:
                continue
            ours = connection.sock.getsockname()[1]
            for pid in list(left):
                if ours in established(server, pid):
                    left.remove(pid)
                    yield pid
        if not left:
            return


def established(server: ServerProcess, pid: int) -> set[int]:
    """The clients' ports of a process's connections."""
    return {
        found.raddr.port
        for found in psutil.Process(pid).net_connections("tcp")
        if found.status == psutil.CONN_ESTABLISHED and found.laddr.port == server.port
    }
