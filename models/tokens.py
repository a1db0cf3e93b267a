"""Token counts without a network or a table: what a window of messages costs at most, to bound it.

Counted in bytes, because a bound needs no precision: loading a tokenizer takes seconds and tens of megabytes.
"""

from collections.abc import Sequence

import orjson
from langchain_core.messages import AIMessage, BaseMessage, ToolMessage

from leadhand.prices import Tokens

# English and German hold about four bytes a token, our tool results about two and a half.
BYTES_PER_TOKEN = 3
JSON_BYTES_PER_TOKEN = 2
# Role and separators of one message on the wire.
TOKENS_PER_MESSAGE = 4
# A thousand times the longest context there is: what a provider reports beyond it is no count.
MAX_REPORTED = 10**9


def count_tokens(text: str) -> int:
    """Tokens of `text`, rather too many than too few; any text is allowed, lone surrogates included."""
    return _bytes_per(BYTES_PER_TOKEN, text)


def reported_tokens(read: int, written: int, *, cached: int, reasoning: int) -> Tokens:
    """What a provider reports of a call; nothing, where it cannot be true."""
    if not all(0 <= count <= MAX_REPORTED for count in (read, written, cached, reasoning)):
        return Tokens()
    return Tokens(read, written, cached_input=cached, reasoning=reasoning)


def count_message_tokens(messages: Sequence[BaseMessage]) -> int:
    """Tokens of `messages` as a model reads them: text, tool calls and their results."""
    return sum(TOKENS_PER_MESSAGE + _count_message(message) for message in messages)


def _count_message(message: BaseMessage) -> int:
    if isinstance(message, ToolMessage):
        return _bytes_per(JSON_BYTES_PER_TOKEN, message.text)
    tokens = count_tokens(message.text)
    if isinstance(message, AIMessage):
        for call in message.tool_calls:
            arguments = orjson.dumps(call["args"], default=str).decode()
            tokens += count_tokens(call["name"]) + _bytes_per(JSON_BYTES_PER_TOKEN, arguments)
    return tokens


def _bytes_per(size: int, text: str) -> int:
    return -(-len(text.encode("utf-8", "replace")) // size)
