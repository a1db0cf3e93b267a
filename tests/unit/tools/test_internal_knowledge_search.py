"""internal_knowledge_search: what may be asked of it, and what it tells."""

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from uuid import UUID

import pytest

from knowledge.answerable import Verdict
from knowledge.search import Filters, Finding
from leadhand.context import Permission, TenantContext
from leadhand.errors import DatabaseUnavailable, InvalidToolInput, JsonValue, LeadhandError, PermissionDenied
from storage.knowledge_passages import FoundPassage
from tests.unit.tools.shops import OneShop, tenant
from tests.unit.tools.status_shop import SHOP
from tools.catalog.internal_knowledge_search import InternalKnowledgeSearchOutput
from tools.passage_views import passages_in
from tools.registry import ToolRegistry

NAME = "internal_knowledge_search"
COOLANT = FoundPassage(
    id=UUID("0199a000-0000-7000-8000-00001234abcd"),
    document_id=UUID(int=3),
    source="handbook/coolant.pdf",
    title="Coolant",
    category="care",
    dated=datetime(2026, 1, 1, tzinfo=UTC),
    version=2,
    page=3,
    heading=["Care", "Lathes"],
    text="It is changed every six weeks.",
    similarity=0.87654,
    weight=1.0,
    kind="pdf",
)
WHO = replace(tenant(), permissions=frozenset({Permission.PLANNING_READ, Permission.KNOWLEDGE_READ}))


@dataclass
class OneShelf:
    """Finds the same whatever is asked, and keeps what was."""

    found: Finding
    asked: list[tuple[str, int, Filters | None]] = field(
        default_factory=list[tuple[str, int, Filters | None]]
    )

    async def find(
        self, tenant: TenantContext, words: str, *, top_k: int, filters: Filters | None = None
    ) -> Finding:
        del tenant
        self.asked.append((words, top_k, filters))
        return self.found


async def run(
    shelf: OneShelf | None, asked: JsonValue, who: TenantContext = WHO
) -> InternalKnowledgeSearchOutput:
    registry = ToolRegistry.discover(knowledge=shelf)
    output = await registry.run(NAME, asked, who, OneShop(SHOP), call_id="c1")
    assert isinstance(output, InternalKnowledgeSearchOutput)
    return output


async def test_a_passage_comes_with_its_place_its_version_and_the_mark_that_cites_it() -> None:
    output = await run(
        OneShelf(Finding("meaning_and_words", Verdict.ANSWER, (COOLANT,))),
        {"query": "How often is coolant changed?"},
    )
    [passage] = output.passages
    assert passage.cite_as == "[p-1234abcd]"
    assert (passage.document, passage.title, passage.section) == (
        "handbook/coolant.pdf",
        "Coolant",
        ["Care", "Lathes"],
    )
    assert (passage.page, passage.version, passage.score) == (3, 2, 0.877)
    assert (passage.text, output.answerable, output.warnings) == (COOLANT.text, True, [])
    assert list(passages_in(output)) == [passage]


async def test_what_is_too_far_off_to_be_an_answer_is_not_given() -> None:
    output = await run(
        OneShelf(Finding("meaning_and_words", Verdict.NONE, (COOLANT,))), {"query": "football"}
    )
    assert (output.answerable, output.passages) == (False, [])
    assert output.nearest is not None
    assert (output.nearest.title, output.nearest.section) == ("Coolant", ["Care", "Lathes"])
    other = await run(
        OneShelf(Finding("meaning_and_words", Verdict.NONE, (replace(COOLANT, weight=0.1),))),
        {"query": "football"},
    )
    assert other.nearest is None, "hardly a word of it stands there"


async def test_a_code_that_no_document_has_is_named_as_it_was_written() -> None:
    found = Finding("meaning_and_words", Verdict.PERHAPS, (replace(COOLANT, unknown=("er16", "hsk", "nut")),))
    output = await run(OneShelf(found), {"query": "Is it HSK, and which torque does an ER16 nut get?"})
    assert output.unknown == ["HSK", "ER16"]


async def test_what_is_only_near_is_given_and_told_as_unsure() -> None:
    near = await run(OneShelf(Finding("meaning_and_words", Verdict.PERHAPS, (COOLANT,))), {"query": "cost?"})
    assert (near.answerable, near.sure, len(near.passages)) == (True, False, 1)
    found = await run(OneShelf(Finding("meaning_and_words", Verdict.ANSWER, (COOLANT,))), {"query": "how?"})
    assert (found.answerable, found.sure) == (True, True)


async def test_where_only_words_were_compared_it_is_said() -> None:
    found = Finding("words", Verdict.ANSWER, (replace(COOLANT, similarity=None),))
    output = await run(OneShelf(found), {"query": "coolant"})
    assert (output.compared, output.passages[0].score, len(output.warnings)) == ("words", None, 1)


async def test_document_path_category_and_dates_bound_the_search() -> None:
    shelf = OneShelf(Finding("words", Verdict.NONE, ()))

    async def filters(**asked: JsonValue) -> Filters | None:
        await run(shelf, {"query": "coolant", **asked})
        return shelf.asked[-1][2]

    assert await filters() == Filters()
    assert await filters(path="handbook/", category="care") == Filters("handbook/", "care")
    assert await filters(path="handbook/", document="handbook/coolant.pdf") == Filters("handbook/coolant.pdf")
    start = datetime(2026, 1, 1, 6, tzinfo=UTC)
    assert await filters(**{"from": "2026-01-01"}) == Filters(since=start)
    assert await filters(to="2025-12-31") == Filters(until=start)
    both = await filters(**{"from": "2025-12-01", "to": "2025-12-31"})
    assert both == Filters(since=datetime(2025, 12, 1, 6, tzinfo=UTC), until=start)
    await run(shelf, {"query": "coolant", "most": 8})
    assert shelf.asked[-1][1] == 8


@pytest.mark.parametrize(
    ("asked", "error"),
    [
        ({}, InvalidToolInput),
        ({"query": ""}, InvalidToolInput),
        ({"query": "x" * 501}, InvalidToolInput),
        ({"query": "coolant", "most": 9}, InvalidToolInput),
        ({"query": "coolant", "window": "the day that never was"}, LeadhandError),
    ],
)
async def test_what_cannot_be_searched_is_refused(asked: JsonValue, error: type[LeadhandError]) -> None:
    with pytest.raises(error):
        await run(OneShelf(Finding("words", Verdict.NONE, ())), asked)


async def test_without_the_permission_the_tool_is_not_there() -> None:
    without = replace(WHO, permissions=frozenset({Permission.PLANNING_READ}))
    offered = str(ToolRegistry.discover().openai_tools(without.permissions))
    assert NAME not in offered
    with pytest.raises(PermissionDenied):
        await run(OneShelf(Finding("words", Verdict.ANSWER, (COOLANT,))), {"query": "coolant"}, without)


async def test_without_a_database_there_is_nothing_to_search() -> None:
    with pytest.raises(DatabaseUnavailable):
        await run(None, {"query": "coolant"})
