"""Questions that set earlier simulations side by side: by their ids, or those of this conversation."""

import re
from functools import cache

from models.builtin.clauses import Clause
from models.builtin.grammar_files import grammar_of
from models.builtin.lexicon import Kind, read_table, table
from models.builtin.reading import Mark, Reading
from models.builtin.slots import Question
from models.builtin.understanding import Ask, Context, Query, Understanding
from models.builtin.words import plain

TOOL = "compare_simulations"
_SIMULATIONS = frozenset({"simulate_new_order", "simulate_schedule_change"})
# What one call takes.
_LEAST, _MOST = 2, 4
# Said beside "better" and the like, these are what is compared.
_OTHER_THINGS = frozenset({"@hours", "machine", "operator", "work_center"})
# What was tried out may be named by it: "overtime or Chen out".
_TRIED = frozenset(
    {"down", "outage", "absent", "calls_in", "overtime", "called_off", "postponed", "resized", "due_moved"}
)
# Words of an answer to it.
_OF_OUTCOMES = frozenset(
    [
        *(
            "consequence",
            "gain",
            "late",
            "at_risk",
            "in_time",
            "order",
            "order_status",
            "spare",
            "better",
            "most",
        ),
        *(
            "least",
            "how_much",
            "we",
            "you",
            "hours_word",
            "try_out",
            "what_if",
            "arrange",
            "replan_state",
            "modal",
        ),
    ]
)
# A longer message asks something of its own.
_MAX_MARKS = 16
_ID = re.compile(r"\bsim-[0-9a-f]{16}\b", re.IGNORECASE)
_WORD = re.compile(r"[^\W_]+")


def comparison_in(text: str, reading: Reading, context: Context) -> Understanding | None:
    """What `text` wants compared; None when it is no such question.

    Without ids it is one only where no other word stands, and either simulations are named or the turn
    before was about one: "compare the two" may be about machines as well.
    """
    if TOOL not in context.tools or not reading.marks or grammar_of(TOOL) is None:
        return None
    said = tuple(dict.fromkeys(found.casefold() for found in _ID.findall(text)))
    if len(said) >= _LEAST:
        return _asked(said[:_MOST])
    words = [plain(word) for word in _WORD.findall(_ID.sub(" ", text))]
    if not any(word in _words("compares") for word in words):
        return None
    known_words = all(word in _words("beside") or word in _words("compares") for word in words)
    if not said and (
        _supposes_anew(words, reading) or not (known_words or _is_about_them(words, reading, context))
    ):
        return None
    named = bool(said) or any(word in _words("simulations") for word in words)
    recent = bool(context.queries) and context.queries[-1].tool in {TOOL, *_SIMULATIONS}
    if not named and not (recent and len(context.simulations) >= _LEAST):
        return None
    known = [sim for sim in context.simulations if sim not in said]
    wanted = _count(words) - len(said)
    sims = (*said, *known[-wanted:])
    return _asked(sims) if len(sims) >= _LEAST else _ask_back(sims)


def _is_about_them(words: list[str], reading: Reading, context: Context) -> bool:
    """Whether "better" and the like is said of simulations that there are: by a word for them, as one or the
    other, by what was tried out in them, or of nothing that has a name."""
    if len(context.simulations) < _LEAST or not context.queries:
        return False
    if context.queries[-1].tool not in {TOOL, *_SIMULATIONS} or len(reading.marks) > _MAX_MARKS:
        return False
    clause = Clause(reading)
    told = any(word in _words("tried") or word in _words("simulations") for word in words)
    others = _OTHER_THINGS - ({"operator"} if words[0] in {"who", "wer"} else frozenset[str]())
    if clause.features & others and not told:
        return False
    either = _of_two(words)
    return told or either or bool(clause.features & _TRIED) or all(map(_says_nothing_else, reading.marks))


def _says_nothing_else(mark: Mark) -> bool:
    """Of "which would you go for?": no name, no date, no amount, and no word of another question."""
    if mark.date is not None or mark.amount is not None:
        return False
    listed = all(
        any(word.plain in _words(name) for name in ("beside", "compares", "tried", "simulations"))
        for word in mark.words
    )
    meant = mark.values(Kind.CONCEPT) | mark.values(Kind.TOPIC)
    return listed or mark.neutral or frozenset[str]() < meant <= _OF_OUTCOMES | {"operator"}


def _supposes_anew(words: list[str], reading: Reading) -> bool:
    """ "What if ..., is that better?": something else is to be tried out; a day beside one or the other of
    two ("Puma or Haas, where does the Saturday pay off more?") is that of what was tried."""
    dated = any(mark.date for mark in reading.marks)
    return "if" in reading.text.casefold().split() or (dated and not _of_two(words))


def _of_two(words: list[str]) -> bool:
    return any(word in {"or", "oder", "vs", "versus"} or word in _words("both") for word in words)


def _asked(sims: tuple[str, ...]) -> Understanding:
    return Understanding(queries=(Query(TOOL, {"sims": [*sims]}),))


def _ask_back(sims: tuple[str, ...]) -> Understanding:
    return Understanding(ask=Ask(Question.SIMULATIONS, Query(TOOL, {"sims": [*sims]} if sims else {})))


def _count(words: list[str]) -> int:
    """How many are meant: two where no number is said."""
    if any(word in _words("three") for word in words):
        return 3
    return _MOST if any(word in _words("all") for word in words) else _LEAST


@cache
def _words(name: str) -> frozenset[str]:
    """A list of the tool's grammar file in all languages, folded."""
    lists = table(table(read_table(f"tools/{TOOL}")["words"])[name]).values()
    return frozenset(plain(word) for text in lists for word in str(text).split())
