"""Questions that a model writes from passages: asked for as JSON, each checked, the refused asked again."""

import json
import re
from collections.abc import Callable, Sequence
from typing import Final, Protocol

from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, SystemMessage

from knowledge.quiz.checking import Refused, checked_question
from knowledge.quiz.cloze import Wish
from knowledge.quiz.questions import Passage, Question
from leadhand.context import TenantContext
from leadhand.errors import JsonValue, LeadhandError
from leadhand.prompts import read_prompt

# The first one and one more, with what was wrong: what is then still refused is asked as a gap instead.
MAX_TRIES: Final = 2
# Ten questions are half of it; what goes on beyond is no answer of the form asked for.
MAX_WRITTEN_CHARS: Final = 20_000

_OBJECT = re.compile(r'\{\s*"questions".*\}', re.DOTALL)


class Writer(Protocol):
    """A model that is asked for a person; `memory.small_calls` is one."""

    async def ask(
        self, who: TenantContext, request: Sequence[BaseMessage], *, is_whole: Callable[[str], bool]
    ) -> str:
        """What it writes, read until `is_whole`; raises LeadhandError."""
        ...


async def written_questions(
    writer: Writer, who: TenantContext, passages: Sequence[Passage], *, count: int, wish: Wish
) -> tuple[Question, ...]:
    """At most `count` questions that stand every check, perhaps none.

    Raises:
        LeadhandError: the model could not be asked, and no question stands.
    """
    named = {f"p{number}": passage for number, passage in enumerate(passages, 1)}
    request: list[BaseMessage] = [
        SystemMessage(read_prompt("knowledge.prompts", "quiz").text),
        HumanMessage(_material(named, count, wish)),
    ]
    found: list[Question] = []
    for _ in range(MAX_TRIES):
        try:
            text = await writer.ask(who, request, is_whole=_is_whole)
        except LeadhandError:
            if not found:
                raise
            break
        new, problems = _read(text, named)
        found += [one for one in new if all(one.text != known.text for known in found)]
        if len(found) >= count or not problems:
            break
        request += [AIMessage(text[:MAX_WRITTEN_CHARS]), HumanMessage(_again(problems, count - len(found)))]
    return tuple(found[:count])


def _material(named: dict[str, Passage], count: int, wish: Wish) -> str:
    passages = {
        key: {"title": passage.title, "section": list(passage.section), "text": passage.text}
        for key, passage in named.items()
    }
    wanted = {"count": count, "level": wish.level, "language": wish.language, "passages": passages}
    return json.dumps(wanted, ensure_ascii=False)


def _again(problems: Sequence[str], count: int) -> str:
    return json.dumps({"wrong": list(problems), "count": count}, ensure_ascii=False)


def _read(text: str, named: dict[str, Passage]) -> tuple[list[Question], list[str]]:
    """What stands, and what was wrong with the rest."""
    written = _questions_in(text)
    if written is None:
        return [], ["the reply is not one JSON object with `questions`"]
    found: list[Question] = []
    problems: list[str] = []
    for number, one in enumerate(written, 1):
        try:
            found.append(checked_question(one, named))
        except Refused as refused:
            problems.append(f"question {number}: {refused}")
    return found, problems or ([] if found else ["there are no questions in the reply"])


def _questions_in(text: str) -> list[JsonValue] | None:
    """What stands around the object (a code fence, some reasoning) is passed over."""
    match = _OBJECT.search(text)
    try:
        value: JsonValue = json.loads(match[0]) if match else None
    except (ValueError, RecursionError):
        return None
    questions = value.get("questions") if isinstance(value, dict) else None
    return questions if isinstance(questions, list) else None


def _is_whole(text: str) -> bool:
    return len(text) > MAX_WRITTEN_CHARS
