"""Words that multiply the number that they stand behind or beside: `0,16 mil` may be 160. What they make of
it is asked."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from leadhand.errors import InvalidRequest
from storage.exchange.problems import shown
from storage.foreign.columns import Column
from storage.foreign.decisions import Choice, Question, Scoped, Undecided
from storage.foreign.numbers import amount_and_words, multiple_in
from storage.foreign.row_units import column_said
from storage.foreign.shaping import JOIN
from storage.foreign.tables import Table, TableRow
from storage.foreign.vocabulary import folded, key_of, words

TIMES = "times"
# Fields of amounts, and those of them whose unit is the item's own.
AMOUNTS = ("quantity", "done", "left", "good", "scrap", "needed")
_OWN_UNIT = "needed"
# A header that counts in more than one: `Menge [Tsd.]`, `Qty (000)`, `x 1000`.
_IN_HEADER = re.compile(r"(?:[x×*/(\[]|\bin|\bje|\bper)\s*(1?000|100)\b", re.IGNORECASE)
_ONE = Decimal(1)
_FEW = 20


@dataclass(frozen=True, slots=True)
class Multiples:
    """What words make of the numbers of amounts. `words`: the factor of each, None while it is asked; `fixed`
    and `beside`: of a field whose numbers all count so many, or each what a column says."""

    words: Mapping[str, Decimal | None]
    fixed: Mapping[str, Decimal | None]
    beside: Mapping[str, int]

    def counted(self, field: str, text: str, row: TableRow) -> tuple[str, Decimal]:
        """The number of a cell as text, and how many each of it is.

        Raises:
            Undecided: it is asked.
        """
        number, word = _parted(field, text, self.words)
        unit = row.cell(self.beside[field]).text if field in self.beside else ""
        factors = [self.words.get(key, _ONE) for key in (word, word_of(field, unit)) if key]
        factors.append(self.fixed.get(field, _ONE))
        if None in factors:
            raise Undecided("has a word that may multiply it", f"an answer to {TIMES}")
        product = _ONE
        for factor in factors:
            product *= factor or _ONE
        return number, product


def multiples_of(table: Table, scope: Scoped, columns: Mapping[str, tuple[Column, ...]]) -> Multiples:
    """What words behind numbers and beside them make of the amounts of a table."""
    learned: dict[str, Decimal | None] = {}
    fixed: dict[str, Decimal | None] = {}
    beside: dict[str, int] = {}
    for field in AMOUNTS:
        for column in columns.get(field, ()):
            for text in _texts(table, column):
                _, word = _parted(field, text, {})
                if word and (_asks(word, scope) or field == _OWN_UNIT):
                    learned.setdefault(word, _factor(scope, word, text))
        if field not in columns:
            continue
        said = _unit_said(table, scope, field, columns)
        index = column_said(said, table)
        if index is not None:
            beside[field] = index
            for unit in dict.fromkeys(cell.text for cell in table.filled(index)):
                if word := word_of(field, unit):
                    learned.setdefault(word, _factor(scope, word, unit))
        elif said is not None:
            fixed[field] = _as_factor(said)
        elif scope.key(f"{field}.unit") in scope.decisions.questions:
            fixed[field] = None
    return Multiples(learned, fixed, beside)


def word_of(field: str, unit: str) -> str:
    """The word of a unit that multiplies, or may; empty: it counts one by one."""
    if not unit or key_of("units", unit) == "piece":
        return ""
    found = multiple_in(unit)
    if found is not None:
        return found
    return "" if field == _OWN_UNIT and _is_measure(unit) else unit


def _parted(field: str, text: str, learned: Mapping[str, Decimal | None]) -> tuple[str, str]:
    """The number of a cell, and the word behind it that may multiply; else all of it."""
    number, said = amount_and_words(text)
    word = word_of(field, said)
    if word and (field == _OWN_UNIT or multiple_in(said) is not None or word in learned):
        return number, word
    return text, ""


def _asks(word: str, scope: Scoped) -> bool:
    return multiple_in(word) is not None or scope.key(f"{TIMES}.{word}") in scope.decisions.given


def _is_measure(unit: str) -> bool:
    plain = folded(unit) or unit
    return plain in words("measures")["any"]


def _factor(scope: Scoped, word: str, example: str) -> Decimal | None:
    known = key_of("multiples", word)
    question = Question(
        f"{TIMES}.{word}",
        f'How many is one "{shown(word)}", as in "{shown(example)}"?',
        (
            *((Choice(known, "it multiplies the number"),) if known is not None else ()),
            Choice("1", "it is a unit of its own, and the number stays"),
            *((Choice("1000", "or any other number"),) if known is None else ()),
        ),
        why="a word beside a number may multiply it",
        suggested=known or "1",
    )
    return _as_factor(scope.settle(question, fits=lambda value: _as_factor(value) is not None))


def _as_factor(value: str | None) -> Decimal | None:
    try:
        number = Decimal(value or "")
    except InvalidOperation:
        return None
    return number if number.is_finite() and 0 < number <= 10**9 else None


def _unit_said(
    table: Table, scope: Scoped, field: str, columns: Mapping[str, tuple[Column, ...]]
) -> str | None:
    """What all numbers of a field count: a column that says it, or how many."""
    header = columns[field][0].header
    used = {column.index for found in columns.values() for column in found}
    named = [f"{{{table.headers[n]}}}" for n in _of_multiples(table) if n not in used]
    joined = [value for key, value in scope.decisions.given.items() if JOIN in key]
    beside = [name for name in named if not any(name in value for value in joined)]
    in_header = _in_header(header)
    if not beside and in_header is None:
        said = scope.optional(f"{field}.unit")
        if said is not None and column_said(said, table) is None and _as_factor(said) is None:
            raise InvalidRequest(
                f"{field}.unit={shown(said)} is no answer; right would be: {{COLUMN}}, or a number."
            )
        return said
    question = Question(
        f"{field}.unit",
        f'What do the numbers of "{shown(header)}" count?',
        (
            *(Choice(column, "what this column says in each row") for column in beside),
            *((Choice(in_header, "so many each, as its header says"),) if in_header else ()),
            Choice("1", "one by one, as they stand"),
        ),
        why="a column has words that multiply" if beside else "its header seems to say more than one",
        suggested=beside[0] if beside else in_header,
    )
    return scope.settle(
        question, fits=lambda value: column_said(value, table) is not None or _as_factor(value) is not None
    )


def _of_multiples(table: Table) -> Iterator[int]:
    """Columns of units one of which multiplies: of a few words, most of which are units that are known."""
    for index, header in enumerate(table.headers):
        texts = {cell.text for cell in table.filled(index)}
        many = [text for text in texts if key_of("multiples", text) is not None]
        units = [text for text in texts if key_of("units", text) == "piece" or _is_measure(text)]
        if header and many and len(texts) <= _FEW and 2 * (len(many) + len(units)) > len(texts):
            yield index


def _in_header(header: str) -> str | None:
    form = _IN_HEADER.search(header)
    if form is not None:
        return "100" if form[1] == "100" else "1000"
    found = (key_of("multiples", word) for word in folded(header).split() if len(word) > 1)
    return next((key for key in found if key is not None), None)


def _texts(table: Table, column: Column) -> list[str]:
    if column.index is None:
        return [column.constant or ""]
    return list(dict.fromkeys(table.texts(column.index)))
