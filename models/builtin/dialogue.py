"""What a message asks for, in the light of the turns before it: sentence by sentence, or as a whole."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import pairwise

from models.builtin.calls import MAX_QUERIES
from models.builtin.clauses import Clause
from models.builtin.comparing import comparison_in
from models.builtin.follow_up import opens_with_follow_up
from models.builtin.grammar_files import grammar_of
from models.builtin.lexicon import Kind
from models.builtin.meaning import meaning_of
from models.builtin.mentions import Named
from models.builtin.nearest import made_out, nearest_tools
from models.builtin.reading import Reading, is_foreign, read
from models.builtin.requests import puts_question, tells_of_self
from models.builtin.rerouting import rerouting
from models.builtin.several_changes import several_changes
from models.builtin.several_orders import several_orders
from models.builtin.surroundings import after_a_story, before_a_reason, introduces, with_leading_date
from models.builtin.understanding import Context, Query, Understanding

MAX_JOINTS = 6
# In a longer message several calls that were only half understood are none.
MAX_UNSURE_MARKS = 30
# What is longer is a story: only its questions count.
MAX_STORY_MARKS = 50
# An order to do something is no longer than this.
MAX_ORDER_MARKS = 16
# "Many thanks, Linda Miller".
MAX_SIGNATURE = 4
_TOLD_AT_LENGTH = frozenset({"simulate_schedule_change", "simulate_new_order"})
# "Consequences?", "What gets late?": with these words alone a sentence asks what comes of the one before it.
_OUTCOMES = frozenset({"consequence", "gain", "late", "at_risk", "what_if"})
_NAMING = frozenset({"machine", "work_center", "conflicts", "data_trust", "bottleneck", "new", "@route"})
_SENTENCE_ENDS = ("?", "!", ";", "\n", ". ")


def understand(text: str, context: Context) -> Understanding:
    """Reads sentence by sentence where each stands on its own, else the message as a whole."""
    reading = read(text)
    if is_foreign(reading):
        return Understanding(social="foreign")
    compared = comparison_in(text, reading, context)
    if compared is not None:
        return compared
    several = (
        several_changes(reading, context) or rerouting(reading, context) or several_orders(reading, context)
    )
    understood = several or _understood(text, reading, context)
    told = understood.queries or understood.ask or understood.social or understood.explain
    if not told and several is None:
        understood = (
            before_a_reason(reading, context)
            or after_a_story(reading, context)
            or _second_look(text, reading, context)
            or understood
        )
    if "what_if" in reading.topics() and any(map(_writes, understood.queries)):
        understood = Understanding(topics=("what_if",))  # "They want it on Wednesday. Can we afford that?"
    return with_leading_date(reading, _with_nearest(reading, understood, context))


def _with_nearest(reading: Reading, understood: Understanding, context: Context) -> Understanding:
    """What was not understood, with what was made out of it and what it is most like."""
    if not (understood.lost or understood.topics) or understood.queries or understood.ask:
        return understood
    near = nearest_tools(reading, context.tools)
    return replace(understood, near=near, made_out=made_out(reading))


def _second_look(text: str, reading: Reading, context: Context) -> Understanding | None:
    """The question that most of the message speaks for; None when it does not tell."""
    if len(reading.marks) > MAX_STORY_MARKS:
        return None
    lenient = replace(context, lenient=True)
    understood = _understood(text, reading, lenient)
    if len(understood.queries) > 1 and len(reading.marks) > MAX_UNSURE_MARKS:
        return None  # a long story in which every sentence was half understood
    return understood if understood.queries or understood.ask else None


def _understood(text: str, reading: Reading, context: Context) -> Understanding:
    if not reading.marks:
        return Understanding(too_long=bool(text.strip()) and not reading.text)
    sentences = [part for part in _sentences(reading) if not _is_courtesy(part)] or [reading]
    if len(sentences) == 1:
        return _one_sentence(sentences[0], context)
    return _over_sentences(reading, sentences, context) or _by_sentence(reading, sentences, context)


def _writes(query: Query) -> bool:
    grammar = grammar_of(query.tool)
    return grammar is not None and grammar.writes


def _over_sentences(reading: Reading, sentences: list[Reading], context: Context) -> Understanding | None:
    """One order's work told in several sentences, or what happens and then "what gets late?"."""
    if Clause(reading).route is None and not any(map(_asks_what_then, sentences[1:])):
        return None
    whole = meaning_of(reading, context)
    tools = {query.tool for query in whole.queries}
    return whole if tools and tools <= _TOLD_AT_LENGTH else None


