"""What is said back to a message that is not understood: what was made out, and the nearest questions."""

from collections import Counter
from collections.abc import Collection
from functools import cache

from models.builtin.clauses import Clause
from models.builtin.grammar_files import ToolGrammar, tool_grammars
from models.builtin.reading import Reading

# Tools whose example questions are offered.
_MOST = 2
# Less than this share of a way to ask is no likeness.
_LIKE = 0.5
_NO_NAMES = frozenset({"knowledge", "instructions", "elsewhere"})


def nearest_tools(reading: Reading, tools: Collection[str]) -> tuple[str, ...]:
    """The bound tools that are asked for most alike, nearest first; none where nothing is alike."""
    clause = Clause(reading)
    if clause.features & _NO_NAMES:
        return ()
    ranked = sorted(
        (
            (_likeness(clause, grammar), -grammar.rank, grammar.tool)
            for grammar in tool_grammars()
            if grammar.tool in tools
        ),
        reverse=True,
    )
    return tuple(tool for likeness, _, tool in ranked[:_MOST] if likeness[0] >= _LIKE)


def made_out(reading: Reading) -> tuple[str, ...]:
    """The names, dates and amounts of a message, as the person wrote them and in that order."""
    clause = Clause(reading)
    found = [(m.first, m.text) for m in clause.names]
    found += [
        (index, mark.date.text if mark.date else reading.said([mark]))
        for index, mark in enumerate(reading.marks)
        if mark.date is not None or mark.amount is not None
    ]
    return tuple(dict.fromkeys(text for _, text in sorted(found)))


def _likeness(clause: Clause, grammar: ToolGrammar) -> tuple[float, float]:
    return max(
        (_share(clause, way.features) for intent in grammar.intents for way in intent.ways),
        default=(0.0, 0.0),
    )


def _share(clause: Clause, way: frozenset[str]) -> tuple[float, float]:
    """How much of a way to ask was said, and how telling that is; names alone are no likeness."""
    said = way & clause.features
    if all(feature.startswith("@") for feature in said):
        return 0.0, 0.0
    telling = sum(map(_telling, said))
    return telling / sum(map(_telling, way)), telling


def _telling(feature: str) -> float:
    """What few tools are asked for by tells more."""
    return 1.0 / (1 + _spread().get(feature, 0))


@cache
def _spread() -> Counter[str]:
    """In the ways of how many tools each feature stands."""
    return Counter(
        feature
        for grammar in tool_grammars()
        for feature in frozenset[str]().union(
            *(way.features for intent in grammar.intents for way in intent.ways)
        )
    )
