# LangGraph leaves the type of cached values open in the signature of `add_node`.
# pyright: reportUnknownMemberType=false
"""The graph that words the opening text of a report: write, check, once more with the faults named, or plain.

    write ─▶ check ─▶ END
      ▲        │
      ├────────┘ a number, date or name is no fact: told to the model once
      └──▶ plain ─▶ END

Nothing of it is kept in checkpoints: a report that is lost is made again.
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final, Literal, TypeAlias

from langgraph.graph import END, START, StateGraph
from langgraph.graph.state import CompiledStateGraph
from langgraph.runtime import Runtime
from typing_extensions import TypedDict

from leadhand.context import TenantContext
from leadhand.errors import LeadhandError
from reports.facts import ReportFacts
from reports.options import Narrator, RefusedText
from reports.report import Narrative, Section, SectionKey

# Times that the model may write it, the first included: each costs its tokens.
ATTEMPTS: Final = 2
# Sentences of each section that make the plain text, in the order in which they matter.
_OPENING = (
    (SectionKey.CAPACITY, 2),
    (SectionKey.BOTTLENECKS, 1),
    (SectionKey.ORDERS, 2),
    (SectionKey.CHANGES, 2),
    (SectionKey.FREE_CAPACITY, 1),
    (SectionKey.DATA_TRUST, 1),
)

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Narration:
    """What one run of the graph is about."""

    tenant: TenantContext
    narrator: Narrator
    facts: ReportFacts
    sections: Sequence[Section]


class NarrativeState(TypedDict, total=False):
    """`text`: as the model wrote it last; `refused`: what was wrong with it, or why there is none."""

    attempts: int
    text: str
    refused: tuple[str, ...]
    narrative: Narrative


NarrativeGraph: TypeAlias = CompiledStateGraph[NarrativeState, Narration, NarrativeState, NarrativeState]


async def write_narrative(narration: Narration) -> Narrative:
    """A model that cannot be asked, or whose text fails the check, changes nothing but the wording."""
    done = await narrative_graph().ainvoke(NarrativeState(attempts=0, refused=()), context=narration)
    return done["narrative"]


@cache
def narrative_graph() -> NarrativeGraph:
    """The same for all reports of the process: what differs is in its context."""
    graph = StateGraph(NarrativeState, context_schema=Narration)
    graph.add_node("write", _write)
    graph.add_node("check", _check)
    graph.add_node("plain", _plain)
    graph.add_edge(START, "write")
    graph.add_conditional_edges("write", _next_after_write, ["check", "plain"])
    graph.add_conditional_edges("check", _next_after_check, ["write", "plain", END])
    graph.add_edge("plain", END)
    return graph.compile()


async def _write(state: NarrativeState, runtime: Runtime[Narration]) -> NarrativeState:
    about, attempts = runtime.context, state.get("attempts", 0) + 1
    faults = state.get("refused", ())
    before = RefusedText(state["text"], faults) if "text" in state else None
    try:
        text = await about.narrator.write(about.tenant, about.facts, before)
    except LeadhandError as error:
        _log.warning("no model wrote the opening text of a report: %s", error.code)
        return NarrativeState(attempts=ATTEMPTS, text="", refused=(*faults, error.code))
    return NarrativeState(attempts=attempts, text=text.strip(), refused=())


def _next_after_write(state: NarrativeState) -> Literal["check", "plain"]:
    return "plain" if state.get("refused") else "check"


def _check(state: NarrativeState, runtime: Runtime[Narration]) -> NarrativeState:
    """Every number, date and name must be a fact."""
    about, text = runtime.context, state.get("text", "")
    faults = about.facts.check().faults(text)
    if faults:
        _log.warning("the opening text of a report was refused: %d faults", len(faults))
        return NarrativeState(refused=faults)
    paragraphs = (" ".join(part.split()) for part in text.split("\n\n"))
    told = tuple(part for part in paragraphs if part)
    return NarrativeState(narrative=Narrative(paragraphs=told, by=about.narrator.name))


def _next_after_check(state: NarrativeState) -> Literal["write", "plain", "__end__"]:
    if not state.get("refused"):
        return "__end__"
    return "write" if state.get("attempts", 0) < ATTEMPTS else "plain"


def _plain(state: NarrativeState, runtime: Runtime[Narration]) -> NarrativeState:
    return NarrativeState(narrative=plain_narrative(runtime.context.sections, state.get("refused", ())))


def plain_narrative(sections: Sequence[Section], refused: tuple[str, ...] = ()) -> Narrative:
    """Sentences of the sections, as they stand there."""
    known = {section.key: section for section in sections}
    said = (" ".join(known[key].sentences[:count]) for key, count in _OPENING if key in known)
    return Narrative(paragraphs=tuple(text for text in said if text), refused=refused)