def _by_sentence(reading: Reading, sentences: list[Reading], context: Context) -> Understanding:
    if len(reading.marks) > MAX_STORY_MARKS:
        return _of_a_story(sentences, context)
    sentences = _without_introduction(sentences, context)
    told = [part for at, part in enumerate(sentences) if not (at and _is_remark(part))]
    if len(told) < len(sentences):
        parts = _chain(told, context)
        if all(part.queries for part in parts):
            return _merged(parts)
    parts = _chain(sentences, context)
    if all(part.queries for part in parts):
        return _merged(parts)
    whole = meaning_of(reading, context)
    if whole.queries or whole.ask:
        return whole
    if any(part.queries or part.ask for part in parts):
        return _merged(parts)
    return _halves(reading, context) or whole


def _of_a_story(sentences: list[Reading], context: Context) -> Understanding:
    """Of a long message only what is asked or told to be done: the rest is how it came to that."""
    parts: list[Understanding] = []
    for sentence in sentences:
        short = len(sentence.marks) <= MAX_ORDER_MARKS
        asked = puts_question(sentence) or (short and "@command" in Clause(sentence).features)
        said = sentence.said(sentence.marks)
        parts.append(meaning_of(sentence, context) if asked else Understanding(lost=(said,)))
    return _merged(parts)


def _without_introduction(sentences: list[Reading], context: Context) -> list[Reading]:
    """ "I'm new here and got the plan from Bob. Can you check it?": who speaks is no question about the plan.

    Only where what follows is understood by itself.
    """
    if len(sentences) < 2 or not introduces(sentences[0]):
        return sentences
    rest = sentences[1:]
    alone = [meaning_of(part, replace(context, queries=(), pending=None)) for part in rest]
    return rest if any(one.queries for one in alone) else sentences


def _one_sentence(reading: Reading, context: Context) -> Understanding:
    whole = meaning_of(reading, context)
    if whole.ask or (whole.queries and whole.ignored):
        return whole
    if whole.queries:
        return _two_questions(reading, context) or whole
    return _halves(reading, context) or whole


def _two_questions(reading: Reading, context: Context) -> Understanding | None:
    """A sentence that makes sense as a whole is still two questions if its halves ask different tools."""
    if "what_if" in reading.topics():
        return None  # "if the Puma fails and we re-plan": one supposition
    for parts in _split(reading, replace(context, queries=(), pending=None)):
        tools = {query.tool for part in parts for query in part.queries}
        if any(_placeless_there(query, reading) for part in parts for query in part.queries):
            continue
        worded = all(query.aspects for part in parts for query in part.queries)
        if len(tools) > 1 and worded and all(part.queries and not part.ignored for part in parts):
            return _merged(parts)
    return None


def _placeless_there(query: Query, reading: Reading) -> bool:
    """ "... and would an hour more there help": of what the first half says, which capacity is not told."""
    there = any(mark.has(Kind.ANAPHOR) for mark in reading.marks)
    return (
        there and query.tool == "check_capacity" and not {"machines", "work_centers"} & query.arguments.keys()
    )


def _halves(reading: Reading, context: Context) -> Understanding | None:
    """Two questions joined by "and"; or one, while what the other half is about is said."""
    splits = list(_split(reading, replace(context, queries=(), pending=None)))
    for parts in splits:
        if all(part.queries and not part.ignored for part in parts):
            return _merged(parts)
    for parts in splits:
        answered = any(_asks(part) and not part.ignored for part in parts)
        if answered and all(part.queries or part.topics for part in parts):
            return _merged(parts)
    return None


def _asks(part: Understanding) -> bool:
    """ "Luis on Thursday" is no question of its own beside "swap Hannah"."""
    return bool(part.queries) and all(query.aspects for query in part.queries)


