"""What must hold after every turn, however the model behaved: one assertion for all faults."""

from langchain_core.messages import AIMessage, BaseMessage, ToolMessage
from langgraph.checkpoint.postgres import PostgresSaver
from psycopg import Connection, sql
from psycopg.rows import DictRow, dict_row

from tests.acceptance.caller import Caller, message_text
from tests.acceptance.consumer import Consumer
from tests.acceptance.fault_cases import NEXT_ANSWER, NEXT_QUESTION, Case, question_of
from tests.acceptance.json_access import text_at
from tests.acceptance.model_script import ModelRequest
from tests.acceptance.scripted_model import ScriptedModel
from tests.acceptance.shop_database import ShopDatabase
from tests.acceptance.stream_reader import ChatStream
from tests.acceptance.transcript import sound_history

# Nothing of a provider, a library or a setting is for the person who asked.
NOT_FOR_PEOPLE = ("traceback", "httpx", "openai", "127.0.0.1", "scripted fault", "leadhand_", "exception")


def check_turn(stream: ChatStream, case: Case, requests: list[ModelRequest]) -> None:
    """The turn ended as the case says, within its calls; the reader has checked every chunk's rule."""
    assert len(requests) == case.model_calls, [request.roles for request in requests]
    assert [call.state for call in stream.calls] == list(case.tools)
    if case.ends is None:
        assert (stream.state.terminal, stream.state.finish_reason) == ("finish", case.finish_reason)
        assert case.text is None or stream.text == case.text
        return
    assert_coded_error(stream, case.ends)


def assert_coded_error(stream: ChatStream, code: str) -> None:
    """The stream ended in one clean error of this code."""
    assert stream.state.terminal == "error", stream.kinds
    error = stream.state.metadata["error"]
    assert text_at(error, "code") == code, error
    said = text_at(error, "message")
    assert stream.state.error_text == said
    assert not [word for word in NOT_FOR_PEOPLE if word in said.lower()], said


def check_aftermath(caller: Caller, consumer: Consumer, database: ShopDatabase, chat_id: str) -> None:
    """Transcript and checkpoint are whole, and the next question is answered from a history that every
    provider takes (the scripted model refuses any other)."""
    sound_history(caller, consumer, chat_id, roles="ua")
    no_call_without_result(database, chat_id)
    assert caller.ask(chat_id, NEXT_QUESTION).text == NEXT_ANSWER
    messages = sound_history(caller, consumer, chat_id, roles="uaua")
    assert message_text(messages[3]) == NEXT_ANSWER
    no_call_without_result(database, chat_id)


def requests_for(model: ScriptedModel, name: str) -> list[ModelRequest]:
    """The requests that reached the model for one case's question."""
    return [request for request in model.requests if request.last_user_text == question_of(name)]


def no_call_without_result(database: ShopDatabase, chat_id: str) -> None:
    """No checkpoint of the thread holds a tool call without its result, or work that is not done."""
    with database.connection() as opened:
        thread = opened.execute(sql.SQL("select id from thread where chat_id = %s"), (chat_id,)).fetchone()
        assert thread is not None
        opened.execute(sql.SQL("set local search_path to langgraph, public"))
        for messages, unfinished in _checkpoints(opened, str(thread[0])):
            assert not unfinished, unfinished
            called = {call["id"] for m in messages if isinstance(m, AIMessage) for call in m.tool_calls}
            answered = {m.tool_call_id for m in messages if isinstance(m, ToolMessage)}
            assert called == answered, messages


def _checkpoints(
    opened: Connection[tuple[object, ...]], thread_id: str
) -> list[tuple[list[BaseMessage], list[str]]]:
    """The messages of each checkpoint, and the channels of writes that never became part of one."""
    connection: Connection[DictRow] = opened  # pyright: ignore[reportAssignmentType] - set on the next line
    connection.row_factory = dict_row
    found = PostgresSaver(connection).list({"configurable": {"thread_id": thread_id}})
    return [
        (one.checkpoint["channel_values"].get("messages", []), [w[1] for w in one.pending_writes or []])
        for one in found
    ]
