"""Titles: after the first answered turn a small model names the thread.

The conversation is handed over as data. What comes back is shaped to one short line of plain words, and is
stored only if nobody has named the thread meanwhile.
"""

import json
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from langchain_core.messages import BaseMessage, HumanMessage, SystemMessage

from jobs.context import run_owner
from jobs.queue import defer_once
from jobs.task import JobRow, Task
from leadhand.errors import BudgetExhausted, EmptyAnswer, JsonValue
from leadhand.prompts import read_prompt
from memory.small_calls import SmallCalls
from memory.title_text import shape_title, written
from storage.database import Database
from storage.titles import give_title, turn_to_title
from storage.transactions import Connection

TASK = "title"
# Of the question and of the answer, at most; their subject is said early.
MAX_MATERIAL_CHARS = 1_500
# A title's line is over long before; reasoning in front of it may be longer.
MAX_LINE_CHARS = 200
MAX_WRITTEN_CHARS = 8_000

_log = logging.getLogger(__name__)


async def ask_for_title(connection: Connection, *, run_id: UUID, thread_id: UUID) -> None:
    """Queue the titling of the thread from this run, in the transaction that ends the run."""
    await defer_once(connection, task=TASK, row_id=run_id, subject=str(thread_id))


@dataclass(frozen=True, slots=True)
class TitleWriter:
    database: Database
    small: SmallCalls

    def task(self) -> Task:
        return Task(name=TASK, run=self.write, max_attempts=4)

    async def write(self, row: JobRow) -> None:
        """Title the thread of the run `row`; nothing to do is done at once.

        Raises:
            DatabaseUnavailable, ModelUnavailable, ModelTimeout, EmptyAnswer: try again later.
            ModelRejected: trying again does not help; the thread keeps its stand-in, as with no budget left.
        """
        owner = await run_owner(self.database, row)
        if owner is None:
            return
        async with self.database.transaction(owner.tenant, snapshot=True) as connection:
            turn = await turn_to_title(connection, run_id=row.row_id)
        if turn is None:
            return
        request = _request(turn.question, turn.answer)
        try:
            answer = await self.small.ask(owner.tenant, request, is_whole=_is_whole)
        except BudgetExhausted as error:
            _log.info("no title is written: %s", error.code, extra={"tenant_id": row.tenant_id})
            return
        title = shape_title(answer)
        if title is None:
            raise EmptyAnswer("The model gave no title.")
        async with self.database.transaction(owner.tenant) as connection:
            await give_title(connection, thread_id=owner.run.thread_id, title=title)


def _is_whole(text: str) -> bool:
    line = written(text).lstrip()
    return "\n" in line or len(line) > MAX_LINE_CHARS or len(text) > MAX_WRITTEN_CHARS


def _request(question: Sequence[JsonValue], answer: Sequence[JsonValue]) -> list[BaseMessage]:
    material = {"question": _text_of(question), "answer": _text_of(answer)}
    prompt = read_prompt("memory.prompts", "title")
    return [SystemMessage(prompt.text), HumanMessage(json.dumps(material, ensure_ascii=False))]


def _text_of(parts: Sequence[JsonValue]) -> str:
    """The text parts of a stored UI message, up to what a title needs of them."""
    texts = [part.get("text") for part in parts if isinstance(part, dict) and part.get("type") == "text"]
    return "\n".join(text for text in texts if isinstance(text, str))[:MAX_MATERIAL_CHARS]
