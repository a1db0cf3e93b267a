"""Processors: what becomes of the messages on their way to the model, in an order that the operator names.

Each is a function from messages to messages. They see what is sent, not what is stored: the transcript, the
checkpoint and the person's screen keep every word. None of them takes a tool call from its result or a result
from its call: they drop whole turns, or change what messages say.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import partial, reduce
from typing import Final, TypeAlias

from langchain_core.messages import BaseMessage, SystemMessage, ToolMessage

from leadhand.errors import InvalidSetting
from memory.history import turns_of
from memory.redaction import redact_contacts, redact_secrets, rewritten
from memory.short_results import shortened

Processor: TypeAlias = Callable[[Sequence[BaseMessage]], list[BaseMessage]]

SETTING: Final = "LEADHAND_PROCESSORS"
NONE: Final = "none"
# Results of so many turns, the current one included, are sent whole; those of older ones up to this size.
WHOLE_RESULT_TURNS: Final = 3
OLD_RESULT_BYTES: Final = 1_500


def unprocessed(messages: Sequence[BaseMessage]) -> list[BaseMessage]:
    """The messages as they are."""
    return list(messages)


def trim(messages: Sequence[BaseMessage], *, window_tokens: int) -> list[BaseMessage]:
    """Without the oldest turns, as many as it takes to fit; instructions and the current turn stay.

    The graph folds what overflows before a turn begins; this bounds a turn whose own results grow.
    """
    instructions = [message for message in messages if isinstance(message, SystemMessage)]
    turns = turns_of([message for message in messages if not isinstance(message, SystemMessage)])
    excess = sum(turn.tokens for turn in turns) - window_tokens
    kept = 0
    while excess > 0 and kept < len(turns) - 1:
        excess -= turns[kept].tokens
        kept += 1
    return [*instructions, *(message for turn in turns[kept:] for message in turn.messages)]


def limit_tool_results(messages: Sequence[BaseMessage]) -> list[BaseMessage]:
    """With the results of older turns cut to their figures and first rows; they stay valid JSON."""
    old = {
        id(message)
        for turn in turns_of(messages)[:-WHOLE_RESULT_TURNS]
        for message in turn.messages
        if isinstance(message, ToolMessage)
    }
    return [
        rewritten(message, partial(shortened, max_bytes=OLD_RESULT_BYTES)) if id(message) in old else message
        for message in messages
    ]


_PLAIN: Final[Mapping[str, Processor]] = {
    "redact_secrets": redact_secrets,
    "redact_contacts": redact_contacts,
    "limit_tool_results": limit_tool_results,
}
NAMES: Final = (*_PLAIN, "trim")


def processing(names: str, *, window_tokens: int) -> Processor:
    """The processors that `names` lists, separated by commas, as one: each is handed what the last one made.

    Raises:
        InvalidSetting: a name that none has, or one that stands twice.
    """
    listed = [name.strip() for name in names.split(",")]
    if listed == [NONE]:
        return unprocessed
    known: dict[str, Processor] = {**_PLAIN, "trim": partial(trim, window_tokens=window_tokens)}
    for place, name in enumerate(listed):
        if name not in known:
            raise InvalidSetting(f'{SETTING}: "{name}" is none of {", ".join(NAMES)}, or {NONE} alone')
        if name in listed[:place]:
            raise InvalidSetting(f'{SETTING}: "{name}" stands twice')
    steps = [known[name] for name in listed]

    def process(messages: Sequence[BaseMessage]) -> list[BaseMessage]:
        return reduce(lambda sent, step: step(sent), steps, list(messages))

    return process
