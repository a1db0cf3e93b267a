"""Questions for the shop's documents: the call that searches them, and an answer in their own words.

Whoever names the documents means them. Any other question is looked up only where the plan has no answer.
"""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, ToolMessage

from leadhand.errors import JsonValue
from models.builtin.excerpts import excerpt
from models.builtin.formats import escaped, sentence
from models.builtin.lexicon import listed, read_table, table
from models.builtin.personal import remembered_language
from models.builtin.reading import language_of, read
from models.builtin.results import Result, read_result
from models.builtin.understanding import Understanding
from models.builtin.words import clean

TOOL = "internal_knowledge_search"
MAX_QUERY_CHARS = 500
# A second passage is told where it fits nearly as well.
MAX_PASSAGES, NEARLY = 2, 0.015
_MARK = re.compile(r"\[p-[0-9a-f]{8}\]")


@dataclass(frozen=True, slots=True)
class Consulting:
    """What comes next: the call's `arguments`, or `text`."""

    arguments: dict[str, JsonValue] | None = None
    text: str = ""


def consulting_of(messages: Sequence[BaseMessage], tools: Collection[str]) -> Consulting | None:
    """None when the newest message does not name the documents."""
    asked = _newest(messages)
    if TOOL not in tools or not asked or not _found(_documents(), asked):
        return None
    results = _results(messages)
    if not results:
        return _call(asked)
    told = _told(results[-1], asked, messages)
    return Consulting(text=told or _nothing(results[-1], _language(asked, messages)))


def instead_of(
    reply: str, understood: Understanding, messages: Sequence[BaseMessage], tools: Collection[str]
) -> Consulting:
    """What the documents say in place of `reply`, which tells that the plan has no answer.

    A search that somebody made before is told, if it found an answer.
    """
    asked, results = _newest(messages), _results(messages)
    settled = understood.ask or understood.social or understood.explain or understood.unclear
    if TOOL not in tools or settled or set(understood.topics) & set(_names("never")):
        return Consulting(text=reply)
    likely = _may_be_written_down(asked, understood)
    if not results:
        return _call(asked) if likely else Consulting(text=reply)
    if not likely and (set(understood.topics) & set(_names("with_subject")) or _found(_order_named(), asked)):
        return Consulting(text=reply)
    told = _told(results[-1], asked, messages)
    nothing = _nothing(results[-1], _language(asked, messages))
    return Consulting(text=told or (f"{nothing}\n\n{reply}" if understood.topics else nothing))


def without_consulting(messages: Sequence[BaseMessage]) -> list[BaseMessage]:
    """The messages without searches in documents, and without the turns that were about nothing else."""
    places = [index for index, message in enumerate(messages) if isinstance(message, HumanMessage)]
    if not places:
        return list(messages)
    kept = list(messages[: places[0]])
    for begin, end in zip(places, [*places[1:], len(messages)], strict=True):
        turn = messages[begin:end]
        left = [message for message in turn if not _is_search(message)]
        searched, newest = len(left) < len(turn), end == len(messages)
        if newest or not searched or any(isinstance(message, ToolMessage) for message in left):
            kept += left
    return kept


def _may_be_written_down(asked: str, understood: Understanding) -> bool:
    """Whether it is a question of how things are done here: by its form, or by what it is about."""
    about = _subjects().search(clean(asked))
    asking = _found(_question_begins(), asked) or (about is not None and about.start() == 0)
    if understood.queries or _found(_order_named(), asked) or not asking:
        return False
    unsure = set(understood.topics) & set(_names("with_subject"))
    return about is not None or (not unsure and _found(_norms(), asked))


def _told(result: Result, asked: str, messages: Sequence[BaseMessage]) -> str:
    """The best passages, each with the mark that cites it; "" where there is none."""
    language = _language(asked, messages)
    if result.fault is not None:
        return _reply("failed", language).replace("{message}", sentence(result.fault.message))
    passages = _objects(result.values.get("passages"))
    if result.values.get("answerable") is not True or not passages:
        return ""
    best = passages[0].get("score")
    shown = [one for one in passages[:MAX_PASSAGES] if one is passages[0] or _near(one.get("score"), best)]
    begin = "nearest" if result.values.get("sure") is False else "found"
    told = " ".join(filter(None, [_unknown(result, language), _reply(begin, language)]))
    return "\n\n".join([told, *(_passage(one, asked, language) for one in shown)])


