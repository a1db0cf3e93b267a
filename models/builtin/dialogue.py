"""What a message asks for, in the light of the turns before it."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field, replace

from leadhand.errors import JsonValue
from models.builtin.choosing import choose
from models.builtin.clauses import Clause
from models.builtin.follow_up import carried_features, continued, hours_given, opens_with_follow_up
from models.builtin.grammar_files import Intent, grammar_of, tool_grammars
from models.builtin.lexicon import Kind
from models.builtin.mentions import Named, Surety
from models.builtin.reading import Reading, read
from models.builtin.slots import Arguments, Question, fill, names_in
from models.builtin.topics import social_of, topic_of

# One message asks for this many calls at most.
MAX_QUERIES = 4
# More words than a name has are no longer just a name.
MAX_BARE_MARKS = 6


@dataclass(frozen=True, slots=True)
class Query:
    """One tool call, and what its answer is about. `focus`: people asked about; `excluded`: names left out."""

    tool: str
    arguments: Arguments
    focus: tuple[str, ...] = ()
    excluded: tuple[str, ...] = ()
    aspects: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Ask:
    """A question back. `pending`: the call that waits for the answer."""

    question: Question
    pending: Query


@dataclass(frozen=True, slots=True)
class Understanding:
    """What was made of one message; all empty when nothing was understood.

    `ignored`: words that were not used. `unclear`: tools between which the message does not tell.
    """

    queries: tuple[Query, ...] = ()
    ask: Ask | None = None
    topics: tuple[str, ...] = ()
    social: str = ""
    explain: frozenset[str] = frozenset()
    ignored: tuple[str, ...] = ()
    unclear: tuple[str, ...] = ()
    lost: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Context:
    """What the turns before leave behind: the last calls, a question that waits, the language."""

    queries: tuple[Query, ...] = ()
    pending: Query | None = None
    language: str = "en"
    tools: Collection[str] = field(default_factory=frozenset[str])


def understand(text: str, context: Context) -> Understanding:
    """Reads sentence by sentence where each stands on its own, else the message as a whole."""
    reading = read(text)
    if not reading.marks:
        return Understanding()
    sentences = [part for part in _sentences(reading) if not _is_courtesy(part)] or [reading]
    whole = _clause(reading, context) if len(sentences) == 1 else None
    if whole is None:
        parts = _chain(sentences, context)
        if all(part.queries for part in parts):
            return _merged(parts)
        whole = _clause(reading, context)
        if not (whole.queries or whole.ask) and any(part.queries or part.ask for part in parts):
            return _merged(parts)
    if whole.queries and not whole.ignored:
        return _split_if_better(reading, context, whole)
    if whole.ask or whole.queries:
        return whole
    return _split_if_better(reading, context, whole)


def _chain(parts: Iterable[Reading], context: Context) -> list[Understanding]:
    """Each part in the light of the one before."""
    found: list[Understanding] = []
    for part in parts:
        understood = _clause(part, context)
        found.append(understood)
        if understood.queries:
            context = replace(context, queries=understood.queries, pending=None)
    return found


def _split_if_better(reading: Reading, context: Context, whole: Understanding) -> Understanding:
    """Two questions joined by "and": apart where both halves stand alone, and the whole does not or means less."""
    for index, mark in enumerate(reading.marks):
        if index == 0 or not mark.has(Kind.JOINER):
            continue
        left, right = reading.part(0, index), reading.part(index + 1, len(reading.marks))
        parts = _chain([left, right], replace(context, queries=(), pending=None))
        if not all(part.queries and not part.ignored for part in parts):
            continue
        tools = {query.tool for part in parts for query in part.queries}
        if not whole.queries or len(tools) > 1:
            return _merged(parts)
    return whole if whole.queries else _answerable_half(reading, context) or whole


def _answerable_half(reading: Reading, context: Context) -> Understanding | None:
    """ "Is the Puma free and is Maria sick?": one half is answered, what the other is about is said."""
    for index, mark in enumerate(reading.marks):
        if index and mark.has(Kind.JOINER):
            parts = _chain([reading.part(0, index), reading.part(index + 1, len(reading.marks))], context)
            if any(part.queries and not part.ignored for part in parts) and all(
                part.queries or part.topics for part in parts
            ):
                return _merged(parts)
    return None


def _merged(parts: list[Understanding]) -> Understanding:
    queries: list[Query] = []
    for query in (query for part in parts for query in part.queries):
        if query not in queries:
            queries.append(query)
    return Understanding(
        queries=tuple(queries[:MAX_QUERIES]),
        ask=next((part.ask for part in parts if part.ask), None),
        topics=tuple(dict.fromkeys(topic for part in parts for topic in part.topics)),
        ignored=tuple(word for part in parts for word in part.ignored),
        lost=tuple(text for part in parts for text in part.lost),
    )


def _clause(reading: Reading, context: Context) -> Understanding:
    clause = Clause(reading)
    social = social_of(clause)
    if social == "assent" and context.pending and not _missing(context.pending):
        return Understanding(queries=(context.pending,))
    if social and not (context.pending and hours_given(clause) is not None):
        return Understanding(social=social)
    waiting = context.pending
    if waiting is not None:
        hours = hours_given(clause)
        if hours is not None and not choose(clause, context.tools).intents:
            return Understanding(queries=(replace(waiting, arguments={**waiting.arguments, "hours": hours}),))
    base = waiting or (context.queries[-1] if context.queries else None)
    clause = replace(clause, carried=carried_features(clause, base.arguments, base.focus)) if base else clause
    choice = choose(clause, context.tools)
    if base is not None:
        further = _further(clause, choice.clear, base, context)
        if further is not None:
            return further
    if choice.clear is not None:
        return _asked(clause, choice.clear, None)
    if choice.intents:
        return Understanding(unclear=tuple(intent.tool for intent in choice.intents))
    topic = topic_of(clause)
    if topic:
        return Understanding(topics=(topic,))
    return _only_named(clause, context) or Understanding(lost=(reading.said(reading.marks),))


def _further(clause: Clause, own: Intent | None, base: Query, context: Context) -> Understanding | None:
    """The message as a continuation of `base`; None when it stands on its own."""
    if own is None and "reason" in clause.features and not clause.foreign(frozenset({"reason"})):
        return Understanding(explain=frozenset({"reason"}))
    grammar = grammar_of(base.tool)
    hours = hours_given(clause) if own is None and grammar and grammar.slot("hours") else None
    if hours is not None and not clause.dates and opens_with_follow_up(clause.reading):
        return Understanding(queries=(replace(base, arguments={**base.arguments, "hours": hours}),))
    next_query = continued(clause, own, base.tool, base.arguments, context.tools)
    if next_query is None:
        return None
    tool, carried = next_query
    return _asked(clause, _intent_of(tool), replace(base, tool=tool, arguments=carried))


def _asked(clause: Clause, intent: Intent, base: Query | None) -> Understanding:
    """The calls that the clause asks for; `base`: what it continues."""
    grammar = grammar_of(intent.tool)
    if grammar is None:
        return Understanding()
    filled = fill(clause, grammar, base.arguments if base else None)
    arguments = {**base.arguments, **filled.arguments} if base else filled.arguments
    people = names_in(clause.wanted(Named.PERSON)) or (base.focus if base and "@person" in clause.carried else ())
    query = Query(
        tool=intent.tool,
        arguments=arguments,
        focus=people,
        excluded=names_in(clause.excluded) or (base.excluded if base else ()),
        aspects=clause.reading.concepts(),
    )
    if filled.ask is not None:
        return Understanding(ask=Ask(filled.ask, query))
    missing = _missing(query)
    if missing:
        return Understanding(ask=Ask(Question(missing[0]), query))
    ignored = tuple(mention.text for mention in clause.unexplained)
    return Understanding(queries=_for_each_window(query, filled.windows), ignored=ignored)


def _missing(query: Query) -> list[str]:
    """The arguments without which the tool cannot say anything."""
    return [name for name in _intent_of(query.tool).needs if name not in query.arguments]


def _only_named(clause: Clause, context: Context) -> Understanding | None:
    """ "Puma 3100?": a machine and nothing about it; offers to look up what can be said of machines by name."""
    names = clause.wanted(Named.MACHINE)
    telling = [name for name in names if name.surety is Surety.SHAPE]
    if not telling or clause.unexplained or clause.foreign(frozenset()) or len(clause.reading.marks) > MAX_BARE_MARKS:
        return None
    grammar = next((g for g in tool_grammars() if g.tool in context.tools and g.slot("machines") and not g.intents[0].needs), None)
    if grammar is None:
        return None
    return Understanding(ask=Ask(Question.SUBJECT, Query(grammar.tool, fill(clause, grammar).arguments)))


def _for_each_window(query: Query, windows: tuple[str, ...]) -> tuple[Query, ...]:
    """ "this week and next week" are two calls."""
    if len(windows) < 2 or "window" not in query.arguments:
        return (query,)
    return tuple(
        replace(query, arguments={**query.arguments, "window": window}) for window in windows[:MAX_QUERIES]
    )


def _intent_of(tool: str) -> Intent:
    grammar = grammar_of(tool)
    if grammar is None:
        raise LookupError(tool)
    return grammar.intents[0]


def _sentences(reading: Reading) -> list[Reading]:
    """Parts between full stops, question marks, semicolons and line ends."""
    parts: list[Reading] = []
    first = 0
    for index in range(1, len(reading.marks) + 1):
        last = index == len(reading.marks)
        gap = "" if last else reading.text[reading.marks[index - 1].end : reading.marks[index].start]
        if last or any(sign in gap for sign in ("?", "!", ";", "\n", ". ")):
            parts.append(reading.part(first, index))
            first = index
    return parts


def _is_courtesy(part: Reading) -> bool:
    return bool(part.marks) and all(mark.neutral for mark in part.marks) and not opens_with_follow_up(part)


def base_of(arguments: dict[str, JsonValue], tool: str) -> Query:
    """A call that stands in the conversation, whoever made it."""
    return Query(tool=tool, arguments=dict(arguments))
