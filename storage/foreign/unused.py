"""Columns that nothing is made of, though they look as if they said which rows count, or what they are:
asked about once for a file."""

import re
from collections.abc import Iterator, Sequence, Set
from decimal import Decimal

from storage.exchange.problems import shown
from storage.foreign.areas import column_letters
from storage.foreign.date_forms import looks_like_date
from storage.foreign.decisions import Choice, Decision, Decisions, Question
from storage.foreign.layout import Layout
from storage.foreign.shift_patterns import weekdays_in
from storage.foreign.spoken import is_spoken_of
from storage.foreign.tables import Table
from storage.foreign.vocabulary import folded, key_of

UNUSED, LEAVE = "unused", "leave"
# Codes and words of which a column has only a few, each on several rows.
_CODE_CHARS, _CODES = 4, 8
_WORD_CHARS, _WORDS = 24, 6
_LETTERS = 5
_SAMPLES, _TOLD = 4, 12
# Categories of words that say which rows count.
# Headers of what is done or left of an operation.
_OF_WORK = {"done": ("done",), "left": ("left",)}
# A number of days with half a one: an absence that is taken as whole days may not be.
_HALF = re.compile(r"\d*(?:[.,]50?|½)|1/2")
_ONE_HALF = re.compile(r"0?[.,]50?|½|1/2")
_TIMED = re.compile(r"\d[:.h]\d\d$")
_TELLING = ("marks", "status", "approval", "service")
# What such a column could be, by kind of rows.
_COULD_BE = {
    "operations": ("status", "elsewhere", "locked", "priority"), "orders": ("status", "priority"),
    "bookings": ("locked",), "machines": ("in_service",), "absences": ("absence_status",),
    "closures": ("closure_kind", "holds_for"), "shifts": ("closed",), "downtimes": ("downtime_kind",),
    "operators": ("skill",),
}  # fmt: skip


# The field that is the number of a row in its system: by it a later file knows the row, also when it moves.
_OWN_NUMBERS = {
    "absences": "absence_number", "downtimes": "number", "bookings": "booking_number",
    "closures": "closure_number", "held": "booking_number",
}  # fmt: skip
_NUMBER = re.compile(r"(?=.*\d)(?=.*[^\W\d_]).{3,}|\d{5,}")


def ask_unused(layouts: Sequence[Layout], decisions: Decisions) -> None:
    """One question about all such columns of a file. What is left so is remembered by its name: a column of
    which a later file has several words is asked about then."""
    found = dict(_doubtful(layouts))
    given = decisions.given.get(UNUSED, "").strip()
    known = {part.strip() for part in given.split(";")}
    if not found or (given != LEAVE and set(found) <= known):
        decisions.optional(UNUSED)
        return
    asked = [name for name in found if name not in known]
    if given == LEAVE:
        decisions.made[UNUSED] = Decision(UNUSED, "; ".join(found), "left so, as answered")
        return
    told = "; ".join(f"{name} ({found[name][0]})" for name in asked[:_TOLD])
    example = asked[0].rpartition("!")
    keys = [f"{example[0]}{example[1]}{field}={example[2]}" for field in found[asked[0]][1]]
    keys.append(f"{example[0]}{example[1]}leave_out={example[2]}=TEXT")
    question = Question(
        UNUSED,
        "Nothing is made of these columns, and their cells may say which rows count, or what these are: "
        f"{told}. Do they stay so?",
        (Choice(LEAVE, "none of them says anything that the plan needs"),),
        why="else say what one is: " + ", ".join(keys),
    )  # fmt: skip
    decisions.questions.setdefault(UNUSED, question)


def _doubtful(layouts: Sequence[Layout]) -> Iterator[tuple[str, tuple[str, tuple[str, ...]]]]:
    """Each such column with its cells, and the fields that it could be."""
    for layout in layouts:
        table = layout.table
        of_table = [found for found in layouts if found.table.label == table.label]
        if (
            of_table[0] is not layout
            or not table.rows
            or layout.scope.key("rows") in layout.scope.decisions.questions
        ):
            continue
        used = {c.index for found in of_table for columns in found.columns.values() for c in columns}
        yield from _beside(layout, used)
        for index, header in enumerate(table.headers):
            if not header or header.startswith("(") or index in used or is_spoken_of(header, layout.scope):
                continue
            of_work = _OF_WORK.get(key_of("ignored", header) or "", ()) if layout.kind == "operations" else ()
            if of_work and table.filled(index):
                yield f"{layout.scope.prefix}{header}", (_samples(_distinct(table, index)), of_work)
                continue
            if _says_halves(layout, index):
                yield f"{layout.scope.prefix}{header}", (_samples(_distinct(table, index)), ("day_part",))
                continue
            own = _OWN_NUMBERS.get(layout.kind)
            if own is not None and not _has_column(of_table, own) and _numbers_each(table, index):
                yield f"{layout.scope.prefix}{header}", (_samples(_distinct(table, index)), (own,))
                continue
            samples = _telling(table, index, [other for other in used if other is not None])
            if samples:
                name = header.replace(";", ",")
                fields = tuple(f for f in _COULD_BE.get(layout.kind, ()) if not _has_column(of_table, f))
                yield f"{layout.scope.prefix}{name}", (samples, fields)


