"""Which signs and habits a table's numbers and dates are written with: proven by its cells, or asked."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import cast

from storage.exchange.kinds import Refused
from storage.exchange.problems import shown
from storage.foreign.date_evidence import date_evidence
from storage.foreign.date_forms import lacks_year, month_word, week_in
from storage.foreign.dates import DateStyle, Order, parse_date
from storage.foreign.decisions import Choice, Question, Scoped
from storage.foreign.digit_dates import DIGITS, Digits, is_digit_date, orders_of, readings
from storage.foreign.fields import FIELDS, of_weeks
from storage.foreign.grid import Cell
from storage.foreign.moments import EPOCHS, day_of_number, number_of_day
from storage.foreign.numbers import Sign, decimal_evidence
from storage.foreign.vocabulary import folded, key_of

_ORDERS = {"dmy": "day, month, year", "mdy": "month, day, year", "ymd": "year, month, day"}
_FIRST = {"dmy": "the day", "mdy": "the month", "ymd": "the year"}
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = range(1, 13)
_BLANK_CHARS, _OFTEN = 20, 2


def decimal_of(scope: Scoped, texts: Iterable[str]) -> Sign | None:
    """The sign that parts decimals; None: no text has one, or it is asked."""
    said = decimal_evidence(texts)
    if said == type(said)() and scope.key("decimal") not in scope.decisions.given:
        return None
    example = said.either or said.comma or said.point or "1,5"
    bare = example.replace(",", "").replace(".", "").replace("'", "")
    question = Question(
        "decimal",
        f'Which sign parts the decimals, as in "{shown(example)}"?',
        (
            Choice("comma", f"{example} is {bare}" if "." in example else f"{example.replace(',', '.')}"),
            Choice("point", f"{example} is {bare}" if "," in example else f"{example}"),
        ),
        why=f'"{shown(said.comma)}" says comma, "{shown(said.point)}" says point'
        if said.comma and said.point
        else "nothing in the file settles it",
    )
    proofs = {sign: text for sign, text in (("comma", said.comma), ("point", said.point)) if text}
    return cast("Sign | None", scope.settle(question, proven=_only(proofs, "can be nothing else")))


def date_order_of(scope: Scoped, texts: Iterable[str]) -> Order | None:
    """What comes first in a date; None: no text leaves it open, or it is asked."""
    said = date_evidence(texts)
    if said == type(said)() and scope.key("date_order") not in scope.decisions.given:
        return None
    proofs = {
        order: text
        for order, text in (("dmy", said.dmy), ("mdy", said.mdy), ("ymd", said.ymd))
        if text is not None
    }
    example = said.day_or_year or said.either or next(iter(proofs.values()), "03/04/2026")
    offered = ["dmy", *(["mdy"] if example != said.day_or_year else [])]
    offered += ["ymd"] if said.ymd or said.day_or_year else []
    question = Question(
        "date_order",
        f'Which comes first in "{shown(example)}", {" or ".join(_FIRST[order] for order in offered)}?',
        tuple(Choice(order, _ORDERS[order]) for order in offered),
        why=" and ".join(f'"{shown(text)}" says {_ORDERS[order]}' for order, text in proofs.items())
        or "no date of the file settles it",
    )
    proven = _only(proofs, "has no other reading")
    return cast("Order | None", scope.settle(question, proven=proven, fits=_ORDERS.__contains__))


def _only(proofs: Mapping[str, str], why: str) -> tuple[str, str] | None:
    if len(proofs) != 1:
        return None
    ((value, text),) = proofs.items()
    return value, f'"{shown(text)}" {why}'


def day_numbers_of(scope: Scoped, columns: Iterable[tuple[str, Sequence[Cell]]]) -> str | None:
    """Which day the numbers in columns of dates are counted from; None: there are none."""
    for header, cells in columns:
        number = next((found for cell in cells if (found := number_of_day(cell.value)) is not None), None)
        if number is None or any(is_digit_date(cell.value) for cell in cells):
            continue
        question = Question(
            "day_numbers",
            f'"{shown(header)}" has numbers without the format of a date: which day is {number}?',
            tuple(Choice(name, day_of_number(number, name).day.isoformat()) for name in EPOCHS),
            why="a spreadsheet counts its days from 1900 or from 1904",
            suggested="1900",
        )
        return scope.settle(question)
    return None


def digits_of(scope: Scoped, columns: Iterable[tuple[str, Sequence[Cell]]]) -> Digits | None:
    """What comes first in dates that are digits alone; None: there are none, or it is asked."""
    for header, cells in columns:
        values = [cell.value for cell in cells]
        if of_weeks(header) or not any(map(is_digit_date, values)):
            continue
        example, orders = orders_of(values)
        question = Question(
            "digits",
            f'"{shown(header)}" has dates of digits alone: what comes first in "{example}"?',
            tuple(
                Choice(order, f"{_ORDERS[order]}{_as_day(example or '', order)}")
                for order in orders or DIGITS
            ),
            why="all of them can be read so" if orders else "no order fits all of them",
        )
        proven = (
            (orders[0], f'"{example}" and the others have no other reading') if len(orders) == 1 else None
        )
        return cast("Digits | None", scope.settle(question, proven=proven, fits=_ORDERS.__contains__))
    return None


def _as_day(text: str, order: Digits) -> str:
    day = readings(text).get(order)
    return f": {day}" if day is not None else ""


def months_of(scope: Scoped, texts: Iterable[str]) -> dict[str, int | None]:
    """The month of each word in dates that is not known, or is one month in one language and another in
    another; None while it is asked."""
    found: dict[str, int | None] = {}
    for text in texts:
        word = month_word(text)
        if word is None or folded(word) in found or key_of("months", word) is not None:
            continue
        between = key_of("months_asked", word)
        question = Question(
            f"month.{word}",
            f'Which month is "{shown(word)}", as in "{shown(text)}"?',
            (
                *(Choice(number) for number in (between.split("-") if between else map(str, _MONTHS))),
                Choice("none", "it is no date"),
            ),
            why="languages differ" if between else "its word is not known",
        )
        value = scope.settle(question, fits=lambda said: said == "none" or said in map(str, _MONTHS))
        if value != "none":
            found[folded(word)] = int(value) if value else None
    return found


def year_of(scope: Scoped, columns: Iterable[tuple[str, Sequence[Cell]]]) -> str | None:
    """Which year dates without one are of; None: there are none, or it is asked: once for all tables."""
    cells = list(without_year(columns))
    if not cells:
        return None
    months = {text[5:7] for cell in cells if (text := _as_of("2026", cell))}
    over = months & {"10", "11", "12"} and months & {"01", "02", "03"}
    question = Question(
        "year",
        f'Which year is "{shown(cells[0].text)}" of?',
        (
            Choice("2026", "such a year, for all dates that have none"),
            Choice("2026-07", "such a month: each date is in the twelve months from then"),
        ),
        why="it is written without a year" + (", and others are beyond a new year" if over else ""),
    )
    return scope.settle(question, fits=_is_year)


def without_year(columns: Iterable[tuple[str, Sequence[Cell]]]) -> Iterator[Cell]:
    """The cells of columns of dates that do not say their year."""
    for header, cells in columns:
        for cell in cells:
            if (isinstance(cell.value, str) and lacks_year(cell.value)) or is_week_number(header, cell):
                yield cell


def told_years(
    year: str | None, style: DateStyle, columns: Iterable[tuple[str, Sequence[Cell]]]
) -> str | None:
    """Of which years dates without one are by an answer, with the first and last of each; None: of none."""
    found: dict[str, list[tuple[str, str]]] = {}
    for cell in without_year(columns) if year is not None else ():
        text = _as_of(year or "", cell, style)
        if text is not None:
            found.setdefault(text[:4], []).append((text, cell.text))
    if not found:
        return None
    parts = [
        f"{len(dates)} of {of} ({shown(min(dates)[1])}"
        + (f" to {shown(max(dates)[1])})" if min(dates)[1] != max(dates)[1] else ")")
        for of, dates in sorted(found.items())
    ]
    return f"dates without a year are by year={year}: {', '.join(parts)}"


def _as_of(year: str, cell: Cell, style: DateStyle | None = None) -> str | None:
    text = f"KW {cell.text}" if cell.text.isdecimal() else cell.text
    try:
        return parse_date(text, replace(style or DateStyle(), year=year, weekday=1)).day.isoformat()
    except Refused:
        return None


def _is_year(text: str) -> bool:
    year, dash, month = text.partition("-")
    return len(year) == 4 and year.isdecimal() and (not dash or (month.isdecimal() and int(month) in _MONTHS))


def week_days_of(scope: Scoped, columns: Iterable[tuple[str, str, Sequence[Cell]]]) -> dict[str, int]:
    """The day that a week stands for, by the field of its column; those that are asked are missing.

    `columns`: field, header and cells.
    """
    found: dict[str, int] = {}
    for field, header, cells in columns:
        example = next((cell.text for cell in cells if _is_whole_week(header, cell)), None)
        if example is None or field in found:
            continue
        question = Question(
            f"{field}.week_day",
            f'"{shown(header)}" names weeks, such as "{shown(example)}": on which day of it is '
            f"{FIELDS[field].about}?",
            tuple(Choice(str(number), name) for number, name in enumerate(_DAYS, 1)),
            why="a week is no day",
            suggested="1" if field in {"start", "release"} else "5",
        )
        value = scope.settle(question)
        if value is not None:
            found[field] = int(value)
    return found


def _is_whole_week(header: str, cell: Cell) -> bool:
    week = week_in(cell.text) if isinstance(cell.value, str) else None
    return is_week_number(header, cell) or (week is not None and week[2] is None)


def is_week_number(header: str, cell: Cell) -> bool:
    """Whether a bare number is a week, because its header says so."""
    return of_weeks(header) and cell.text.isdecimal() and 1 <= int(cell.text) <= 53


def blanks_of(scope: Scoped, texts: Iterable[str]) -> frozenset[str]:
    """The texts that say that there is nothing; what may mean something, several times, is asked."""
    found: set[str] = set()
    for text, count in Counter(texts).items():
        said = key_of("blank", text) if len(text) <= _BLANK_CHARS else None
        given = scope.key(f"blank.{text}") in scope.decisions.given
        if not given and (said is None or (said == "asked" and count < _OFTEN)):
            continue  # one such word alone is a mistake of its row
        question = Question(
            f"blank.{text}",
            f'What does "{shown(text)}" mean where a number, a date or a name should be?',
            (Choice("yes", "that there is nothing"), Choice("no", "the row is wrong")),
            why="it says something, and not what",
        )
        proven = ("yes", "it says that there is nothing") if said == "yes" else None
        if scope.settle(question, proven=proven) == "yes":
            found.add(text)
    return frozenset(found)
