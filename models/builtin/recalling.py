"""Questions about what was said: the call that looks through earlier conversations, and its answer.

What was said in the present one stands in the messages; it is told with the rest, or alone where only it
is meant.
"""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from langchain_core.messages import BaseMessage, HumanMessage, SystemMessage, ToolMessage

from leadhand.errors import JsonValue
from models.builtin.answers import sentences_of
from models.builtin.formats import day, escaped, sentence
from models.builtin.lexicon import listed, read_table, table
from models.builtin.personal import remembered_language
from models.builtin.reading import language_of, read
from models.builtin.results import Result, read_result
from models.builtin.spelling import corrected
from models.builtin.this_talk import said_here
from models.builtin.words import clean

TOOL = "search_conversations"
# What is longer is a story, no question of what was said.
MAX_CHARS = 300


@dataclass(frozen=True, slots=True)
class Recalling:
    """What comes next: the call's `arguments`, or `text`."""

    arguments: dict[str, JsonValue] | None = None
    text: str = ""


def recalling_of(messages: Sequence[BaseMessage], tools: Collection[str]) -> Recalling | None:
    """None when the newest message does not ask about earlier conversations."""
    places = [index for index, message in enumerate(messages) if isinstance(message, HumanMessage)]
    if not places or TOOL not in tools:
        return None
    asked = messages[places[-1]].text
    language = language_of(read(clean(asked))) or remembered_language(messages)
    if _here().fullmatch(clean(asked).strip()):
        lines = said_here(messages, None)
        return Recalling(text=_listed(lines, language) if lines else _reply("begun", language))
    arguments = searched_for(asked)
    if arguments is None:
        return None
    results = [
        read_result(TOOL, arguments, message)
        for message in messages[places[-1] + 1 :]
        if isinstance(message, ToolMessage) and message.name == TOOL
    ]
    if not results:
        return Recalling(arguments)
    lines = said_here(messages, str(arguments["about"]))
    told = _told(results[-1], language)
    nothing = _reply("nothing", language)
    here = [_listed(lines, language)] if lines else []
    return Recalling(text="\n\n".join([*here, *([] if here and told == nothing else [told])]))


def without_recalling(messages: Sequence[BaseMessage]) -> list[BaseMessage]:
    """The messages without the turns about earlier conversations: what follows them is about the plan."""
    kept: list[BaseMessage] = []
    dropping = False
    for message in messages:
        if isinstance(message, HumanMessage):
            asked = clean(message.text).strip()
            dropping = searched_for(asked) is not None or _here().fullmatch(asked) is not None
        if not dropping or isinstance(message, SystemMessage):
            kept.append(message)
    return kept


def searched_for(text: str) -> dict[str, JsonValue] | None:
    """The tool's arguments; None when the message asks for something else."""
    for pattern in _patterns():
        found = pattern.fullmatch(clean(text).strip())
        if found:
            said = found.groupdict()
            window = said.get("window") or said.get("window2")
            return {
                "about": said.get("about") or clean(text).strip(),
                **({"window": window} if window else {}),
            }
    return _loosely(clean(text).strip()) or _loosely(corrected(clean(text)).strip())


def _loosely(asked: str) -> dict[str, JsonValue] | None:
    """By who spoke and that it was said before, whatever else stands in the message."""
    loose = _loose_patterns()
    if len(asked) > MAX_CHARS or not any(pattern.fullmatch(asked) for pattern in loose["patterns"]):
        return None
    if any(pattern.fullmatch(asked) for pattern in loose["not"]):
        return None
    about = next((found["about"] for p in loose["about"] if (found := p.fullmatch(asked))), None)
    window = _past().search(asked)
    if about is None or _past().fullmatch(about):
        about = asked
    return {"about": about, **({"window": window[0]} if window else {})}


def _listed(lines: Sequence[str], language: str) -> str:
    return "\n".join([_reply("here", language), "", *(f"- {escaped(line)}" for line in lines)])


def _told(result: Result, language: str) -> str:
    if result.fault is not None:
        return _reply("failed", language).replace("{message}", sentence(result.fault.message))
    matches = _objects(result.values.get("matches"))
    if not matches:
        return _reply("nothing", language)
    blocks = [_reply("found", language), *(_match(match, language) for match in matches)]
    notes = [text for name in ("warnings", "assumptions") for text in sentences_of(result, name, language)]
    return "\n\n".join([*blocks, *notes])


def _match(match: Mapping[str, JsonValue], language: str) -> str:
    remarks = _objects(match.get("remarks"))
    title = match.get("title")
    name = escaped(title) if isinstance(title, str) else _reply("untitled", language)
    when = day(remarks[0].get("at"), language) if remarks else ""
    lines = [
        f"- {_reply(str(remark.get('said_by')), language)}: {escaped(str(remark.get('text')))}"
        for remark in remarks
    ]
    return "\n".join([f"**{name}**, {when}", "", *lines])


def _objects(values: JsonValue) -> list[dict[str, JsonValue]]:
    return [value for value in values if isinstance(value, dict)] if isinstance(values, list) else []


def _reply(name: str, language: str) -> str:
    return str(table(table(read_table("recalling")["replies"])[language])[name])


@cache
def _here() -> re.Pattern[str]:
    source = read_table("recalling")
    patterns = "|".join(f"(?:{pattern})" for pattern in listed(source["here"]))
    return re.compile(f"{source['courtesy']}(?:{patterns}){source['ending']}", re.IGNORECASE)


@cache
def _loose_patterns() -> dict[str, tuple[re.Pattern[str], ...]]:
    source = read_table("recalling")
    loosely = table(source["loosely"])
    words = {name: str(loosely[name]) for name in ("said", "besprochen", "again")}

    def compiled(pattern: str) -> re.Pattern[str]:
        for name, listed_words in words.items():
            pattern = pattern.replace(f"{{{name}}}", listed_words)
        return re.compile(f"{source['courtesy']}(?:{pattern}){source['ending']}", re.IGNORECASE | re.DOTALL)

    return {
        name: tuple(compiled(str(pattern)) for pattern in listed(loosely[name]))
        for name in ("patterns", "about", "not")
    }


@cache
def _past() -> re.Pattern[str]:
    """A phrase of past time, wherever it stands."""
    return re.compile(rf"\b(?:{table(read_table('recalling')['loosely'])['past']})\b", re.IGNORECASE)


@cache
def _patterns() -> tuple[re.Pattern[str], ...]:
    source = read_table("recalling")
    before, behind, window = str(source["courtesy"]), str(source["ending"]), str(source["window"])
    second = window.replace("?P<window>", "?P<window2>")
    return tuple(
        re.compile(
            before + str(pattern).replace("{window}", window).replace("{window2}", second) + behind,
            re.IGNORECASE,
        )
        for pattern in listed(source["patterns"])
    )
