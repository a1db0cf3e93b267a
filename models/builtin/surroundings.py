"""What stands around a question: the story told before it, and a date ahead of a colon."""

from collections.abc import Iterator
from dataclasses import replace

from models.builtin.grammar_files import grammar_of
from models.builtin.lexicon import Kind, phrase_set
from models.builtin.meaning import meaning_of
from models.builtin.reading import Mark, Reading
from models.builtin.understanding import Context, Query, Understanding

_BREAKS = (",", ":", " - ", ";", "?", "!", "\n", ". ")
_TIMES = frozenset({"window", "from", "to", "due"})
# Told before a question, these are no request; a change to the plan or other instructions always are.
_TELLABLE = frozenset({"elsewhere", "presence", "money", "material", "knowledge", "order_status", "quality"})


def after_a_story(reading: Reading, context: Context) -> Understanding | None:
    """The question at the end of a message whose beginning is about something else.

    The beginning must not ask anything itself; it is named as not understood. None when there is no such end.
    """
    for start in _starts(reading):
        story, question = reading.part(0, start), reading.part(start, len(reading.marks))
        if not _is_told(story, reading):
            return None
        understood = meaning_of(question, replace(context, queries=(), pending=None))
        if understood.queries and not understood.ignored:
            said = story.said(story.marks)
            unread = () if all(mark.neutral for mark in story.marks) else (said,)
            return replace(understood, lost=unread)
    return None


def before_a_reason(reading: Reading, context: Context) -> Understanding | None:
    """What is told to be done at the beginning of a message that goes on to say why.

    The end is named as not understood. None when the beginning tells nobody to do anything.
    """
    if "what_if" in reading.topics():
        return None  # "They want it on Wednesday. Can we afford that?"
    for index in range(1, len(reading.marks)):
        gap = reading.text[reading.marks[index - 1].end : reading.marks[index].start]
        if (
            "," not in gap
            and " - " not in gap
            and reading.marks[index].words[0].spelled not in phrase_set("reasons")
        ):
            continue
        order, reason = reading.part(0, index), reading.part(index, len(reading.marks))
        understood = meaning_of(order, replace(context, lenient=False))
        writes = [grammar_of(query.tool) for query in understood.queries]
        if writes and all(grammar and grammar.writes for grammar in writes) and not understood.ignored:
            return replace(understood, lost=(reason.said(reason.marks),))
    return None


def with_leading_date(reading: Reading, understood: Understanding) -> Understanding:
    """ "Saturday: which machines are free, and ...": that day holds for all questions behind."""
    date = _leading_date(reading)
    if date is None or len(understood.queries) < 2:
        return understood
    return replace(understood, queries=tuple(_dated(query, date) for query in understood.queries))


def introduces(part: Reading) -> bool:
    """ "I'm the new planner", "ich bin neu hier": a sentence about who speaks, which asks nothing."""
    words = [word.spelled for mark in part.marks[:4] for word in mark.words]
    said = " ".join(words)
    asks = part.text[part.marks[-1].end : part.marks[-1].end + 1] == "?"
    return not asks and any(said.startswith(f"{phrase} ") for phrase in phrase_set("introductions"))


def _starts(reading: Reading) -> Iterator[int]:
    """Where a new part begins: behind a break, and behind words such as "I'd like to know"."""
    asking = phrase_set("asking")
    marks = reading.marks
    for index in range(1, len(marks)):
        gap = reading.text[marks[index - 1].end : marks[index].start]
        if any(sign in gap for sign in _BREAKS) or any(
            _spelled(marks[max(0, index - count) : index]) in asking for count in (1, 2, 3, 4, 5, 6)
        ):
            yield index


def _is_told(story: Reading, reading: Reading) -> bool:
    """Whether it only tells something: no question, nothing to be changed, no names, dates or amounts."""
    end = story.marks[-1].end
    asks = "?" in reading.text[:end] + reading.text[end : end + 1]
    facts = any(mark.date or mark.amount or mark.has(Kind.MAKER, Kind.PROCESS) for mark in story.marks)
    opens = story.marks[0].has(Kind.OPENER)
    return not (asks or facts or opens) and story.topics() <= _TELLABLE


def _spelled(marks: tuple[Mark, ...]) -> str:
    return " ".join(word.spelled for mark in marks for word in mark.words)


def _leading_date(reading: Reading) -> str | None:
    marks = reading.marks
    for index, mark in enumerate(marks[:-1]):
        if mark.date is not None:
            gap = reading.text[mark.end : marks[index + 1].start]
            return mark.date.text if gap.lstrip().startswith(":") else None
        if not mark.has(Kind.FILLER, Kind.SOCIAL, Kind.FOLLOW_UP, Kind.LOCATION):
            return None
    return None


def _dated(query: Query, date: str) -> Query:
    grammar = grammar_of(query.tool)
    if grammar is None or grammar.slot("window") is None or _TIMES & query.arguments.keys():
        return query
    return replace(query, arguments={**query.arguments, "window": date})
