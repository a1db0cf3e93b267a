"""Reports made regularly, in the conversation: the call that schedules or lists them, and its answer."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Final

from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, SystemMessage, ToolMessage

from leadhand.errors import JsonValue
from models.builtin.answers import sentences_of
from models.builtin.formats import escaped, moment, sentence, whole_sentences
from models.builtin.lexicon import listed, read_table, table
from models.builtin.personal import remembered_language
from models.builtin.reading import language_of, read
from models.builtin.report_wishes import SCHEDULE, SCHEDULES, ReportWish, addresses_in, report_wish
from models.builtin.results import Result, ToolFault, read_result
from models.builtin.translations import translated
from models.builtin.words import clean, words_of

# An answer to “where to?” is an address and few words more.
MOST_WORDS: Final = 12


@dataclass(frozen=True, slots=True)
class Scheduling:
    """What comes next: the call's `arguments`, or `text`."""

    arguments: dict[str, JsonValue] | None = None
    text: str = ""


def scheduling_of(messages: Sequence[BaseMessage], tools: Collection[str]) -> Scheduling | None:
    """None when the newest message asks for no report to be made regularly, changed or ended."""
    return _part_of(messages, tools, SCHEDULE)


def schedules_asked(messages: Sequence[BaseMessage], tools: Collection[str]) -> Scheduling | None:
    """None when the newest message does not ask which reports are made regularly."""
    return _part_of(messages, tools, SCHEDULES)


def without_scheduling(messages: Sequence[BaseMessage]) -> list[BaseMessage]:
    """The messages without the turns about scheduled reports: what follows them is about the plan."""
    kept: list[BaseMessage] = []
    dropping = False
    for index, message in enumerate(messages):
        if isinstance(message, HumanMessage):
            dropping = _wish(messages, index) is not None
        if not dropping or isinstance(message, SystemMessage):
            kept.append(message)
    return kept


def _part_of(messages: Sequence[BaseMessage], tools: Collection[str], tool: str) -> Scheduling | None:
    places = [index for index, message in enumerate(messages) if isinstance(message, HumanMessage)]
    wish = _wish(messages, places[-1]) if places else None
    if wish is None or wish.tool != tool:
        return None
    language = language_of(read(clean(messages[places[-1]].text))) or remembered_language(messages)
    if tool not in tools:
        return Scheduling(text=_reply("may_not", language))
    results = [
        read_result(tool, wish.arguments, message)
        for message in messages[places[-1] + 1 :]
        if isinstance(message, ToolMessage) and message.name == tool
    ]
    if not results:
        return Scheduling(wish.arguments)
    return Scheduling(text=_told(results[-1], language))


def _wish(messages: Sequence[BaseMessage], place: int) -> ReportWish | None:
    """What the message at `place` asks for, in the light of what was told before."""
    message = messages[place]
    wish = report_wish(message.text)
    if wish is None:
        return _with_address(messages, place)
    section = _told_before(messages[:place]) if wish.this else None
    if section is None:
        return wish
    return ReportWish(wish.tool, {**wish.arguments, "sections": [section]})


def _with_address(messages: Sequence[BaseMessage], place: int) -> ReportWish | None:
    """The wish before, which lacked an address, if this message says one."""
    addresses = addresses_in(messages[place].text)
    before = [index for index in range(place) if isinstance(messages[index], HumanMessage)]
    if not addresses or not before or len(words_of(messages[place].text)) > MOST_WORDS:
        return None
    wish = _wish(messages, before[-1])
    lacked = [
        message
        for message in messages[before[-1] + 1 : place]
        if isinstance(message, ToolMessage) and message.name == SCHEDULE and _lacks_address(message)
    ]
    if wish is None or not lacked:
        return None
    return ReportWish(wish.tool, {**wish.arguments, "recipients": addresses})


def _lacks_address(message: ToolMessage) -> bool:
    fault = read_result(SCHEDULE, {}, message).fault
    return fault is not None and fault.details.get("reason") == "no_address"


def _told_before(messages: Sequence[BaseMessage]) -> str | None:
    """The part of a report that says what the last call of a tool told."""
    called = [m.tool_calls[-1]["name"] for m in messages if isinstance(m, AIMessage) and m.tool_calls]
    section = table(read_table("scheduling")["told_by"]).get(called[-1]) if called else None
    return section if isinstance(section, str) else None


def _told(result: Result, language: str) -> str:
    if result.fault is not None:
        return _refused(result.fault, language)
    told = _made(result, language) if result.tool == SCHEDULE else _listed(result, language)
    notes = [text for name in ("warnings", "assumptions") for text in sentences_of(result, name, language)]
    return "\n\n".join([told, *notes])


def _made(result: Result, language: str) -> str:
    summary = str(result.values.get("summary", ""))
    return _reply("made", language).replace("{summary}", _sentence(summary, language))


def _refused(fault: ToolFault, language: str) -> str:
    if fault.details.get("reason") == "no_address":
        return _reply("no_address", language)
    names = [escaped(str(table(choice).get("name"))) for choice in listed(fault.details.get("choices"))]
    known = fault.code in {"not_found", "ambiguous"}
    denied = fault.code.startswith("approval_")
    name = "denied" if denied else fault.code if known else "failed"
    reply = _reply(name, language).replace("{choices}", ", ".join(names))
    return reply.replace("{message}", _sentence(fault.message, language))


def _listed(result: Result, language: str) -> str:
    rows = [table(row) for row in listed(result.values.get("schedules"))]
    if not rows:
        return _reply("none", language)
    lines: list[str] = []
    for row in rows:
        recipients = [escaped(str(table(one).get("target"))) for one in listed(row.get("recipients"))]
        line = _reply("active" if row.get("active") else "paused", language)
        for name, text in (
            ("name", escaped(str(row.get("name")))),
            ("when", _words(str(row.get("when")), language)),
            ("next", moment(_json(row.get("next")), language)),
            ("recipients", ", ".join(recipients) or _reply("nobody", language)),
        ):
            line = line.replace(f"{{{name}}}", text)
        lines.append(line)
    return "\n".join([_reply("listed", language), "", *lines])


def _json(value: object) -> JsonValue:
    return value if isinstance(value, str) else None


def _words(text: str, language: str) -> str:
    return escaped(translated(text, language))


def _sentence(text: str, language: str) -> str:
    return sentence(translated(whole_sentences(text), language))


def _reply(name: str, language: str) -> str:
    return str(table(table(read_table("scheduling")["replies"])[language])[name])