def _split(reading: Reading, context: Context) -> Iterator[list[Understanding]]:
    """Both sides of each "and" or "or", the first few of them."""
    joints = [index for index, mark in enumerate(reading.marks) if index and mark.has(Kind.JOINER)]
    listed = _listing(reading) if joints else frozenset[int]()
    whole = Clause(reading).features
    for index in [joint for joint in joints if joint not in listed][:MAX_JOINTS]:
        halves = (reading.part(0, index), reading.part(index + 1, len(reading.marks)))
        if "what_if" in whole and halves[1].marks and _asks_what_then(halves[1]):
            continue  # "can it have its service, or will something be late?"
        if all(half.marks for half in halves):
            yield _chain(halves, context)


def _listing(reading: Reading) -> frozenset[int]:
    """Where "and" stands between two names of a kind: "WO-4009 and WO-4012" are one list."""
    names = [m for m in Clause(reading).names if m.kind is Named.ORDER]
    return frozenset(one.last for one, other in pairwise(names) if other.first == one.last + 1)


def _chain(parts: Iterable[Reading], context: Context) -> list[Understanding]:
    """Each part in the light of the one before."""
    found: list[Understanding] = []
    for part in parts:
        understood = meaning_of(part, context)
        if found and _adds_nothing(part, found[-1]):
            understood = found[-1]
        found.append(understood)
        if understood.queries:
            context = replace(context, queries=understood.queries, pending=None)
    return found


def _is_remark(part: Reading) -> bool:
    """ "... buy us? I'd have to ask the guys today.": of who asks, with no other day for the question."""
    clause = Clause(part)
    return tells_of_self(part) and bool(clause.dates) and not (clause.names or clause.amounts)


def _adds_nothing(part: Reading, before: Understanding) -> bool:
    """ "... 110 hours of turning in December. Is there room for it?": the same question again."""
    if not before.queries or not any(mark.has(Kind.ANAPHOR) for mark in part.marks):
        return False
    grammar = grammar_of(before.queries[-1].tool)
    if grammar is None or not grammar.intents[0].needs:
        return False
    plain = all(mark.neutral or mark.values(Kind.CONCEPT) for mark in part.marks)
    return plain and part.concepts() <= grammar.intents[0].uses


def _merged(parts: list[Understanding]) -> Understanding:
    queries: list[Query] = []
    for query in (query for part in parts for query in part.queries):
        if all((query.tool, query.arguments) != (known.tool, known.arguments) for known in queries):
            queries.append(query)
    queries = [query for query in queries if not any(_says_less(query, other) for other in queries)]
    return Understanding(
        queries=tuple(queries[:MAX_QUERIES]),
        ask=next((part.ask for part in parts if part.ask), None),
        topics=tuple(dict.fromkeys(topic for part in parts for topic in part.topics)),
        ignored=tuple(word for part in parts for word in part.ignored),
        lost=tuple(text for part in parts for text in part.lost),
    )


def _says_less(query: Query, other: Query) -> bool:
    """ "Is the Puma free tomorrow? For 2 hours": the first is part of the second."""
    more = query.arguments.keys() < other.arguments.keys()
    return query.tool == other.tool and more and query.arguments.items() <= other.arguments.items()


def _sentences(reading: Reading) -> list[Reading]:
    """Parts between full stops, question marks, semicolons and line ends."""
    parts: list[Reading] = []
    first = 0
    for index in range(1, len(reading.marks) + 1):
        last = index == len(reading.marks)
        gap = "" if last else reading.text[reading.marks[index - 1].end : reading.marks[index].start]
        if last or any(sign in gap for sign in _SENTENCE_ENDS):
            parts.append(reading.part(first, index))
            first = index
    return parts


def _asks_what_then(part: Reading) -> bool:
    """Whether it names nothing, and asks what comes of what was said before it."""
    said = part.concepts() | part.topics()
    telling = [mark for mark in part.marks if not mark.neutral]
    known = all(
        mark.values(Kind.CONCEPT) | mark.values(Kind.TOPIC) and not mark.date and not mark.amount
        for mark in telling
    )
    return known and bool(said & _OUTCOMES) and not said & _NAMING


def _is_courtesy(part: Reading) -> bool:
    if part.marks[0].has(Kind.SOCIAL) and len(part.marks) <= MAX_SIGNATURE:
        return all(mark.neutral or mark.has(Kind.PERSON) for mark in part.marks)  # "Thanks, Linda"
    return all(mark.neutral for mark in part.marks) and not opens_with_follow_up(part)
