"""Which kind of question a clause is. Rather none than a wrong one."""

from collections.abc import Collection
from dataclasses import dataclass

from models.builtin.clauses import Clause
from models.builtin.grammar_files import Intent, ToolGrammar, tool_grammars
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
# The second look: what a word costs that does not fit, that the tool does not take, or that is not known.
_LEAST, _CLEAR = 1.7, 0.35
# Telling to do something is no question; what a tool answers is not done by it.
_TOLD = 2.0
_FOREIGN, _FORBIDDEN, _UNKNOWN, _UNNAMED = 0.6, 0.9, 0.3, 1.0
# With these no second look: nothing hides behind a question about the plan.
_NEVER = frozenset({"instructions", "elsewhere", "knowledge", "past", "untouched"})
# With these only what many words speak for.
_OUTSIDE = frozenset({"money", "quality", "material"})
_OUTSIDE_COST = 2.0
_SUPPOSED = frozenset({"what_if", "try_out"})
# What a tool that forbids these cannot take is no small thing: a supposition, or work on another machine.
_NEVER_PASSED_OVER = _SUPPOSED | {"@rerouted"}
# A change is proposed on clear words only.
_IN_EARNEST = 2.0


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
        if grammar.tool in tools and not (grammar.writes and clause.asks)
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


def lean(clause: Clause, tools: Collection[str]) -> Intent | None:
    """The intent that most of the clause speaks for; every word that speaks against it is weighed.

    For a clause that `choose` finds no intent for.
    """
    if clause.features & _NEVER or clause.asks_back_in_time:
        return None
    scored = [
        (_weighed(clause, intent) - (_IN_EARNEST if grammar.writes else 0.0), intent)
        for grammar in tool_grammars()
        if grammar.tool in tools and (not grammar.writes or _is_order(clause, grammar))
        for intent in grammar.intents
    ]
    best, intent = max(scored, key=lambda one: one[0], default=(0.0, None))
    if intent is None or best < _LEAST:
        return None
    other = max((score for score, one in scored if one.tool != intent.tool), default=0.0)
    return intent if best - other >= _CLEAR else None


def _is_order(clause: Clause, grammar: ToolGrammar) -> bool:
    """Whether something is told to be done; what a tool that writes cannot take is never passed over."""
    return "@command" in clause.features and not any(
        clause.features & intent.forbids for intent in grammar.intents
    )


def _weighed(clause: Clause, intent: Intent) -> float:
    features = clause.features
    forbidden = features & intent.forbids
    if forbidden & _NEVER_PASSED_OVER:
        return 0.0
    if "@command" in features and not any("@command" in way.features for way in intent.ways):
        against = _TOLD
    else:
        against = 0.0
    known = _SOMEONE if clause.carried else _NOBODY
    if features & _OUTSIDE - intent.uses:
        against += _OUTSIDE_COST
    against += _FORBIDDEN * len(forbidden) + _UNKNOWN * len(clause.unexplained)
    scores = [
        way.weight
        - _FOREIGN * len(clause.foreign(intent.uses | way.features | known | forbidden))
        - _UNNAMED * len(features & _MUST_BE_MEANT - way.features - intent.uses)
        - (_NAME_DISCOUNT[clause.surety] if "@machine" in way.features else 0.0)
        for way in intent.ways
        if way.features <= features and features & _SUPPOSED <= way.features | intent.uses
    ]
    return max(scores) - against + FURTHER * len(features & intent.uses) if scores else 0.0
