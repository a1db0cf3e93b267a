"""The names of a table's columns: its header row, with groups above and units or second words below."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from storage.foreign.areas import names_of
from storage.foreign.date_forms import looks_like_date
from storage.foreign.grid import EMPTY, Cell, Sheet
from storage.foreign.vocabulary import folded, headers_known, key_of, runs_of_words, words

_WITHIN_ROWS = 40
_BARE = re.compile(r"-?\d+(?:[.,]\d+)?|[-–]")
_LONGEST, _SHORTEST_WITHIN = 60, 3
# Names that say nothing without the group above them.
_VAGUE = frozenset({"nr", "no", "n", "num", "number", "nummer", "id", "code", "name", "numero", "numer"})
_UNIT_WORDS = frozenset({"h mm", "hh mm", "mm ss", "pcs", "no", "per", "hh", "mm", "ss", "date", "kg"})


def header_at(rows: Sequence[tuple[Cell, ...]]) -> int | None:
    """The row with the most known headers; with none known, the first full row of texts and days."""
    best, most = None, 1
    filled = [sum(not cell.empty for cell in row) for row in rows[:200]]
    usual = Counter(count for count in filled if count > 1).most_common(1)
    for index, row in enumerate(rows[:_WITHIN_ROWS]):
        known, texts = known_in(row)
        if known > most and known * 2 >= texts * 0.5 and _may_be_names(row):
            best, most = index, known
    if best is not None or not usual:
        return best
    wide = usual[0][0]
    for index, row in enumerate(rows[:_WITHIN_ROWS]):
        cells = [cell for cell in row if not cell.empty]
        named = sum(isinstance(cell.value, str) for cell in cells)
        days = sum(isinstance(cell.value, date) for cell in cells)
        if len(cells) >= max(2, wide * 0.6) and named and named + days == len(cells):
            return index
    return None


def _may_be_names(row: Sequence[Cell]) -> bool:
    """Whether at least half of a row is texts and days, or its numbers are whole and all different (of days,
    of machines): levels, quantities and hours are of a row of data."""
    filled = [cell for cell in row if not cell.empty]
    numbers = [
        cell.text for cell in filled if not isinstance(cell.value, date) and _BARE.fullmatch(cell.text)
    ]
    named = len(set(numbers)) == len(numbers) and all(number.isdecimal() for number in numbers)
    return named or len(numbers) * 2 <= len(filled)


def known_in(row: Sequence[Cell]) -> tuple[int, int]:
    """How many different texts of a row are known as headers, and how many texts it has."""
    texts = [cell.value for cell in row if isinstance(cell.value, str)]
    return sum(_is_known(text) for text in dict.fromkeys(texts)), len(texts)


def _is_known(text: str) -> bool:
    if len(text) > _LONGEST:
        return False
    plain = folded(text)
    known = runs_of_words(plain) & headers_known()
    return key_of("ignored", text) is not None or any(
        phrase == plain or len(phrase) >= _SHORTEST_WITHIN for phrase in known
    )


def headers_of(sheet: Sheet, at: int) -> tuple[int, tuple[str, ...]]:
    """The last row of the header, and its names. A row below with units joins in, one with second words is
    the header of its columns; groups above tell doubles apart."""
    if sheet.header is not None:
        first, last = sheet.header
        names = names_of(sheet, [_groups_of(sheet, row) for row in range(first, last + 1)])
        return last, _told_apart(names, _groups_above(sheet, first) if first == last else {})
    names, last = [cell.text for cell in sheet.rows[at]], at
    above = _groups_above(sheet, at)
    below = sheet.rows[at + 1] if at + 1 < len(sheet.rows) else ()
    units = [cell.text for cell in below]
    if any(units) and all(not text or _is_unit(text) for text in units):
        last = at + 1
        names = [_with_unit(name, unit) for name, unit in _pairs(names, units)]
    elif _parts_of_days(sheet, at, below):
        last = at + 1
        names = names_of(replace(sheet, header=(at, last)), [_groups_in(sheet, at), {}])
    elif _is_second(sheet, at, below):
        last = at + 1
        above = _groups_in(sheet, at)
        names = [unit or name for name, unit in _pairs(names, units)]
    else:
        names = [name or _name_above(sheet, at, index) for index, name in enumerate(names)]
    return last, _told_apart(names, above)


def _pairs(names: list[str], units: list[str]) -> list[tuple[str, str]]:
    width = max(len(names), len(units))
    return list(zip(names + [""] * (width - len(names)), units + [""] * (width - len(units)), strict=True))


def _with_unit(name: str, unit: str) -> str:
    return f"{name} [{unit.strip('[]() ')}]" if unit and name else name


def _told_apart(names: Sequence[str], groups: dict[int, str]) -> tuple[str, ...]:
    """Names that are there twice, with the group above them or with a number behind."""
    doubled = {name for name, count in Counter(name for name in names if name).items() if count > 1}
    seen: Counter[str] = Counter()
    told: list[str] = []
    for index, name in enumerate(names):
        group = groups.get(index, "")
        vague = name in doubled or folded(name) in _VAGUE
        full = f"{group} {name}" if vague and group and group != name else name
        seen[full] += bool(full)
        told.append(f"{full} ({seen[full]})" if full and seen[full] > 1 else full)
    while told and not told[-1]:
        told.pop()
    return tuple(told)


def _is_unit(text: str) -> bool:
    plain = folded(text)
    units = {word for found in words("units").values() for word in found} | _UNIT_WORDS
    return bool(plain) and all(token in units for token in plain.split())


def _is_second(sheet: Sheet, at: int, below: Sequence[Cell]) -> bool:
    """Whether the row below goes on with the header: words alone, under groups or under nothing."""
    filled = [(index, cell.text) for index, cell in enumerate(below) if not cell.empty]
    if len(filled) < 2 or any(not isinstance(cell.value, str | None) for cell in below):
        return False
    if any(any(sign.isdigit() for sign in text) for _, text in filled):
        return False
    row = sheet.rows[at]
    grouped = _groups_in(sheet, at)
    under = [index for index, _ in filled if (index >= len(row) or row[index].empty) or index in grouped]
    known, texts = known_in(below)
    return len(under) == len(filled) and known * 2 >= texts


def _parts_of_days(sheet: Sheet, at: int, below: Sequence[Cell]) -> bool:
    """Whether the header's days stand for several columns each, all with the same words below them."""
    row, groups = sheet.rows[at], _groups_in(sheet, at)
    days = [index for index, cell in enumerate(row) if isinstance(cell.value, date) or _is_date(cell)]
    if len(days) < 2 or not all(index in groups for index in days):
        return False
    parts: dict[int, list[str]] = {}
    for index, cell in enumerate(below):
        if not cell.empty and index not in groups:
            return False
        start = next((day for day in reversed(days) if day <= index), None)
        if start is not None and index in groups and not cell.empty:
            parts.setdefault(start, []).append(cell.text)
    found = list(parts.values())
    return len(found) == len(days) and len(found[0]) > 1 and all(words == found[0] for words in found)


