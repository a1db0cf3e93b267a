"""search_conversations: what may be asked of it, and what it tells."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from uuid import UUID

import pytest

from leadhand.context import TenantContext
from leadhand.errors import DatabaseUnavailable, InvalidToolInput, JsonValue, LeadhandError
from memory.recall import Recalled, Recollection, Remark
from tests.unit.tools.shops import OneShop, tenant
from tests.unit.tools.status_shop import SHOP
from tools.catalog.search_conversations import MAX_REMARK_CHARS, SearchConversationsOutput
from tools.registry import ToolRegistry

THREAD = UUID(int=7)
SAID = datetime(2026, 11, 20, 15, 30, tzinfo=UTC)
COOLANT = Recalled(
    "chat-1",
    "Coolant",
    "m-1",
    0.9,
    (
        Remark("m-1", "user", "How often is it changed?", SAID),
        Remark("m-2", "assistant", "Weekly. " * 500, SAID),
    ),
)


@dataclass
class OneRecollection:
    """Finds the same whatever is asked, and keeps what was."""

    found: Recollection
    asked: list[tuple[str, int, datetime | None, datetime | None, UUID | None]] = field(
        default_factory=list[tuple[str, int, datetime | None, datetime | None, UUID | None]]
    )

    async def search(
        self,
        tenant: TenantContext,
        words: str,
        *,
        top_k: int,
        since: datetime | None = None,
        until: datetime | None = None,
        but_thread_id: UUID | None = None,
    ) -> Recollection:
        del tenant
        self.asked.append((words, top_k, since, until, but_thread_id))
        return self.found


async def run(recall: OneRecollection | None, asked: JsonValue) -> SearchConversationsOutput:
    registry = ToolRegistry.discover(recall=recall)
    output = await registry.run(
        "search_conversations", asked, tenant(), OneShop(SHOP), call_id="c1", thread_id=str(THREAD)
    )
    assert isinstance(output, SearchConversationsOutput)
    return output


async def test_it_tells_what_was_said_with_its_surroundings_and_that_old_figures_are_old() -> None:
    output = await run(OneRecollection(Recollection("meaning_and_words", (COOLANT,))), {"about": "coolant"})
    [match] = output.matches
    assert match.title == "Coolant"
    assert [(remark.said_by, remark.text[:8]) for remark in match.remarks] == [
        ("person", "How ofte"),
        ("assistant", "Weekly. "),
    ]
    assert [len(remark.text) for remark in match.remarks] == [24, MAX_REMARK_CHARS]
    assert output.warnings == [
        "Figures in earlier answers are those of their time; ask again for those of now."
    ]


async def test_the_conversation_in_which_it_is_asked_is_left_out() -> None:
    recall = OneRecollection(Recollection("meaning_and_words", ()))
    output = await run(recall, {"about": "coolant", "most": 5})
    assert recall.asked == [("coolant", 5, None, None, THREAD)]
    assert (output.matches, output.warnings, output.assumptions) == ([], [], [])


async def test_a_time_that_is_named_bounds_the_search_and_is_said() -> None:
    recall = OneRecollection(Recollection("meaning_and_words", ()))
    output = await run(recall, {"about": "coolant", "window": "yesterday"})
    [(_, _, since, until, _)] = recall.asked
    assert since is not None
    assert until is not None
    assert (until - since).total_seconds() == 24 * 3600
    assert len(output.assumptions) == 1


async def test_where_only_words_were_compared_it_is_said() -> None:
    output = await run(OneRecollection(Recollection("words", ())), {"about": "coolant"})
    assert (output.compared, len(output.warnings)) == ("words", 1)


@pytest.mark.parametrize(
    ("asked", "error"),
    [
        ({}, InvalidToolInput),
        ({"about": ""}, InvalidToolInput),
        ({"about": "x" * 501}, InvalidToolInput),
        ({"about": "coolant", "most": 11}, InvalidToolInput),
        ({"about": "coolant", "window": "the day that never was"}, LeadhandError),
    ],
)
async def test_what_cannot_be_searched_is_refused(asked: JsonValue, error: type[LeadhandError]) -> None:
    with pytest.raises(error):
        await run(OneRecollection(Recollection("words", ())), asked)


async def test_without_a_database_there_is_nothing_to_search() -> None:
    with pytest.raises(DatabaseUnavailable):
        await run(None, {"about": "coolant"})
