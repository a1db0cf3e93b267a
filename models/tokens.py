"""Token counts without a network: what a window of messages costs, near enough to bound it."""

import warnings
from collections.abc import Sequence
from functools import cache
from typing import Protocol

import orjson
from langchain_core.messages import AIMessage, BaseMessage

# The encoding of current OpenAI models; other vendors differ by some percent, which a bound does not notice.
ENCODING = "o200k_base"
# Where the encoding cannot be loaded: English and JSON hold about four bytes a token, German about three.
BYTES_PER_TOKEN = 3
# Role and separators of one message on the wire.
TOKENS_PER_MESSAGE = 4


class _Encoding(Protocol):
    def encode_ordinary(self, text: str) -> list[int]: ...


def count_tokens(text: str) -> int:
    """Tokens of `text`; any text is allowed, lone surrogates and special tokens included."""
    encoding = _encoding()
    if encoding is None:
        return -(-len(text.encode("utf-8", "replace")) // BYTES_PER_TOKEN)
    return len(encoding.encode_ordinary(text))


def count_message_tokens(messages: Sequence[BaseMessage]) -> int:
    """Tokens of `messages` as a model reads them: text, tool calls and their results."""
    return sum(TOKENS_PER_MESSAGE + _count_message(message) for message in messages)


def _count_message(message: BaseMessage) -> int:
    tokens = count_tokens(message.text)
    if isinstance(message, AIMessage):
        for call in message.tool_calls:
            tokens += count_tokens(call["name"]) + count_tokens(_json(call["args"]))
    return tokens


def _json(value: object) -> str:
    return orjson.dumps(value, default=str).decode()


@cache
def _encoding() -> _Encoding | None:
    """Loaded at the first count (about a second, once a process)."""
    try:
        with warnings.catch_warnings():
            # It reads its tables through an importlib function that Python 3.11 calls deprecated.
            warnings.simplefilter("ignore", DeprecationWarning)
            from bpe_openai import get_encoding  # noqa: PLC0415  (a second of import, for counting only)

            return get_encoding(ENCODING)
    except (ImportError, OSError):
        return None
