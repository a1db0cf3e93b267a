"""Whom or what capacity is held for: "for the Miller quote", "für das Angebot Miller"."""

from models.builtin.clauses import Clause
from models.builtin.lexicon import Kind
from models.builtin.mentions import Mention, Named

_NAMES = frozenset({Named.MACHINE, Named.CUSTOMER, Named.PERSON, Named.OTHER})


def quote_name(clause: Clause) -> Mention | None:
    """The name right before or behind the word for a quote."""
    for index, mark in enumerate(clause.reading.marks):
        if "quote" in mark.values(Kind.CONCEPT):
            for mention in clause.mentions:
                if mention.kind in _NAMES and index in {mention.last, mention.first - 1}:
                    return mention
    return next((m for m in clause.mentions if _stands_behind_for(clause, m)), None)


def _stands_behind_for(clause: Clause, mention: Mention) -> bool:
    """ "20 hours on the VF-4 for Northgate"."""
    before = clause.reading.marks[mention.first - 1 : mention.first] if mention.first else ()
    said = {word.plain for mark in before for word in mark.words}
    return mention.kind in _NAMES and not mention.coded and bool(said & {"for", "fur", "fuer"})


def said_quote(clause: Clause, otherwise: str) -> str:
    """ "Miller quote"; without a name the customer, else `otherwise`."""
    found = quote_name(clause)
    customers = clause.wanted(Named.CUSTOMER)
    if found is not None:
        return found.text
    return customers[0].text if customers else otherwise


def machines_beside(clause: Clause) -> list[str]:
    """Machines that are named, without what the quote is called."""
    quote = quote_name(clause)
    return [*dict.fromkeys(m.text for m in clause.wanted(Named.MACHINE) if m != quote)]
