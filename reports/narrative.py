"""The opening text of a report: its most important sentences, or a model's own words about them."""

from collections.abc import Sequence

from reports.report import KeyFigure, Narrative, Section, SectionKey

# Sentences of each section that open the report, in the order in which they matter.
_OPENING = (
    (SectionKey.CAPACITY, 2),
    (SectionKey.BOTTLENECKS, 1),
    (SectionKey.ORDERS, 2),
    (SectionKey.CHANGES, 2),
    (SectionKey.FREE_CAPACITY, 1),
    (SectionKey.DATA_TRUST, 1),
)


def narrative_of(figures: Sequence[KeyFigure], sections: Sequence[Section]) -> Narrative:
    """The plain text: sentences of the sections, as they stand there."""
    known = {section.key: section for section in sections}
    said = [
        " ".join(known[key].sentences[:count])
        for key, count in _OPENING
        if key in known and known[key].sentences
    ]
    return Narrative(paragraphs=tuple(said))
