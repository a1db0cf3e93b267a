"""What a file itself says its codes mean, in a legend beside its tables: shown with the questions about these
codes, and proposed as their answers."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from storage.exchange.problems import shown
from storage.foreign.decisions import OF_WORDS, Question
from storage.foreign.grid import Cell, Grid, Sheet
from storage.foreign.shift_patterns import pattern_of
from storage.foreign.vocabulary import key_of, key_within

LEGEND, TAKE = "legend", "take"
_TAKEN = f"; {LEGEND}={TAKE} answers so"
_CODE_CHARS, _MEANING_CHARS = 12, 120
_ENTRY = re.compile(
    r"(?:^|[;,|\n]|\s{2,}|: )\s*(?P<code>[^\s=;,|:]{1,12})\s*(?:=|→|->)\s*(?P<meaning>[^;|\n=]{2,120}?)"
    r"(?=\s*(?:$|[;|\n]|\s{2,}|,\s*[^\s=;,|:]{1,12}\s*=))"
)
_SAYING = re.compile(r"[^\W\d_]{3,}|\d[:.]\d\d|\d\s*[-–]\s*\d")
_TIMES = re.compile(r"\d{1,2}(?:[:.]\d{2})?\s*(?:-|–|to|bis)\s*\d{1,2}(?:[:.]\d{2})?")
# The category of words that a question's answers are known by.
_CATEGORIES = {
    "status": "status", "booking": "status", "absence": "absence", "approved": "approval",
    "service": "service", "priority": "priority", "attendance": "attendance", "level": "levels",
    "mark": "marks",
}  # fmt: skip


def with_legends(questions: Sequence[Question], grid: Grid) -> list[Question]:
    """The questions, those about words with what the file says that they mean."""
    asked = [_kind_and_word(question) for question in questions]
    if not any(kind in OF_WORDS and word for kind, word in asked):
        return list(questions)
    legend = _legend_of(grid)
    return [
        _explained(question, kind, word, legend.get(word.casefold(), {}) if kind in OF_WORDS else {})
        for question, (kind, word) in zip(questions, asked, strict=True)
    ]


def _kind_and_word(question: Question) -> tuple[str, str]:
    kind, _, word = question.key.rpartition("!")[2].partition(".")
    return kind, word


def proposed(questions: Sequence[Question]) -> dict[str, str]:
    """The answers that legends propose."""
    return {q.key: q.suggested for q in questions if q.suggested is not None and _TAKEN in q.why}


def _explained(question: Question, kind: str, word: str, meanings: Mapping[str, None]) -> Question:
    """The question with its one meaning; several are none."""
    if len(meanings) != 1:
        return question
    (meaning,) = meanings
    answer = _answer(question, kind, meaning)
    how = _TAKEN if answer is not None else ""
    why = f'the file says: "{shown(word)}" is "{shown(meaning)}"{how}'
    return replace(question, why=why, suggested=answer or question.suggested)


def _answer(question: Question, kind: str, meaning: str) -> str | None:
    """The answer that a meaning says, if it is one of the question's."""
    values = {choice.value for choice in question.choices}
    if kind == "shift":
        times = _TIMES.search(meaning)
        if times is not None and pattern_of(times[0]) is not None:
            return times[0]
        said = key_of("absence", meaning) or key_within("absence", meaning)
        return said if said in values else "off" if key_of("blank", meaning) == "yes" else None
    category = _CATEGORIES.get(kind)
    found = category and (key_of(category, meaning) or key_within(category, meaning))
    return found if found in values else meaning if meaning in values else None


def _legend_of(grid: Grid) -> dict[str, dict[str, None]]:
    """By code, folded, what the file says that it means."""
    found: dict[str, dict[str, None]] = {}
    for sheet in grid.sheets:
        for code, meaning in (*_written(sheet), *_listed(sheet)):
            if _SAYING.search(meaning) and len(meaning) <= _MEANING_CHARS:
                found.setdefault(code.casefold(), {})[meaning] = None
    return found


def _written(sheet: Sheet) -> Iterator[tuple[str, str]]:
    """`F = early 06:00-14:00; U = vacation` in one cell."""
    for row in sheet.rows:
        for cell in row:
            if isinstance(cell.value, str):
                for entry in _ENTRY.finditer(cell.text):
                    yield entry["code"], entry["meaning"].strip()


def _listed(sheet: Sheet) -> Iterator[tuple[str, str]]:
    """A code and its meaning alone beside each other, and at least two such pairs below each other."""
    above: dict[int, tuple[str, str]] = {}
    for row in sheet.rows:
        here = {start: (cells[0].text, " ".join(c.text for c in cells[1:])) for start, cells in _runs(row)}
        for start, pair in here.items():
            if start in above:
                yield above[start]
                yield pair
        above = here


def _runs(row: Sequence[Cell]) -> Iterator[tuple[int, Sequence[Cell]]]:
    """Two or three filled cells between empty ones, of which the first is short: where they begin."""
    start = 0
    for index in range(len(row) + 1):
        if index < len(row) and not row[index].empty:
            continue
        cells = row[start:index]
        if len(cells) in (2, 3) and len(cells[0].text) <= _CODE_CHARS:
            yield start, cells
        start = index + 1