def _says_halves(layout: Layout, index: int) -> bool:
    """Whether a column counts halves of days of absences that nothing else says the times of."""
    if layout.kind != "absences" or layout.has("day_part"):
        return False
    starts = [c.index for c in layout.columns.get("start", ()) if c.index is not None]
    timed = [any(_TIMED.search(row.cell(n).text) for n in starts) for row in layout.table.rows]
    # Beside rows with times a column may count hours: then only half a one of a row without is a half day.
    form = _ONE_HALF if any(timed) else _HALF
    rows = zip(layout.table.rows, timed, strict=True)
    return any(not has_time and form.fullmatch(row.cell(index).text) for row, has_time in rows)


def _beside(layout: Layout, used: Set[int | None]) -> Iterator[tuple[str, tuple[str, tuple[str, ...]]]]:
    """Columns behind an empty one of which none is used: probably another table beside this one."""
    table = layout.table
    gap = next(
        (n for n, header in enumerate(table.headers) if n and not header and not table.filled(n)), None
    )
    behind = range((gap or 0) + 1, len(table.headers))
    named = [table.headers[n] for n in behind if table.headers[n] and not table.headers[n].startswith("(")]
    if gap is None or len(named) < 2 or used & set(behind) or is_spoken_of(named[0], layout.scope):
        return
    ends = [column_letters(table.first_column + n) for n in (0, gap - 1, gap + 1, len(table.headers) - 1)]
    row = table.header_row
    area = f"another table? area={ends[0]}{row}:{ends[1]}; {ends[2]}{row}:{ends[3]}"
    yield f"{layout.scope.prefix}{named[0]} … {named[-1]}".replace(";", ","), (area, ())


def _has_column(layouts: Sequence[Layout], field: str) -> bool:
    return any(c.index is not None for layout in layouts for c in layout.columns.get(field, ()))


def _telling(table: Table, index: int, used: Sequence[int]) -> str:
    """The cells of a column of marks, of codes or of a few words; empty for any other, and for one that says
    what a used one says too."""
    cells = table.filled(index)
    texts = _distinct(table, index)
    blank = len(cells) < len(table.rows)
    if not texts or (len(texts) == 1 and not blank):
        return ""
    if all(weekdays_in(text) is not None for text in texts) or any(map(looks_like_date, texts)):
        return ""
    if key_of("ignored", table.headers[index]) == "other":
        return ""
    known = [text for text in texts if any(key_of(category, text) is not None for category in _TELLING)]
    few = _few(texts, [cell.value for cell in cells], len(table.rows))
    if len(known) < len(texts) and (not few or any(_says_the_same(table, index, other) for other in used)):
        return ""
    return _samples(texts) + (" or nothing" if blank else "")


def _numbers_each(table: Table, index: int) -> bool:
    """Whether each row has a number of its own in a column, such as V26-0871."""
    texts = [row.cell(index).text for row in table.rows]
    numbered = all(
        _NUMBER.fullmatch(text) and " " not in text and not looks_like_date(text) for text in texts
    )
    return len(texts) > 1 and numbered and len(set(texts)) == len(texts)


def _distinct(table: Table, index: int) -> list[str]:
    return list(dict.fromkeys(cell.text for cell in table.filled(index)))


def _samples(texts: Sequence[str]) -> str:
    return ", ".join(shown(text) for text in texts[:_SAMPLES]) + (" …" if len(texts) > _SAMPLES else "")


def _few(texts: Sequence[str], values: Sequence[object], rows: int) -> bool:
    """Whether a column has few codes or words, each of which stands on several rows."""
    if len(texts) * 2 > rows and not _are_letters(texts, rows):
        return False
    if any(isinstance(value, Decimal) or folded(str(value)).isdecimal() for value in values):
        return len(texts) <= _WORDS and all(text.isdecimal() and len(text) <= 2 for text in texts)
    if all(len(text) <= _CODE_CHARS for text in texts):
        return len(texts) <= _CODES
    return len(texts) <= _WORDS and all(len(text) <= _WORD_CHARS and not _has_digit(text) for text in texts)


def _are_letters(texts: Sequence[str], rows: int) -> bool:
    """Whether a short table has letters, or a few, that stand for words."""
    return len(texts) <= min(rows, _LETTERS) and all(len(text) == 1 and text.isalpha() for text in texts)


def _has_digit(text: str) -> bool:
    return any(sign.isdigit() for sign in text)


def _says_the_same(table: Table, index: int, other: int) -> bool:
    """Whether two columns say the same in other words, such as a machine's number and its name."""
    pairs = {(row.cell(index).text, row.cell(other).text) for row in table.rows}
    return len(pairs) == len({a for a, _ in pairs}) == len({b for _, b in pairs})
