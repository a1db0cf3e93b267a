"""Work that would run on another machine: it cannot be tried out, but proposed if that is wanted."""

from models.builtin.clauses import Clause
from models.builtin.grammar_files import grammar_of
from models.builtin.lexicon import Kind
from models.builtin.mentions import Mention, Named
from models.builtin.name_lists import is_left
from models.builtin.reading import Reading, language_words
from models.builtin.requests import asks_possible
from models.builtin.several_changes import UNREAD, tells_more
from models.builtin.slots import Question, fill, names_in
from models.builtin.understanding import Ask, Context, Query, Understanding

PROPOSE = "reschedule_order"
# What may be said to happen to the work, and what else a supposition may be about.
_MOVED = frozenset({"running", "postponed", "operation", "elsewhere", "plan_change", "take_on", "set_to"})
_OTHERWISE = frozenset(
    [
        "outage",
        "absent",
        "calls_in",
        "overtime",
        "called_off",
        "priority",
        "due_moved",
        "pieces",
        "new",
        "alike",
        "conflicts",
        "recurring",
        "lock",
        "unlock",
        "out_of_plan",
        "into_plan",
        "hold_it",
        "let_go",
        "plan_verb",
        "@route",
        "@each",
        "@hours",
        "@person",
        "@center",
    ]
)


def rerouting(reading: Reading, context: Context) -> Understanding | None:
    """ "What if operation 20 of WO-4003 ran on the Haas?": whether to propose it; None for anything else."""
    grammar = grammar_of(PROPOSE)
    if grammar is None or PROPOSE not in context.tools or not reading.marks:
        return None
    clause = Clause(reading)
    features = clause.features - _said_instead(clause)
    target = _target(clause)
    orders = names_in(clause.wanted(Named.ORDER))
    supposed = "what_if" in features or asks_possible(reading)
    goes = any(word.plain in language_words("goes_over") for mark in reading.marks for word in mark.words)
    moved = supposed and (goes or bool(features & _MOVED)) and not features & _OTHERWISE
    if target is None or len(orders) != 1 or not moved:
        return None
    if tells_more(reading):
        return UNREAD
    arguments = {**fill(clause, grammar).arguments, "machine": target.text}
    return Understanding(ask=Ask(Question.PROPOSE, Query(PROPOSE, arguments)))


def _said_instead(clause: Clause) -> frozenset[str]:
    """ "Instead of" is said of pieces and days as well; behind it, a machine is only the one not meant."""
    instead = [mark for mark in clause.reading.marks if mark.has(Kind.NEGATION)]
    return frozenset(value for mark in instead for value in mark.values(Kind.CONCEPT))


def _target(clause: Clause) -> Mention | None:
    """The one machine that the work would go to, not the one that it comes from."""
    machines = [m for m in clause.wanted(Named.MACHINE) if m.coded or m.located]
    target = [m for m in machines if not is_left(clause, m)]
    return target[0] if len(target) == 1 else None
