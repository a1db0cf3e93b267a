"""From a turn to its being found in a later one: the job after the turn, and the tool."""

from dataclasses import dataclass, replace
from uuid import UUID

import psycopg
from psycopg.rows import class_row

from jobs.task import JobRow
from leadhand.events import ToolSucceeded
from memory.recall_index import QUIET_S, TASK, RecallIndex
from models.embeddings.bundled import BundledEmbedder
from storage.embedded import EmbeddedServer
from tests.acceptance.json_access import at
from tests.acceptance.model_script import calls, says
from tests.acceptance.scripted_model import ScriptedModel
from tests.integration.runs.conftest import Planner

QUESTION, ANSWER = "How often is the coolant changed?", "Every Monday."


@dataclass(frozen=True, slots=True)
class Job:
    row_id: str
    waits_s: float


def jobs_of(server: EmbeddedServer, planner: Planner) -> list[Job]:
    with (
        psycopg.connect(server.owner_url) as connection,
        connection.cursor(row_factory=class_row(Job)) as cursor,
    ):
        cursor.execute(
            "select args->>'row_id' as row_id, extract(epoch from scheduled_at - now())::float8 as waits_s"
            " from jobs.procrastinate_jobs where task_name = %s and args->>'tenant_id' = %s",
            (TASK, planner.who.tenant_id),
        )
        return cursor.fetchall()


async def test_turns_that_follow_one_another_wait_for_one_job(
    planner: Planner, model: ScriptedModel, server: EmbeddedServer
) -> None:
    model.play(says(ANSWER), says(ANSWER))
    await planner.ask(QUESTION)
    first = jobs_of(server, planner)
    await Planner(planner.desk, planner.who).ask(QUESTION)
    [job] = jobs_of(server, planner)
    assert [job.row_id] == [one.row_id for one in first]
    assert 0 < job.waits_s <= QUIET_S


async def test_what_was_said_is_found_in_a_later_conversation_by_its_person_alone(
    planner: Planner, model: ScriptedModel, server: EmbeddedServer
) -> None:
    look = calls(("search_conversations", {"about": "Wann wird der Kühlschmierstoff gewechselt?"}))
    model.play(says(ANSWER), look, says("Every Monday, we said."), look, says("I find nothing."))
    await planner.ask(QUESTION)
    [job] = jobs_of(server, planner)
    index = RecallIndex(planner.desk.database, BundledEmbedder())
    await index.index(JobRow(planner.who.tenant_id, UUID(job.row_id)))
    later = Planner(planner.desk, planner.who)
    [found] = [event for event in await later.ask("When?") if isinstance(event, ToolSucceeded)]
    assert at(found.output, "compared") == "meaning_and_words"
    assert at(found.output, "matches", 0, "remarks", 0, "text") == QUESTION
    assert at(found.output, "matches", 0, "remarks", 1, "text") == ANSWER
    colleague = Planner(planner.desk, replace(planner.who, user_id="ben"))
    [nothing] = [event for event in await colleague.ask("When?") if isinstance(event, ToolSucceeded)]
    assert at(nothing.output, "matches") == []