def _is_date(cell: Cell) -> bool:
    return isinstance(cell.value, str) and any(map(str.isdigit, cell.value)) and looks_like_date(cell.value)


def _groups_above(sheet: Sheet, at: int) -> dict[int, str]:
    """The heading over each column: merged over several, or written over the first of them."""
    return _groups_in(sheet, at - 1, of=sheet.rows[at]) if at else {}


def _groups_in(sheet: Sheet, at: int, of: Sequence[Cell] = ()) -> dict[int, str]:
    """The headings of a row that stand for more than one column. `of`: the row that they are over."""
    groups: dict[int, str] = {}
    for top, left, bottom, right in sheet.merged:
        if top <= at <= bottom and right > left and top < len(sheet.rows) and left < len(sheet.rows[top]):
            groups.update(dict.fromkeys(range(left, right + 1), sheet.rows[top][left].text))
    if groups:
        return groups
    row = sheet.rows[at]
    starts = [index for index, cell in enumerate(row) if not cell.empty]
    if len(starts) < 2:
        return {}  # a title
    width = max(len(row), len(of))
    for start, after in zip(starts, [*starts[1:], width], strict=True):
        if after - start > 1:
            groups.update(dict.fromkeys(range(start, after), row[start].text))
    return groups


def _groups_of(sheet: Sheet, at: int) -> dict[int, str]:
    """As `_groups_in`; where a workbook merges cells, those that it has not merged are of one column."""
    merged = any(top <= at <= bottom and right > left for top, left, bottom, right in sheet.merged)
    return _groups_in(sheet, at) if merged or not sheet.merged else {}


def _name_above(sheet: Sheet, at: int, index: int) -> str:
    """Of a header of two rows, the name that stands in the upper one alone."""
    if at == 0 or known_in(sheet.rows[at - 1])[0] < 2:
        return ""
    row = sheet.rows[at - 1]
    return (row[index] if index < len(row) else EMPTY).text
