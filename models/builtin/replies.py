"""What is said when there is no result to word: help, questions back, refusals, faults of tools."""

from collections.abc import Collection, Mapping, Sequence
from functools import cache

from leadhand.errors import JsonValue
from models.builtin.grammar_files import tool_grammars
from models.builtin.lexicon import Table, read_table, table
from models.builtin.results import ToolFault
from models.builtin.templates import Voice, render
from models.builtin.understanding import SIMULATE, Understanding

MAX_EXAMPLES = 6


def reply_to(understood: Understanding, language: str, tools: Collection[str]) -> str:
    """The reply to a message that asks for no call."""
    path, values = _reply(understood, language)
    return _said(path, {**_offers(language, tools, understood.near), **values}, language)


def _reply(understood: Understanding, language: str) -> tuple[tuple[str, ...], dict[str, JsonValue]]:
    """Which reply of replies.toml, and what it needs beside the examples."""
    if understood.ask is not None:
        given = understood.ask.pending.arguments
        subject = given.get("machine") or given.get("operator")
        values = {"names": given.get("machines", []), "order": given.get("order"), "subject": subject}
        return ("ask", understood.ask.question.value), values
    if understood.unclear:
        meant = [g.subject[language] for g in tool_grammars() if g.tool in understood.unclear]
        return ("unclear",), {"subjects": [*meant]}
    if understood.topics:
        return ("outside",), {"said": [topic_reply(topic, language) for topic in understood.topics]}
    if understood.near and not (understood.social or understood.explain or understood.too_long):
        return ("nearly",), {"made_out": [*understood.made_out]}
    plain = understood.social or ("nothing_to_explain" if understood.explain else "")
    return (plain or ("too_long" if understood.too_long else "lost"),), {"made_out": [*understood.made_out]}


def remarks_on(understood: Understanding, language: str) -> list[str]:
    """What has to be said beside an answer about parts of the message that it leaves out."""
    remarks = [topic_reply(topic, language) for topic in understood.topics]
    for name, words in (("ignored", understood.ignored), ("lost", understood.lost)):
        if words:
            remarks.append(beside(name, {"words": [*words]}, language))
    excluded = [name for query in understood.queries for name in query.excluded]
    if excluded:
        remarks.append(beside("excluded", {"words": [*dict.fromkeys(excluded)]}, language))
    return remarks


def said_before(tools: Sequence[str], language: str) -> str:
    """What must be known of several results before they are read: each simulation is of one change alone."""
    alone = len(tools) > 1 and set(tools) == {SIMULATE}
    return _said(("apart",), {}, language) if alone else ""


def fault_text(fault: ToolFault, language: str) -> str:
    """A tool's error in plain words, with what would help."""
    known = table(read_table("replies")["errors"])
    code = fault.code if fault.code in known else "other"
    return _said(("errors", code), {**fault.details, "message": fault.message}, language)


def beside(name: str, values: Mapping[str, JsonValue], language: str) -> str:
    return _said(("beside", name), values, language)


def topic_reply(topic: str, language: str) -> str:
    entry = table(table(read_table("outside")["topics"])[topic])
    return str(table(entry["reply"])[language])


def listed(name: str, sentences: Sequence[str], language: str) -> str:
    """A short list under its heading; "" when it is empty."""
    if not sentences:
        return ""
    return "\n".join([f"_{beside(name, {}, language)}_", "", *(f"- {text}" for text in sentences)])


def _offers(language: str, tools: Collection[str], near: Collection[str] = ()) -> dict[str, JsonValue]:
    """What can be asked, by the tools that are bound; where some are `near`, by these alone."""
    grammars = [grammar for grammar in tool_grammars() if grammar.tool in (near or tools)]
    examples = [example for grammar in grammars for example in grammar.examples[language]]
    first = [grammar.examples[language][0] for grammar in grammars]
    ordered = [*first, *(example for example in examples if example not in first)]
    return {
        "examples": [*ordered[:MAX_EXAMPLES]],
        "subjects": [grammar.subject[language] for grammar in grammars],
    }


def _said(path: tuple[str, ...], values: Mapping[str, JsonValue], language: str) -> str:
    entry = read_replies()
    for name in path:
        entry = table(entry[name])
    words = table(table(read_replies()["words"])[language])
    voice = Voice(language, {key: str(word) for key, word in words.items()})
    return render(str(entry[language]), values, voice)


@cache
def read_replies() -> Table:
    return read_table("replies")
