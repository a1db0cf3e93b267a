"""Two things that are told to be done in one sentence: "lock WO-4003 and cancel WO-4009".

Read as a whole, the one would be done to both; so each side is read by itself, and what is not understood is
named.
"""

from dataclasses import replace

from models.builtin.calls import MAX_QUERIES
from models.builtin.clauses import Clause
from models.builtin.grammar_files import grammar_of
from models.builtin.lexicon import Kind
from models.builtin.meaning import meaning_of
from models.builtin.mentions import Named
from models.builtin.reading import Reading, language_words
from models.builtin.requests import asks_first, puts_question
from models.builtin.several_changes import KINDS, cuts
from models.builtin.understanding import Context, Understanding

_THINGS = frozenset({Named.MACHINE, Named.PERSON, Named.ORDER})


def several_orders(reading: Reading, context: Context) -> Understanding | None:
    """What each side of an "and" tells to do; None where only one does, or where it is asked or supposed."""
    if not reading.marks or puts_question(reading) or Clause(reading).asks:
        return None
    alone = replace(context, queries=(), pending=None, lenient=False)
    if len(meaning_of(reading, alone).queries) > 1:
        return None  # "move WO-4003 to Monday and WO-4009 to Tuesday"
    for left, right in cuts(reading):
        then = right.marks[0].words[0].plain in language_words("then")
        if not then and not reading.marks[len(left.marks)].has(Kind.JOINER):
            continue
        first = meaning_of(left, alone)
        if not _is_order(first) or asks_first(right) or not (then or _is_more(left, right)):
            continue
        leans = any(mark.has(Kind.ANAPHOR) for mark in right.marks)
        second = meaning_of(right, replace(alone, queries=first.queries if leans else ()))
        if _is_order(second):
            return Understanding(queries=(*first.queries, *second.queries)[:MAX_QUERIES])
        return replace(first, lost=(right.said(right.marks),))
    return None


def _is_order(understood: Understanding) -> bool:
    grammars = [grammar_of(query.tool) for query in understood.queries]
    return bool(grammars) and not understood.ignored and all(one and one.writes for one in grammars)


def _is_more(left: Reading, right: Reading) -> bool:
    """Whether the right side names something of its own, or tells another thing to do."""
    named = any(m.kind in _THINGS for m in Clause(right).names)
    kinds = [kind for kind in KINDS if kind & right.concepts() and not kind & left.concepts()]
    leans = any(mark.has(Kind.ANAPHOR) for mark in right.marks)
    return named or bool(kinds) or (not leans and "@command" in Clause(right).features)