def _nothing(result: Result, language: str) -> str:
    """That the documents do not say it, which of its names they do not know, and where it comes closest."""
    nearest = result.values.get("nearest")
    told = _reply("nothing", language)
    if isinstance(nearest, dict):
        told = _reply("elsewhere", language).replace("{where}", _where(nearest))
    return " ".join(filter(None, [_unknown(result, language), told]))


def _unknown(result: Result, language: str) -> str:
    names = [escaped(str(name)) for name in listed(result.values.get("unknown", []))]
    return _reply("unknown", language).replace("{names}", ", ".join(names)) if names else ""


def _where(place: Mapping[str, JsonValue]) -> str:
    names = [str(place.get("title")), *(str(name) for name in listed(place.get("section")))]
    return " › ".join(escaped(name) for name in dict.fromkeys(names))


def _near(score: JsonValue, best: JsonValue) -> bool:
    return isinstance(score, float) and isinstance(best, float) and score >= best - NEARLY


def _passage(passage: Mapping[str, JsonValue], asked: str, language: str) -> str:
    mark = str(passage.get("cite_as"))
    cited = f" {mark}" if _MARK.fullmatch(mark) else ""
    where = _where(passage)
    page = passage.get("page")
    if isinstance(page, int):
        where += ", " + _reply("page", language).replace("{page}", str(page))
    return f"**{where}**\n\n> {excerpt(str(passage.get('text')), asked)}{cited}"


def _objects(values: JsonValue) -> list[dict[str, JsonValue]]:
    return [value for value in values if isinstance(value, dict)] if isinstance(values, list) else []


def _call(asked: str) -> Consulting:
    return Consulting({"query": asked.strip()[:MAX_QUERY_CHARS]})


def _newest(messages: Sequence[BaseMessage]) -> str:
    return next((message.text for message in reversed(messages) if isinstance(message, HumanMessage)), "")


def _results(messages: Sequence[BaseMessage]) -> list[Result]:
    """Of the newest turn."""
    found: list[Result] = []
    for message in messages:
        if isinstance(message, HumanMessage):
            found = []
        elif isinstance(message, ToolMessage) and message.name == TOOL:
            found.append(read_result(TOOL, {}, message))
    return found


def _is_search(message: BaseMessage) -> bool:
    if isinstance(message, ToolMessage):
        return message.name == TOOL
    calls = message.tool_calls if isinstance(message, AIMessage) else []
    return bool(calls) and all(call["name"] == TOOL for call in calls)


def _language(asked: str, messages: Sequence[BaseMessage]) -> str:
    return language_of(read(clean(asked))) or remembered_language(messages)


def _reply(name: str, language: str) -> str:
    return str(table(table(read_table("consulting")["replies"])[language])[name])


def _names(name: str) -> list[str]:
    return [str(entry) for entry in listed(read_table("consulting")[name])]


def _found(pattern: re.Pattern[str], asked: str) -> bool:
    return pattern.search(clean(asked)) is not None


@cache
def _documents() -> re.Pattern[str]:
    return _any_of("documents")


@cache
def _norms() -> re.Pattern[str]:
    return _any_of("norms")


@cache
def _subjects() -> re.Pattern[str]:
    words = (name.replace("*", r"\w*") for name in _names("subjects"))
    return re.compile(rf"(?<!\w)(?:{'|'.join(words)})(?!\w)", re.IGNORECASE)


@cache
def _question_begins() -> re.Pattern[str]:
    return re.compile(str(read_table("consulting")["question_begins"]), re.IGNORECASE)


@cache
def _order_named() -> re.Pattern[str]:
    return re.compile(str(read_table("consulting")["order_named"]), re.IGNORECASE)


def _any_of(name: str) -> re.Pattern[str]:
    return re.compile(rf"(?<!\w)(?:{'|'.join(_names(name))})(?!\w)", re.IGNORECASE)
