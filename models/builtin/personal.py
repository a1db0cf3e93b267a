"""What a person says of themselves: the call that remembers or forgets it, and its answer.

What is remembered already stands in the system's message, as a section of JSON.
"""

import json
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, SystemMessage, ToolMessage

from leadhand.errors import JsonValue
from models.builtin.formats import escaped, sentence
from models.builtin.lexicon import LANGUAGES, listed, read_table, table
from models.builtin.reading import language_of, read
from models.builtin.results import Result, read_result
from models.builtin.words import clean, words_of

TOOL = "update_working_memory"
# The least of a question; what is shorter beside a wish is a greeting.
_QUESTION_WORDS = 3
# Shorter words, and these, say nothing of what is remembered.
_TELLING_CHARS = 4
_BEING = frozenset(
    {"being", "having", "that", "with", "from", "about", "mich", "mein", "meine", "meiner", "dass"}
)
_SECTION = re.compile(r'<memory version="\d+">\n(.*)\n</memory>')
_SENTENCES = re.compile(r"[^.!?\n]+(?:\.(?=\S)[^.!?\n]*)*[.!?]*")

Memory = Mapping[str, JsonValue]


@dataclass(frozen=True, slots=True)
class Wish:
    """One sentence about what is remembered. `value`: word for word, of a field its name."""

    action: str
    field: str
    value: str
    said: str


@dataclass(frozen=True, slots=True)
class Personal:
    """What comes next of it: the call's `arguments`, or `text` and then an answer to `rest`, if any."""

    arguments: dict[str, JsonValue] | None
    text: str
    rest: list[BaseMessage]


def remembered_of(messages: Sequence[BaseMessage]) -> Memory:
    """What stands in the system's message about the person."""
    for message in messages:
        found = _SECTION.search(message.text) if isinstance(message, SystemMessage) else None
        if found:
            return _object(found[1])
    return {}


def _object(written: str) -> Memory:
    """A section that something on its way has cut is not read."""
    try:
        value: JsonValue = json.loads(written)
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}


def remembered_language(messages: Sequence[BaseMessage]) -> str:
    """The person's own, for a message that does not tell; English where it is not one of ours."""
    language = remembered_of(messages).get("language")
    return language if isinstance(language, str) and language in LANGUAGES else "en"


def personal_part(messages: Sequence[BaseMessage], tools: Collection[str]) -> Personal | None:
    """None when the newest message is not about what is remembered."""
    at = _newest_question(messages)
    wishes, rest = wishes_in(messages[at].text) if at is not None else ([], "")
    changing = any(wish.action != "know" for wish in wishes)
    if at is None or not wishes or (changing and TOOL not in tools):
        return None
    memory = remembered_of(messages)
    language = language_of(read(clean(messages[at].text))) or remembered_language(messages)
    results = _results(messages[at + 1 :])
    following = [HumanMessage(rest), *_without_calls(messages[at + 1 :])] if rest else []
    left = [*without_personal(messages[:at]), *following] if rest else []
    if results:
        return Personal(None, "\n\n".join(_told(result, language) for result in results), left)
    changes = [change for wish in wishes for change in _changes(wish, memory)]
    if changes:
        return Personal({"changes": [*changes]}, "", left)
    if changing:
        return Personal(None, _reply("nothing_like_it" if memory else "nothing", language), left)
    return Personal(None, _known(memory, language), left)


def without_personal(messages: Sequence[BaseMessage]) -> list[BaseMessage]:
    """The messages without the turns that were about what is remembered alone."""
    kept: list[BaseMessage] = []
    dropping = False
    for message in messages:
        if isinstance(message, HumanMessage):
            wishes, rest = wishes_in(message.text)
            dropping = bool(wishes) and not rest
            if wishes and rest:
                kept.append(HumanMessage(rest))
                continue
        if not dropping or isinstance(message, SystemMessage):
            kept.append(message)
    return _without_calls(kept)


def wishes_in(text: str) -> tuple[list[Wish], str]:
    """The sentences about what is remembered, and what else is asked."""
    wishes: list[Wish] = []
    rest: list[str] = []
    for said in _sentences(clean(text)):
        wish = _wish(said)
        if wish is not None:
            wishes.append(wish)
        elif said:
            rest.append(said)
    left = " ".join(rest) if wishes else text
    return wishes, left if not wishes or len(words_of(left)) >= _QUESTION_WORDS else ""


def _sentences(text: str) -> Iterator[str]:
    """Each sentence; one that only says "note that down" together with the one before it."""
    spans: list[tuple[int, int]] = []
    for match in _SENTENCES.finditer(text):
        if spans and _keeping().fullmatch(match[0].strip()):
            spans[-1] = (spans[-1][0], match.end())
        else:
            spans.append(match.span())
    return (text[first:last].strip() for first, last in spans)


def _wish(said: str) -> Wish | None:
    for action, field, pattern in _rules():
        found = pattern.match(said)
        if found and (action == "know" or not said.endswith("?") or _asking().match(said)):
            value = found.groupdict().get("value") or ""
            return Wish(action, field, " ".join(value.split()), said)
    return None


