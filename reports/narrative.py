"""The opening text of a report: a model's words if every number in them is a fact, else plain sentences."""

import logging
from collections.abc import Iterator, Sequence

from leadhand.context import TenantContext
from leadhand.errors import LeadhandError
from reports.number_check import NumberCheck
from reports.options import Narrator
from reports.report import CellKind, KeyFigure, Narrative, Section, SectionKey, Table
from reports.wording import Words

_log = logging.getLogger(__name__)

# Sentences of each section that make the plain text, in the order in which they matter.
_OPENING = (
    (SectionKey.CAPACITY, 2),
    (SectionKey.BOTTLENECKS, 1),
    (SectionKey.ORDERS, 2),
    (SectionKey.CHANGES, 2),
    (SectionKey.FREE_CAPACITY, 1),
    (SectionKey.DATA_TRUST, 1),
)
# Columns whose cells are names.
_NAMED = frozenset(
    {"machine", "center", "order", "customer", "operator", "operation", "skill", "blocked_by", "what"}
)
# Rows of a table that become facts of their own.
_ROWS = 5


def plain_narrative(sections: Sequence[Section], refused: tuple[str, ...] = ()) -> Narrative:
    """Sentences of the sections, as they stand there."""
    known = {section.key: section for section in sections}
    said = (" ".join(known[key].sentences[:count]) for key, count in _OPENING if key in known)
    return Narrative(paragraphs=tuple(text for text in said if text), refused=refused)


async def write_narrative(
    tenant: TenantContext,
    narrator: Narrator | None,
    words: Words,
    figures: Sequence[KeyFigure],
    sections: Sequence[Section],
) -> Narrative:
    """`narrator` None: the plain text. A model that cannot be asked, or whose text fails the check, changes
    nothing but the wording.
    """
    if narrator is None:
        return plain_narrative(sections)
    labels, sentences = labels_of(figures, words), facts_of(sections, words)
    try:
        text = await narrator.write(tenant, (*labels, *sentences), words.language)
    except LeadhandError as error:
        _log.warning("no model wrote the opening text of a report: %s", error.code)
        return plain_narrative(sections, (error.code,))
    faults = NumberCheck(labels, sentences, names_of(sections), words.language).faults(text.strip())
    if faults:
        _log.warning("the opening text of a report was refused: %d faults", len(faults))
        return plain_narrative(sections, faults)
    paragraphs = (" ".join(part.split()) for part in text.split("\n\n"))
    return Narrative(paragraphs=tuple(part for part in paragraphs if part), by=narrator.name)


def labels_of(figures: Sequence[KeyFigure], words: Words) -> tuple[str, ...]:
    """ "Late orders: 5". A bottleneck that there is not is 0."""
    return tuple(
        f"{figure.label}: {'0' if figure.value is None else words.said(figure.value, figure.kind)}"
        for figure in figures
        if figure.value is not None or figure.kind is CellKind.TEXT
    )


def facts_of(sections: Sequence[Section], words: Words) -> tuple[str, ...]:
    """All sentences, and the first rows of the tables that matter most."""
    tables = {table.key: table for section in sections for table in section.tables}
    said = [sentence for section in sections for sentence in section.sentences]
    for row in tables["late"].rows[:_ROWS] if "late" in tables else ():
        late, finish = (
            words.hours(_number(row["tardiness_h"])),
            words.cell(row["planned_finish"], CellKind.MOMENT),
        )
        due = words.cell(row["due_date"], CellKind.DAY)
        said.append(words("say.latest", order=str(row["order"]), late=late, finish=finish, due=due))
    for key, column in (("machines", "machine"), ("operators", "operator"), ("promise", "center")):
        said += _shares(tables.get(key), column, words)
    return tuple(dict.fromkeys(said))


def names_of(sections: Sequence[Section]) -> frozenset[str]:
    """Of machines, orders, people, customers and the like that the report speaks of."""
    return frozenset(
        value
        for section in sections
        for table in section.tables
        for column in table.columns
        if column.key in _NAMED
        for row in table.rows
        if isinstance(value := row[column.key], str)
    )


def _shares(table: Table | None, column: str, words: Words) -> Iterator[str]:
    """ "Puma 3100: 88.3 %"."""
    for row in () if table is None else table.rows[:_ROWS]:
        yield f"{row[column]}: {words.percent(_number(row['utilization_pct']))}"


def _number(value: object) -> float | None:
    return value if isinstance(value, float | int) else None
