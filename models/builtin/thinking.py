"""From a conversation to the next message: calls to make, or text."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from typing import Final

from langchain_core.messages import BaseMessage

from leadhand.errors import JsonValue
from models.builtin.answers import MAX_SENTENCES, sentences_of, word_result
from models.builtin.consulting import TOOL as CONSULT
from models.builtin.consulting import consulting_of, instead_of, without_consulting
from models.builtin.conversation import Conversation, follow
from models.builtin.personal import TOOL as PERSONAL
from models.builtin.personal import personal_part, without_personal
from models.builtin.quizzing import TOOL as QUIZ
from models.builtin.quizzing import quizzing_of, without_quizzing
from models.builtin.recalling import TOOL as RECALL
from models.builtin.recalling import recalling_of, without_recalling
from models.builtin.repairs import person_asked, repairs_for, settled, taken_for
from models.builtin.replies import beside, fault_text, listed, remarks_on, reply_to, said_before
from models.builtin.report_wishes import SCHEDULE, SCHEDULES
from models.builtin.results import Result
from models.builtin.scheduling import schedules_asked, scheduling_of, without_scheduling
from models.builtin.understanding import Query


@dataclass(frozen=True, slots=True)
class PlannedCall:
    tool: str
    arguments: dict[str, JsonValue]


@dataclass(frozen=True, slots=True)
class Thought:
    """The next message: either text or calls."""

    text: str = ""
    calls: tuple[PlannedCall, ...] = ()


# Subjects that are read before all others: each with its tool, and what is left for those behind it.
_BESIDE_THE_PLAN: Final = (
    (scheduling_of, SCHEDULE, list[BaseMessage]),
    (schedules_asked, SCHEDULES, without_scheduling),
    (recalling_of, RECALL, without_recalling),
    (quizzing_of, QUIZ, without_quizzing),
    (consulting_of, CONSULT, list[BaseMessage]),
)


def think(messages: Sequence[BaseMessage], tools: Collection[str]) -> Thought:
    """The same messages and tools always give the same thought."""
    for part_of, tool, without in _BESIDE_THE_PLAN:
        part = part_of(messages, tools)
        if part is not None and part.arguments is not None:
            return Thought(calls=(PlannedCall(tool, part.arguments),))
        if part is not None:
            return Thought(part.text)
        if tool in tools:
            messages = without(messages)
    personal = personal_part(messages, tools)
    if personal is None:
        return _of_the_plan(without_personal(messages), tools)
    if personal.arguments is not None:
        return Thought(calls=(PlannedCall(PERSONAL, personal.arguments),))
    if not personal.rest:
        return Thought(personal.text)
    thought = _of_the_plan(personal.rest, tools)
    return replace(thought, text=f"{personal.text}\n\n{thought.text}") if thought.text else thought


def _of_the_plan(messages: Sequence[BaseMessage], tools: Collection[str]) -> Thought:
    conversation = follow(without_consulting(messages), tools)
    if conversation.turn.rounds:
        return _after_calls(conversation, tools)
    understood = conversation.understood
    if understood.queries:
        return Thought(calls=tuple(PlannedCall(query.tool, query.arguments) for query in understood.queries))
    if understood.explain and conversation.earlier:
        return Thought(_explained(conversation))
    reply = reply_to(understood, conversation.language, tools)
    looked_up = instead_of(reply, understood, messages, tools)
    if looked_up.arguments is not None:
        return Thought(calls=(PlannedCall(CONSULT, looked_up.arguments),))
    return Thought(looked_up.text)


def _after_calls(conversation: Conversation, tools: Collection[str]) -> Thought:
    rounds, queries = conversation.turn.rounds, conversation.understood.queries
    again = repairs_for(rounds, queries, tools)
    if again:
        return Thought(calls=tuple(PlannedCall(repair.tool, repair.arguments) for repair in again))
    results = settled(rounds, queries, tools)
    language = conversation.language
    pairs: list[tuple[Query, Result]] = []
    taken: list[str] = []
    for index, (first, result) in enumerate(zip(rounds[0], results, strict=True)):
        query = queries[index] if index < len(queries) else Query(result.tool, dict(result.arguments))
        person = person_asked(first, result)
        # A name that stayed unknown is told as it was said, not as it was tried again.
        told = first if first.fault and result.fault and first.tool == result.tool else result
        pairs.append((replace(query, focus=(person,)) if person else query, told))
        words = taken_for(first, result)
        if words is not None:
            taken.append(beside("repaired", {"asked": words[0], "taken": words[1]}, language))
    worded = _worded(pairs, [*taken, *remarks_on(conversation.understood, language)], language)
    answered = [result.tool for _, result in pairs if result.fault is None]
    return Thought("\n\n".join(filter(None, (said_before(answered, language), worded))))


def _explained(conversation: Conversation) -> str:
    """The last results again, worded for the question behind "why"."""
    language = conversation.language
    pairs = [
        (
            Query(query.tool, query.arguments, query.focus, query.excluded, conversation.understood.explain),
            result,
        )
        for query, result in conversation.earlier
    ]
    return beside("explained", {}, language) + "\n\n" + _worded(pairs, [], language)


def _worded(pairs: Sequence[tuple[Query, Result]], remarks: Sequence[str], language: str) -> str:
    """All results in order, then what was assumed and what is to be noted, each once."""
    answers = [
        fault_text(result.fault, language) if result.fault else word_result(result, query, language)
        for query, result in pairs
    ]
    blocks = [*dict.fromkeys(filter(None, answers)), *remarks]
    for name, heading in (("warnings", "warned"), ("assumptions", "assumed")):
        told = [text for _, result in pairs for text in sentences_of(result, name, language)]
        blocks.append(listed(heading, list(dict.fromkeys(told))[:MAX_SENTENCES], language))
    return "\n\n".join(filter(None, blocks))
