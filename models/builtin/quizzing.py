"""Quizzes: the call that asks questions, the call that marks what a person answered."""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from langchain_core.messages import BaseMessage, HumanMessage, SystemMessage, ToolMessage

from leadhand.errors import JsonValue
from models.builtin.lexicon import LANGUAGES, listed, read_table, table
from models.builtin.personal import remembered_language
from models.builtin.quiz_words import told
from models.builtin.reading import language_of, read
from models.builtin.results import Result, read_result
from models.builtin.words import clean

TOOL = "quiz"
MAX_QUESTIONS = 10
# Whoever writes more asks something else as well. An answer of the tool's input is as long at most.
MAX_SAID_CHARS = 300
_LETTERS = re.compile(r"[a-d]")
_NUMBERED_LETTER = re.compile(r"(?<!\w)(\d{1,2})\s*[.):=-]?\s*([a-d])(?!\w)")
_SIGNS = re.compile(r"[\s,;:.!?()/&+=-]+")
_LEADING_NUMBER = re.compile(r"^(?:question |frage )?\d{1,2}\s*[.):=]\s*")
_PLACES = re.compile(r"\{([a-z]+)\}")
_PARTS = re.compile(r"[;\n]+|,\s+(?=\d{1,2}\s*[.):=])")


@dataclass(frozen=True, slots=True)
class Quizzing:
    """What comes next: the call's `arguments`, or `text`."""

    arguments: dict[str, JsonValue] | None = None
    text: str = ""


@dataclass(frozen=True, slots=True)
class _Open:
    """The newest quiz of the conversation. `just_now`: the turn before was about it."""

    topic: str
    options: frozenset[str]
    just_now: bool


def quizzing_of(messages: Sequence[BaseMessage], tools: Collection[str]) -> Quizzing | None:
    """None when the newest message neither asks for a quiz nor answers one."""
    places = [index for index, message in enumerate(messages) if isinstance(message, HumanMessage)]
    if not places or TOOL not in tools:
        return None
    said = messages[places[-1]].text
    arguments = quiz_call(said, open_quiz(messages[: places[-1]]))
    if arguments is None:
        return None
    results = [
        read_result(TOOL, arguments, message)
        for message in messages[places[-1] + 1 :]
        if isinstance(message, ToolMessage) and message.name == TOOL
    ]
    if not results:
        return Quizzing(arguments)
    return Quizzing(text=told(results[-1], _language(results[-1], said, messages)))


def without_quizzing(messages: Sequence[BaseMessage]) -> list[BaseMessage]:
    """The messages without the turns about quizzes: what follows them is about the plan."""
    kept: list[BaseMessage] = []
    dropping = False
    for index, message in enumerate(messages):
        if isinstance(message, HumanMessage):
            dropping = quiz_call(message.text, open_quiz(messages[:index])) is not None
        if not dropping or isinstance(message, SystemMessage):
            kept.append(message)
    return kept


def open_quiz(messages: Sequence[BaseMessage]) -> _Open | None:
    """The newest quiz, as its last result told it; its questions may all be answered."""
    turns = 0
    for message in reversed(messages):
        turns += isinstance(message, HumanMessage)
        if isinstance(message, ToolMessage) and message.name == TOOL:
            result = read_result(TOOL, {}, message)
            if result.fault is None and isinstance(result.values.get("quiz_id", ""), str):
                return _Open(str(result.values.get("topic", "")), _options(result), turns == 0)
    return None


def quiz_call(said: str, quiz: _Open | None) -> dict[str, JsonValue] | None:
    """The tool's arguments; None when the message is about something else."""
    text = " ".join(clean(said).split())
    if len(text) > MAX_SAID_CHARS:
        return None
    asked = _asked(text)
    if asked is not None:
        return asked
    if quiz is None:
        return None
    again = _again(text, quiz) if quiz.just_now else None
    if again is not None:
        return again
    return {"answers": [text]} if _is_answer(text.casefold(), quiz) else None


def _asked(text: str) -> dict[str, JsonValue] | None:
    for language in LANGUAGES:
        for pattern in _patterns("asking", language):
            found = pattern.fullmatch(text)
            if found:
                return _arguments(found.groupdict(), language)
    return None


