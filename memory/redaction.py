"""Hides what a model need not see: credentials that somebody pasted, and ways to reach a person."""

import re
from collections.abc import Callable, Sequence
from typing import Final, TypeAlias

from langchain_core.messages import AIMessage, BaseMessage

from leadhand.errors import JsonValue

# What is looked for only in a text that has the word in front: the search for a word costs next to nothing.
_SECRETS: Final = (
    (
        ("-----BEGIN",),
        re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(?:-----END [A-Z ]*PRIVATE KEY-----|\Z)", re.S),
    ),
    (
        ("lh_", "sk-", "ghp_", "glpat-", "xox", "AKIA"),
        re.compile(r"\b(?:lh_|sk-|ghp_|glpat-|xox[abprs]-)[A-Za-z0-9_-]{16,}|\bAKIA[A-Z0-9]{16}\b"),
    ),
    (("eyJ",), re.compile(r"\beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]*")),
    (("://",), re.compile(r"(?<=://)[^\s/@:]{1,200}:[^\s/@]{1,200}(?=@)")),
    (("earer",), re.compile(r"(?<=[Bb]earer )[A-Za-z0-9._~+/-]{16,}=*")),
)
_CONTACTS: Final = (
    (("@",), re.compile(r"[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){1,5}")),
    (("+",), re.compile(r"(?<![\w.])\+\d{1,3}(?:[ ./()-]{0,2}\d){6,12}(?!\w)")),
)
_Signs: TypeAlias = "Sequence[tuple[tuple[str, ...], re.Pattern[str]]]"
_HIDDEN: Final = "[secret]"
_HIDDEN_CONTACT: Final = "[contact]"


def redact_secrets(messages: Sequence[BaseMessage]) -> list[BaseMessage]:
    """With `[secret]` for API keys, tokens, private keys and passwords in addresses, wherever they stand."""
    return [rewritten(message, _hiding(_SECRETS, _HIDDEN)) for message in messages]


def redact_contacts(messages: Sequence[BaseMessage]) -> list[BaseMessage]:
    """With `[contact]` for e-mail addresses and telephone numbers that begin with a country's code."""
    return [rewritten(message, _hiding(_CONTACTS, _HIDDEN_CONTACT)) for message in messages]


def _hiding(signs: _Signs, shown: str) -> Callable[[str], str]:
    def hide(text: str) -> str:
        for words, pattern in signs:
            if any(word in text for word in words):
                text = pattern.sub(shown, text)
        return text

    return hide


def rewritten(message: BaseMessage, rewrite: Callable[[str], str]) -> BaseMessage:
    """The message with its text, and the texts in its calls' arguments, rewritten; itself if none changes."""
    changed: dict[str, object] = {}
    # `text` is a str of its own kind, which not every library takes for one.
    said = str(message.text)
    if (text := rewrite(said)) != said:
        changed["content"] = text
    if isinstance(message, AIMessage) and message.tool_calls:
        calls = [{**call, "args": _rewritten_value(call["args"], rewrite)} for call in message.tool_calls]
        if calls != message.tool_calls:
            changed["tool_calls"] = calls
    return message.model_copy(update=changed) if changed else message


def _rewritten_value(value: JsonValue, rewrite: Callable[[str], str]) -> JsonValue:
    if isinstance(value, str):
        return rewrite(value)
    if isinstance(value, list):
        return [_rewritten_value(part, rewrite) for part in value]
    if isinstance(value, dict):
        return {key: _rewritten_value(part, rewrite) for key, part in value.items()}
    return value
