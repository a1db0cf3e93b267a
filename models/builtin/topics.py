"""What lies outside of the tools, and what is no question at all."""

from models.builtin.clauses import Clause
from models.builtin.lexicon import Kind, read_table, table

# In this order; "instructions" first, so that nothing hides behind a friendlier topic.
_PEOPLE_TOPIC, _ORDER_TOPIC = "presence", "order_status"


def topic_of(clause: Clause) -> str:
    """The first topic of outside.toml that the clause touches; "" when none."""
    topics = clause.reading.topics()
    known = table(read_table("outside")["topics"])
    named = [_ORDER_TOPIC] if "@order" in clause.features else []
    named += [_PEOPLE_TOPIC] if "@person" in clause.features else []
    return next((topic for topic in known if topic in topics), next(iter(named), ""))


def social_of(clause: Clause) -> str:
    """help, identity, thanks or greeting; assent or dissent; "" when the clause says anything else."""
    marks = clause.reading.marks
    concepts = clause.reading.concepts()
    for reply in ("assent", "dissent"):
        if reply in concepts and all(mark.neutral or reply in mark.values(Kind.CONCEPT) for mark in marks):
            return reply
    kinds = {value for mark in marks for value in mark.values(Kind.SOCIAL)}
    if not kinds or any(mark.unknown for mark in marks):
        return ""
    only = all(mark.has(Kind.SOCIAL) or mark.neutral for mark in marks)
    return next((kind for kind in read_table("social") if kind in kinds), "") if only else ""
