"""Turns that stand at the worst moments for their database: in a change, before and after it, in a tool, in a
sentence; spread over two servers."""

from collections import Counter
from collections.abc import Generator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import AbstractContextManager, ExitStack, contextmanager, suppress
from dataclasses import dataclass, field

import psycopg
from psycopg import sql

from leadhand.errors import JsonValue
from tests.acceptance.caller import Caller, new_chat_id
from tests.acceptance.json_access import at, items_at, parse, text_at
from tests.acceptance.lost_servers import eventually, runs, waiting_for_locks
from tests.acceptance.model_script import Gate, ModelReply, ModelRequest, Pause, Text, calls, plays, says
from tests.acceptance.shop_database import ShopDatabase
from tests.acceptance.stream_reader import ChatStream
from tests.acceptance.unsteady_pair import SHOP

TOOL, FIRST, SECOND = "update_due_date", "It is as ", "you wished."
AGREED = FIRST + SECOND
# Changes at the moment of the outage.
KEPT, MAKING, WAITING, PROPOSING = "made, not kept", "being made", "waiting", "being proposed"
WRITES = (KEPT, MAKING, WAITING, PROPOSING)
LOOKING = "looking things up"
TALKING = ("talking, first", "talking, second", "talking, third", "talking, fourth")
# All but those who talk, or wait for a person.
WAIT_FOR_LOCKS = 4
LOOK_UP: tuple[str, JsonValue] = ("get_machine_availability", {"machines": ["Puma 3100"]})


@dataclass(frozen=True, slots=True)
class Change:
    order: str
    before: JsonValue
    priority: int


@dataclass(slots=True)
class WritingLoad:
    """Each turn is told by its name, which is its question; every other one is at the second server."""

    callers: tuple[Caller, Caller]
    database: ShopDatabase
    gate: Gate = field(default_factory=Gate)
    changes: dict[str, Change] = field(default_factory=dict[str, Change])
    asked: Counter[str] = field(default_factory=Counter[str])
    chats: dict[str, str] = field(
        default_factory=lambda: {name: new_chat_id() for name in (*WRITES, LOOKING, *TALKING)}
    )

    def __post_init__(self) -> None:
        orders = items_at(
            parse(self.callers[0].http.get(f"/api/orders?limit={len(WRITES)}").content), "orders"
        )
        for name, order in zip(WRITES, orders, strict=True):
            code = text_at(order, "order", "code")
            now = self.priority(code)
            self.changes[name] = Change(code, now, 4 if now == 5 else 5)

    def reply(self, asked: ModelRequest) -> ModelReply:
        """The talking ones halt in mid sentence the first time."""
        name = asked.last_user_text
        if name in TALKING:
            self.asked[name] += 1
            if self.asked[name] == 1:
                return plays(Text(FIRST), Pause(self.gate), Text(SECOND))
        elif name in self.chats and not asked.trailing_tool_results:
            if name == LOOKING:
                return calls(LOOK_UP)
            change = self.changes[name]
            return calls((TOOL, {"order": change.order, "priority": change.priority}))
        return says(FIRST, SECOND)

    def bring_to_the_brink(
        self, people: ThreadPoolExecutor, stack: ExitStack
    ) -> dict[str, "Future[ChatStream]"]:
        """All turns at their moments, held there by locks in `stack` and by the gate; the streams to be."""
        for name in (KEPT, MAKING, WAITING):
            assert self.caller(name).ask(self.chats[name], name).state.finish_reason == "tool-calls"
        streams = {name: people.submit(self._ask, name) for name in TALKING}
        stack.enter_context(cut_with_the_database(holding(self.database, "tool_result")))
        self.approve(KEPT)
        eventually(lambda: self.made(KEPT) == 1 and waiting_for_locks(self.database) == 1)
        stack.enter_context(cut_with_the_database(self.database.holding_the_plan(SHOP)))
        self.approve(MAKING)
        streams |= {name: people.submit(self._ask, name) for name in (LOOKING, PROPOSING)}
        eventually(lambda: waiting_for_locks(self.database) == WAIT_FOR_LOCKS)
        eventually(lambda: all(self.asked[name] == 1 for name in TALKING))
        for name, chat in self.chats.items():
            expected = "awaiting_approval" if name == WAITING else "running"
            assert runs(self.database, chat)[-1]["status"] == expected, name
        assert self.made(MAKING) == 0
        return streams

    def caller(self, name: str) -> Caller:
        return self.callers[list(self.chats).index(name) % 2]

    def _ask(self, name: str) -> ChatStream:
        return self.caller(name).ask(self.chats[name], name)

    def open_approvals(self, name: str) -> list[str]:
        query = sql.SQL(
            "select a.id::text from approval a join thread t on t.id = a.thread_id "
            "where t.chat_id = %s and a.status = 'pending'"
        )
        return [str(row[0]) for row in self.database.run(query, self.chats[name])]

    def approve(self, name: str) -> None:
        [approval] = self.open_approvals(name)
        response = self.caller(name).http.post(f"/api/approvals/{approval}", json={"approved": True})
        assert response.status_code == 200, response.text

    def yeses(self, name: str) -> int:
        """How often somebody said yes to the change."""
        query = sql.SQL(
            "select count(*)::int from approval a join thread t on t.id = a.thread_id "
            "where t.chat_id = %s and a.status in ('approved', 'applied')"
        )
        return self._count(query, name)

    def made(self, name: str) -> int:
        """How often the change stands in the ledger."""
        query = sql.SQL(
            "select count(*)::int from plan_write w join thread t on t.id = w.thread_id where t.chat_id = %s"
        )
        return self._count(query, name)

    def told(self, name: str) -> int:
        """How often the audit has it as made."""
        query = sql.SQL(
            "select count(*)::int from audit a join thread t on t.id = a.thread_id "
            "where t.chat_id = %s and a.action = 'write_applied' and a.approved_by = 'pia'"
        )
        return self._count(query, name)

    def _count(self, query: sql.SQL, name: str) -> int:
        [(count,)] = self.database.run(query, self.chats[name])
        assert isinstance(count, int)
        return count

    def priority(self, order: str) -> JsonValue:
        return at(parse(self.callers[0].http.get(f"/api/orders/{order}").content), "order", "priority")


@contextmanager
def cut_with_the_database(held: AbstractContextManager[None]) -> Generator[None]:
    """A lock that ends with its connection, which is cut with all others."""
    with suppress(psycopg.OperationalError), held:
        yield


@contextmanager
def holding(database: ShopDatabase, table: str) -> Generator[None]:
    """Within the block nobody reads or writes the table."""
    with database.connection() as connection:
        connection.execute(sql.SQL("lock table {} in access exclusive mode").format(sql.Identifier(table)))
        yield