def _changes(wish: Wish, memory: Memory) -> list[dict[str, JsonValue]]:
    """The changes that a wish comes to; none when there is nothing to forget."""
    personal = read_table("personal")
    if wish.action in {"set", "add"}:
        value = str(table(personal["codes"]).get(wish.value.casefold(), wish.value))
        kept = value if wish.field in {"language", "units"} else wish.value
        return [{"action": wish.action, "field": wish.field, "value": kept, "said": wish.said}]
    if wish.action == "forget_all":
        return [{"action": "clear", "field": field, "said": wish.said} for field in memory]
    if wish.action == "forget_field":
        named = wish.value.casefold()
        field = str(table(personal["fields"]).get(named, named))
        return [{"action": "clear", "field": field, "said": wish.said}] if field in memory else []
    return [
        {"action": "remove", "field": field, "value": entry, "said": wish.said}
        for field, entry in _entries(memory)
        if _alike(entry, wish.value)
    ]


def _entries(memory: Memory) -> Iterator[tuple[str, str]]:
    for field, value in memory.items():
        for entry in value if isinstance(value, list) else []:
            yield field, str(entry)


def _alike(entry: str, said: str) -> bool:
    """Whether all words of the one are words of the other, or all telling ones: "me being on late shift"."""
    one, other = ({word.plain for word in words_of(text)} for text in (entry, said))
    if bool(one and other) and (one <= other or other <= one):
        return True
    telling = {word for word in other if len(word) >= _TELLING_CHARS} - _BEING
    return bool(telling) and telling <= one


def _told(result: Result, language: str) -> str:
    if result.fault is not None:
        name = "memory_full" if result.fault.code == "memory_full" else "failed"
        return _reply(name, language).replace("{message}", sentence(result.fault.message))
    told: dict[str, list[str]] = {}
    for row in listed(result.values.get("outcomes")):
        change = table(row)
        forgetting = change.get("action") in {"remove", "clear"}
        outcome = str(change.get("outcome"))
        name = {"done": "forgotten" if forgetting else "remembered"}.get(outcome, outcome)
        told.setdefault(name, []).append(
            _line(str(change.get("field")), str(change.get("value", "")), language)
        )
    return "\n\n".join(
        _reply(name, language) + ("" if name == "unknown" else "\n\n" + "\n".join(lines))
        for name, lines in told.items()
    )


def _known(memory: Memory, language: str) -> str:
    lines = [
        _line(field, str(entry), language)
        for field, value in memory.items()
        for entry in (value if isinstance(value, list) else [value])
    ]
    return _reply("know", language) + "\n\n" + "\n".join(lines) if lines else _reply("nothing", language)


def _line(field: str, value: str, language: str) -> str:
    personal = read_table("personal")
    label = str(table(table(personal["labels"])[language]).get(field, field))
    if field in {"language", "units"}:
        value = str(table(table(personal["values"])[language]).get(value, value))
    return f"- {label}: {escaped(value)}" if value else f"- {label}"


def _reply(name: str, language: str) -> str:
    return str(table(table(read_table("personal")["replies"])[language])[name])


def _newest_question(messages: Sequence[BaseMessage]) -> int | None:
    places = [index for index, message in enumerate(messages) if isinstance(message, HumanMessage)]
    return places[-1] if places else None


def _results(messages: Sequence[BaseMessage]) -> list[Result]:
    return [
        read_result(TOOL, {}, message)
        for message in messages
        if isinstance(message, ToolMessage) and message.name == TOOL
    ]


def _without_calls(messages: Sequence[BaseMessage]) -> list[BaseMessage]:
    """Without the calls that remember or forget, and their results."""
    own = {
        call["id"]
        for m in messages
        if isinstance(m, AIMessage)
        for call in m.tool_calls
        if call["name"] == TOOL
    }
    return [
        message
        for message in messages
        if not (isinstance(message, ToolMessage) and message.tool_call_id in own)
        and not (isinstance(message, AIMessage) and any(call["id"] in own for call in message.tool_calls))
    ]


@cache
def _asking() -> re.Pattern[str]:
    """What a wish in the form of a question begins with."""
    return re.compile(str(read_table("personal")["asking"]), re.IGNORECASE)


@cache
def _keeping() -> re.Pattern[str]:
    """ "Note that down": what stands before it is to be remembered."""
    return re.compile(rf"{read_table('personal')['keeps']}[\s.!]*", re.IGNORECASE)


@cache
def _rules() -> tuple[tuple[str, str, re.Pattern[str]], ...]:
    source = read_table("personal")
    before = str(source["courtesy"])
    keeps = str(source["keeps"])
    behind = str(source["ending"]).replace("{keeps}", keeps)
    return tuple(
        (
            str(table(rule)["action"]),
            str(table(rule).get("field", "")),
            re.compile(f"{before}(?:{str(pattern).replace('{keeps}', keeps)}){behind}", re.IGNORECASE),
        )
        for rule in listed(source["rules"])
        for pattern in listed(table(rule)["patterns"])
    )
