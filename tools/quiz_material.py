"""What a quiz is asked from: the shop's documents as the search finds them, else planning terms."""

from collections.abc import Sequence
from dataclasses import dataclass

from knowledge.quiz.cloze import drawn
from knowledge.quiz.glossary import all_terms, is_planning_terms, terms_named
from knowledge.quiz.questions import Language, Passage
from storage.knowledge_passages import FoundPassage
from tools.base import ToolContext
from tools.catalog.internal_knowledge_search import MAX_PASSAGES, InternalKnowledgeSearchOutput
from tools.passage_views import PassageView

SEARCH = "internal_knowledge_search"
# Where wrong options may come from, beside the passages that are asked about.
BESIDE = 40


@dataclass(frozen=True, slots=True)
class Material:
    """`asked`: passages to ask about, the best first; `beside`: others, for wrong options."""

    asked: tuple[Passage, ...]
    beside: tuple[Passage, ...] = ()
    assumptions: tuple[str, ...] = ()

    @property
    def is_documents(self) -> bool:
        return any(one.document_id is not None for one in self.asked)


NOTHING = Material(())


async def material_on(topic: str, language: Language, seed: str, context: ToolContext) -> Material:
    """The documents that fit the topic; planning terms where it names them, and where there is none."""
    if not topic or is_planning_terms(topic):
        said = () if topic else ("No topic was named, so the questions are about planning terms.",)
        return Material(_shuffled(all_terms(language), seed), assumptions=said)
    passages = await _found(topic, context)
    if passages:
        asked = {passage.id for passage in passages}
        others = await context.knowledge.find(context.tenant, topic, top_k=BESIDE)
        beside = tuple(_of_shelf(one) for one in others.passages if str(one.id) not in asked)
        return Material(passages, beside)
    return terms_on(topic, language, seed)


def terms_on(topic: str, language: Language, seed: str) -> Material:
    """The planning terms that the topic names; NOTHING when it names none."""
    chosen = terms_named(topic, language)
    if chosen is None:
        return NOTHING
    return Material(
        _shuffled(chosen.asked, seed),
        chosen.others,
        ("No document fits the topic, so the questions are about planning terms.",),
    )


async def _found(topic: str, context: ToolContext) -> tuple[Passage, ...]:
    output = await context.tools.call(SEARCH, {"query": topic, "most": MAX_PASSAGES})
    assert isinstance(output, InternalKnowledgeSearchOutput), SEARCH  # noqa: S101
    return tuple(_of_view(one) for one in output.passages) if output.answerable else ()


def _shuffled(passages: Sequence[Passage], seed: str) -> tuple[Passage, ...]:
    return tuple(sorted(passages, key=lambda one: drawn(seed, one.id)))


def _of_view(view: PassageView) -> Passage:
    return Passage(
        view.id,
        view.title,
        view.text,
        tuple(view.section),
        view.page,
        view.version,
        view.document,
        view.document_id,
        view.kind,
    )


def _of_shelf(found: FoundPassage) -> Passage:
    return Passage(
        str(found.id),
        found.title,
        found.text,
        tuple(found.heading),
        found.page,
        found.version,
        found.source,
        str(found.document_id),
        found.kind,
    )
