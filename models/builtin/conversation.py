"""The messages of a conversation as turns: what was asked, which calls were made, what came back."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace

from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, ToolMessage

from leadhand.errors import JsonValue
from models.builtin.comparing import TOOL as COMPARE
from models.builtin.dialogue import understand
from models.builtin.lexicon import listed, table
from models.builtin.personal import remembered_language
from models.builtin.reading import language_of, read
from models.builtin.repairs import settled
from models.builtin.results import Result, read_result
from models.builtin.understanding import Context, Query, Understanding


@dataclass(frozen=True, slots=True)
class Turn:
    """`rounds`: the results of each round of calls since the question, in the order of the calls."""

    text: str
    rounds: tuple[tuple[Result, ...], ...] = ()


@dataclass(frozen=True, slots=True)
class Conversation:
    """The newest turn, understood in the light of the others. `earlier`: the last results before it."""

    turn: Turn
    understood: Understanding
    language: str
    earlier: tuple[tuple[Query, Result], ...] = ()


@dataclass(slots=True)
class _Open:
    """A turn while its messages are read."""

    text: str = ""
    rounds: list[list[Result]] = field(default_factory=list[list[Result]])


def follow(messages: Sequence[BaseMessage], tools: Collection[str]) -> Conversation:
    """Reads all messages; the instructions of the system are for language models and are passed over."""
    turns = _turns(messages) or [Turn("")]
    context = Context(tools=frozenset(tools), language=remembered_language(messages))
    earlier: tuple[tuple[Query, Result], ...] = ()
    understood = Understanding()
    for index, turn in enumerate(turns):
        context = replace(context, language=language_of(read(turn.text)) or context.language)
        understood = understand(turn.text, context)
        if index == len(turns) - 1:
            break
        context, earlier = _after(turn, understood, context, earlier)
        context = replace(context, simulations=_simulated(context.simulations, turn))
    return Conversation(turns[-1], understood, context.language, earlier)


def _after(
    turn: Turn, understood: Understanding, context: Context, earlier: tuple[tuple[Query, Result], ...]
) -> tuple[Context, tuple[tuple[Query, Result], ...]]:
    """What a turn leaves to the next: the calls that were really made count, whoever made them."""
    if turn.rounds:
        made = settled(turn.rounds, understood.queries, context.tools)
        pairs = tuple((_query(result, index, understood), result) for index, result in enumerate(made))
        queries = tuple(query for query, _ in pairs)
        if context.queries and all(query.tool == COMPARE for query in queries):
            queries = context.queries  # "and on Wednesday?" goes on from what was tried out
        return replace(context, queries=queries, pending=_suggested(pairs)), pairs
    pending = understood.ask.pending if understood.ask else None
    return replace(context, pending=pending), earlier


def _simulated(before: tuple[str, ...], turn: Turn) -> tuple[str, ...]:
    """The ids of simulations so far, newest last; one that was made again is new again."""
    made = [result.values.get("sim_id") for results in turn.rounds for result in results]
    new = tuple(dict.fromkeys(sim for sim in made if isinstance(sim, str)))
    return (*(sim for sim in before if sim not in new), *new)


def _suggested(pairs: tuple[tuple[Query, Result], ...]) -> Query | None:
    """The call with the one name that was offered for an unknown one, for a "yes"."""
    if len(pairs) != 1 or pairs[0][1].fault is None:
        return None
    query, details = pairs[0][0], pairs[0][1].fault.details
    offered, asked = listed(details.get("suggestions")), details.get("name")
    if len(offered) != 1:
        return None
    name = table(offered[0]).get("name", offered[0])
    if not isinstance(name, str) or not isinstance(asked, str):
        return None
    return replace(
        query, arguments={key: _renamed(value, asked, name) for key, value in query.arguments.items()}
    )


def _renamed(value: JsonValue, asked: str, name: str) -> JsonValue:
    if isinstance(value, list):
        return [_renamed(entry, asked, name) for entry in value]
    return name if value == asked else value


def _query(result: Result, index: int, understood: Understanding) -> Query:
    """The call as a query; what it was about is known where the message asked for this very tool."""
    meant = understood.queries[index] if index < len(understood.queries) else None
    if meant is None or meant.tool != result.tool:
        return Query(result.tool, dict(result.arguments))
    return replace(meant, arguments=dict(result.arguments))


def _turns(messages: Sequence[BaseMessage]) -> list[Turn]:
    opened: list[_Open] = []
    for index, message in enumerate(messages):
        if isinstance(message, HumanMessage):
            opened.append(_Open(message.text))
        elif isinstance(message, AIMessage) and message.tool_calls and opened:
            answers = _answers(messages[index + 1 :])
            opened[-1].rounds.append(
                [
                    read_result(call["name"], call["args"], answers[call["id"]])
                    for call in message.tool_calls
                    if call["id"] in answers
                ]
            )
    return [Turn(turn.text, tuple(tuple(results) for results in turn.rounds)) for turn in opened]


def _answers(messages: Sequence[BaseMessage]) -> dict[str | None, ToolMessage]:
    """The tool messages up to the next message of a person."""
    found: dict[str | None, ToolMessage] = {}
    for message in messages:
        if isinstance(message, HumanMessage):
            break
        if isinstance(message, ToolMessage):
            found.setdefault(message.tool_call_id, message)
    return found
