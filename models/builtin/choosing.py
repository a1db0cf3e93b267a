"""Which kind of question a clause is. Rather none than a wrong one."""

from collections.abc import Collection
from dataclasses import dataclass

from models.builtin.clauses import Clause
from models.builtin.grammar_files import Intent, tool_grammars
from models.builtin.mentions import Surety

# Below this a clause only touches on an intent.
THRESHOLD = 1.0
# Two intents this close are not told apart.
MARGIN = 0.2
# Each further word that fits.
FURTHER = 0.05
_NAME_DISCOUNT = {Surety.SHAPE: 0.0, Surety.PLACE: 0.5, Surety.MAYBE: 1.0}
_MAX_UNEXPLAINED = 1
# Never beside the point: "does Tom work on Saturday" is no question about the load on Saturday.
_MUST_BE_MEANT = frozenset({"@person", "@customer"})
# "she", once it is known who that is.
_SOMEONE = frozenset({"someone"})
_NOBODY: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Choice:
    """The intents that fit equally well, best first: one when it is clear, none when nothing fits."""

    intents: tuple[Intent, ...]

    @property
    def clear(self) -> Intent | None:
        return self.intents[0] if len(self.intents) == 1 else None


def choose(clause: Clause, tools: Collection[str]) -> Choice:
    """The intents of the bound `tools` that `clause` is a question of."""
    if len(clause.unexplained) > _MAX_UNEXPLAINED or clause.unread_time:
        return Choice(())
    scored = [
        (score, intent)
        for grammar in tool_grammars()
        if grammar.tool in tools
        for intent in grammar.intents
        if (score := _score(clause, intent)) >= THRESHOLD
    ]
    best = max((score for score, _ in scored), default=0.0)
    return Choice(tuple(intent for score, intent in scored if best - score < MARGIN))


def _score(clause: Clause, intent: Intent) -> float:
    """0.0 when the clause is no such question."""
    features = clause.features
    if features & intent.forbids:
        return 0.0
    known = _SOMEONE if clause.carried else _NOBODY
    named = features & _MUST_BE_MEANT
    fitting = [way for way in intent.ways if named <= way.features <= features]
    scores = [
        way.weight - (_NAME_DISCOUNT[clause.surety] if "@machine" in way.features else 0.0)
        for way in fitting
        if not clause.foreign(intent.uses | way.features | known)
    ]
    return max(scores) + FURTHER * len(features & intent.uses) if scores else 0.0