def _again(text: str, quiz: _Open) -> dict[str, JsonValue] | None:
    for language in LANGUAGES:
        for pattern in _patterns("again", language):
            found = pattern.fullmatch(text)
            if found:
                return _arguments({**found.groupdict(), "topic": quiz.topic}, language)
    return None


def _arguments(said: Mapping[str, str | None], language: str) -> dict[str, JsonValue]:
    arguments: dict[str, JsonValue] = {"language": language}
    topic, level = _part(said, "topic"), _part(said, "level").casefold()
    if topic:
        arguments["topic"] = topic
    count = "one" if _part(said, "single") or _part(said, "eine") else _part(said, "n") or _part(said, "many")
    if count:
        arguments["questions"] = min(max(_count(count.casefold()), 1), MAX_QUESTIONS)
    for name in ("easy", "hard"):
        if any(str(word) in level for word in listed(_words()[name])):
            arguments["level"] = name
    return arguments


def _part(said: Mapping[str, str | None], name: str) -> str:
    """The first place of the pattern where it was said; "" where it was not."""
    return next((text for key, text in said.items() if text and key.partition("_")[0] == name), "")


def _count(said: str) -> int:
    known = table(_words()["counts"]).get(said)
    return int(said) if said.isdecimal() else known if isinstance(known, int) else 1


def _is_answer(text: str, quiz: _Open) -> bool:
    """Letters with their numbers always; the words of an option, and less, right behind the quiz alone."""
    if _NUMBERED_LETTER.search(text) and not _telling(_NUMBERED_LETTER.sub(" ", text)):
        return True
    if not quiz.just_now:
        return False
    parts = [_LEADING_NUMBER.sub("", part.strip()) for part in _PARTS.split(text)]
    if all(_bare(part) in quiz.options for part in parts):
        return True
    answering = table(read_table("quizzing")["answering"])
    rest = text
    for phrase in listed(answering["unknown"]):
        rest = rest.replace(str(phrase).casefold(), " ")
    options = {str(word) for word in listed(answering["options"])}
    words = [word for word in _SIGNS.split(rest) if word]
    chosen = [word for word in words if word in options or _LETTERS.fullmatch(word) or word.isdecimal()]
    return (bool(chosen) or rest != text) and not [word for word in _telling(rest) if word not in chosen]


def _telling(text: str) -> list[str]:
    fillers = {str(word).casefold() for word in listed(table(read_table("quizzing")["answering"])["fillers"])}
    return [word for word in _SIGNS.split(text) if word and word not in fillers]


def _options(result: Result) -> frozenset[str]:
    return frozenset(
        _bare(str(table(option).get("text")))
        for question in listed(result.values.get("questions"))
        for option in listed(table(question).get("options"))
    )


def _bare(text: str) -> str:
    return " ".join(text.casefold().strip(" .!\"'„“”").split())


def _language(result: Result, said: str, messages: Sequence[BaseMessage]) -> str:
    quiz = result.values.get("language")
    if isinstance(quiz, str) and quiz in LANGUAGES:
        return quiz
    return language_of(read(clean(said))) or remembered_language(messages)


def _words() -> Mapping[str, object]:
    return table(read_table("quizzing")["words"])


@cache
def _patterns(name: str, language: str) -> tuple[re.Pattern[str], ...]:
    source = read_table("quizzing")
    before, behind = str(source["courtesy"]), str(source["ending"])
    return tuple(
        re.compile(f"{before}(?:{_spelled_out(str(pattern))}){behind}", re.IGNORECASE)
        for pattern in listed(table(source[name])[language])
    )


def _spelled_out(pattern: str) -> str:
    """With what each {name} stands for; those of `parts` are groups, numbered by their place."""
    parts, plain = table(read_table("quizzing")["parts"]), table(read_table("quizzing")["plain"])
    pieces = _PLACES.split(pattern)
    for index in range(1, len(pieces), 2):
        name = pieces[index]
        pieces[index] = f"(?P<{name}_{index}>{parts[name]})" if name in parts else str(plain[name])
    return "".join(pieces)
