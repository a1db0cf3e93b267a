"""Times of work in the units of other systems, exactly, as minutes."""

import re
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Literal, TypeAlias

from storage.exchange.kinds import Refused
from storage.foreign.decisions import Undecided
from storage.foreign.grid import Cell
from storage.foreign.numbers import Sign, looks_like_number, parse_number
from storage.foreign.vocabulary import folded, key_of, words

ASKED = "asked"
Basis: TypeAlias = Literal["once", "piece", "total", "rate"]
SETUP_UNITS = ("min", "h", "s", "hh:mm", "mm:ss", "written", "h/100", "min/100", "day_part")
ELAPSED_UNITS = ("d", "wd", "h", "min", "hh:mm", "written")
RUN_UNITS = (
    "min_per_piece", "h_per_piece", "s_per_piece", "hh:mm_per_piece", "mm:ss_per_piece", "pieces_per_h",
    "pieces_per_min", "h_total", "min_total", "s_total", "hh:mm_total", "h_per_100", "min_per_100",
    "h_per_1000", "min_per_1000",
    "written_per_piece", "written_total",
    "h/100_per_piece", "min/100_per_piece", "h/100_total", "min/100_total", "day_part_per_piece",
    "day_part_total",
)  # fmt: skip
# Any number of pieces that a time is for: `min_per_50`.
_PER_LOT = re.compile(r"(?:h|min|s|hh:mm|mm:ss|written|h/100|min/100|day_part)_per_[1-9]\d{0,6}", re.ASCII)
_MINUTES = {
    "week": Fraction(7 * 24 * 60), "d": Fraction(24 * 60),
    # five working days are a week
    "wd": Fraction(7 * 24 * 60, 5),
    "h": Fraction(60), "min": Fraction(1), "s": Fraction(1, 60),
    "h/100": Fraction(60, 100), "min/100": Fraction(1, 100), "day_part": Fraction(24 * 60),
}  # fmt: skip
_LONG = {
    "d": {
        "d",
        "day",
        "days",
        "tag",
        "tage",
        "tagen",
        "jour",
        "jours",
        "dia",
        "dias",
        "giorno",
        "giorni",
        "j",
    },
    "wd": {
        "wd",
        "wds",
        "at",
        "arbeitstag",
        "arbeitstage",
        "arbeitstagen",
        "werktag",
        "werktage",
        "jo",
        "gg lav",
    },
    "week": {
        "w",
        "wk",
        "week",
        "weeks",
        "woche",
        "wochen",
        "semaine",
        "semaines",
        "semana",
        "semanas",
        "settimana",
    },
}
_CLOCK = re.compile(r"(\d{1,4}):([0-5]\d)(?::([0-5]\d))?", re.ASCII)
_WRITTEN = re.compile(r"(\d+(?:[.,]\d+)?)\s*([^\W\d_]+|['\"′″])\.?", re.IGNORECASE)
_SIGNS = {"'": "min", "′": "min", '"': "s", "″": "s"}
_HOURS_MINUTES = re.compile(r"(\d{1,3})h([0-5]\d)", re.ASCII | re.IGNORECASE)
# `PT2H30M`, `P1DT4H`, as programs write durations
_ISO = re.compile(
    r"P(?=.)(?:(?P<w>\d+)W)?(?:(?P<d>\d+)D)?(?:T(?=\d)(?:(?P<h>[\d.,]+)H)?(?:(?P<min>[\d.,]+)M)?(?:(?P<s>[\d.,]+)S)?)?",
    re.ASCII | re.IGNORECASE,
)
_RATE = re.compile(r"\b(\w+) (?:/|per|pro|je|p) (\w+)\b")
_RATE_WORDS = frozenset({"rate", "rates", "speed", "leistung", "output", "per hour"})
_LOTS = re.compile(r"\b(100|1000)\b")
_HUNDREDTHS = re.compile(
    r"\b1 ?/ ?100 ?([^\W\d_]+)|\b(industrieminuten?|dmh|cmin|centimin\w*)\b", re.IGNORECASE
)
_OF_WORDS = {"cmin": "min/100", "centi": "min/100"}
# A spreadsheet shows 30 hours as a day of its first year where the format is h:mm.
_FIRST_DAY, _FIRST_YEAR = datetime.fromisoformat("1899-12-31"), 1900


@dataclass(frozen=True, slots=True)
class Unit:
    """`base`: h, min, s, hh:mm, mm:ss or written (each cell says its own). `pieces`: that the time is for.
    `bare`: of written ones, the unit of numbers without one, ASKED while it is asked."""

    base: str
    basis: Basis
    pieces: int = 1
    bare: str | None = None


def unit_named(name: str) -> Unit:
    """The unit of a decision's value, one of SETUP_UNITS or RUN_UNITS."""
    if name.startswith("pieces_per_"):
        return Unit(name.removeprefix("pieces_per_"), "rate")
    for suffix, basis in (("_per_piece", "piece"), ("_total", "total")):
        if name.endswith(suffix):
            return Unit(name.removesuffix(suffix), "piece" if basis == "piece" else "total")
    base, _, pieces = name.partition("_per_")
    return Unit(base, "piece", int(pieces)) if pieces else Unit(base, "once")


def unit_of_header(header: str, *, run: bool) -> str | None:
    """The unit that a header names beyond doubt; None when it does not, or only half."""
    plain = folded(header)
    tokens = set(plain.split())
    piece_words, units = words("units")["piece"], words("units")
    for what, by in _RATE.findall(_keeping_strokes(header)) if run else ():
        per = next((unit for unit in ("h", "min") if by in units[unit]), None)
        if what in piece_words and per is not None:
            return f"pieces_per_{per}"
    hundredths = _hundredths_of(header)
    if hundredths is not None:
        base: str | None = hundredths
    elif re.search(r"h?h:mm", header.lower()):
        base = "hh:mm"
    elif re.search(r"m?m:ss", header.lower()):
        base = "mm:ss"
    else:
        base = next((unit for unit in ("h", "min", "s") if tokens & units[unit]), None)
    if base is None or not run:
        return base
    if tokens & units["total"]:
        return f"{base}_total"
    lot = _LOTS.search(plain) if hundredths is None else None
    if lot is not None:  # h/100 alone may be hundredths of an hour too
        return f"{base}_per_{lot[1]}" if tokens & piece_words or " per " in f" {plain} " else None
    # A rate that is worded otherwise would read as its own inverse.
    return f"{base}_per_piece" if tokens & piece_words and not tokens & _RATE_WORDS else None


def _hundredths_of(header: str) -> str | None:
    """`h/100` or `min/100`, where a header says hundredths of them: 1/100 min, Industrieminuten."""
    form = _HUNDREDTHS.search(header)
    if form is None:
        return None
    if form[2]:
        return next((base for word, base in _OF_WORDS.items() if form[2].lower().startswith(word)), "h/100")
    base = key_of("units", form[1])
    return f"{base}/100" if base in ("h", "min") else None


def is_run_unit(name: str) -> bool:
    """Whether a text names a unit of run times."""
    return name in RUN_UNITS or _PER_LOT.fullmatch(name) is not None


def is_of_piece(header: str) -> bool:
    """Whether a header says that its times are for one piece."""
    return bool(set(folded(header).split()) & words("units")["piece"])


def _keeping_strokes(header: str) -> str:
    return " / ".join(folded(part) for part in header.split("/"))


def looks_like_duration(text: str) -> bool:
    """Whether a text may be a time of work."""
    return any(form.fullmatch(text) for form in (_CLOCK, _ISO)) or (
        bool(text) and text[0].isdigit() and len(text) <= 40
    )


def minutes_of(cell: Cell, unit: Unit, decimal: Sign | None, *, elapsed: bool = False) -> Fraction:
    """The minutes that a cell says: of `unit.pieces` pieces, of the lot or of a setup; of a rate, of one
    piece. A cell that says a unit of its own is taken by it; `elapsed`: it may be in days.

    Raises:
        Refused: no duration in this unit, less than zero, or no pieces an hour.
    """
    value = cell.value
    if isinstance(value, timedelta | time | datetime):
        return _spreadsheet_time(value, unit)
    if unit.base in {"hh:mm", "mm:ss"}:
        return _clock(cell, unit.base)
    if unit.base == "written":
        return _with_own_unit(cell, unit, decimal, elapsed=elapsed)
    if unit.basis != "rate" and _bases(cell.text) == {unit.base}:
        return _written(cell.text, decimal, elapsed=elapsed)
    number = value if isinstance(value, Decimal) else _number(cell.text, unit, decimal)
    if number < 0:
        raise Refused("is less than zero", "0 or more")
    if unit.basis == "rate":
        if not number:
            raise Refused(f"0 pieces in one {unit.base} would never be done", "more than 0")
        return _MINUTES[unit.base] / Fraction(number)
    return Fraction(number) * _MINUTES[unit.base]


def _with_own_unit(cell: Cell, unit: Unit, decimal: Sign | None, *, elapsed: bool) -> Fraction:
    """Of a column whose cells say their units; those that say none are of `unit.bare`."""
    value = cell.value
    if unit.bare is not None and is_bare(cell):
        if unit.bare == ASKED:
            raise Undecided("is a number without a unit", "an answer to unit.(bare)")
        number = value if isinstance(value, Decimal) else parse_number(cell.text, decimal)
        return Fraction(number) * _MINUTES[unit.bare]
    if isinstance(value, Decimal):
        raise Refused("has a number without a unit", "such as 1 h 30 min")
    return _written(cell.text, decimal, elapsed=elapsed)


def is_bare(cell: Cell) -> bool:
    """Whether a cell is a number without a unit, other than 0."""
    if isinstance(cell.value, Decimal):
        return cell.value != 0
    return isinstance(cell.value, str) and looks_like_number(cell.text) and cell.text != "0"


def _number(text: str, unit: Unit, decimal: Sign | None) -> Decimal:
    try:
        return parse_number(text, decimal)
    except Refused as refused:
        if says_unit(text):
            raise Refused(
                f"says a unit of its own in a column of {unit.base}",
                "a number, or `written` as this column's unit",
            ) from None
        what = f"pieces in one {unit.base}" if unit.basis == "rate" else f"number in {unit.base}"
        if _CLOCK.fullmatch(text):
            raise Refused(
                f"is a time with a colon, not a {what}", "a number, or hh:mm as this column's unit"
            ) from None
        if "is not a number" in refused.reason:
            raise Refused(f"is not a {what}", refused.right) from None
        raise


def _spreadsheet_time(value: timedelta | time | datetime, unit: Unit) -> Fraction:
    if isinstance(value, datetime) and value.year <= _FIRST_YEAR:
        value -= _FIRST_DAY
    if isinstance(value, datetime):
        raise Refused("is a date", "a duration")
    if unit.basis == "rate":
        raise Refused("is a time, not a number of pieces", "a number")
    seconds = (
        Fraction(round(value.total_seconds()))
        if isinstance(value, timedelta)
        else Fraction(value.hour * 3600 + value.minute * 60 + value.second)
    )
    if seconds < 0:
        raise Refused("is less than zero", "0:00 or more")
    return seconds / 60


def _clock(cell: Cell, base: str) -> Fraction:
    found = _CLOCK.fullmatch(cell.text)
    if found is None:
        if cell.text == "0":
            return Fraction(0)
        raise Refused(f"is not written as {base}", "1:30" if base == "hh:mm" else "0:45")
    first, second, third = int(found[1]), int(found[2]), int(found[3] or 0)
    if base == "mm:ss":
        if found[3]:
            return Fraction(first * 60 + second) + Fraction(third, 60)
        return Fraction(first) + Fraction(second, 60)
    return Fraction(first * 60 + second) + Fraction(third, 60)


def _written(text: str, decimal: Sign | None, *, elapsed: bool) -> Fraction:
    """`1 h 30 min`: every number with its unit."""
    total, rest = Fraction(0), text.strip()
    clock = _HOURS_MINUTES.fullmatch(rest)
    if clock is not None:  # 1h30
        return Fraction(int(clock[1]) * 60 + int(clock[2]))
    clock = _CLOCK.match(rest)
    if clock is not None and key_of("units", rest[clock.end() :].strip() or "h") == "h":  # 0:45, 1:30 h
        return Fraction(int(clock[1]) * 60 + int(clock[2])) + Fraction(int(clock[3] or 0), 60)
    if rest == "0":
        return Fraction(0)
    if (iso := _ISO.fullmatch(rest)) is not None:
        return _iso_minutes(iso, elapsed=elapsed)
    for found in _WRITTEN.finditer(text):
        base = _base_of(found[2])
        if base in _LONG and not elapsed:
            raise _of_days()
        if base not in _MINUTES:
            raise Refused("has a number without a unit that is known", "such as 1 h 30 min")
        total += Fraction(parse_number(found[1], decimal)) * _MINUTES[base]
        rest = rest.replace(found[0], "", 1)
    if rest.strip(" ,+") or not text.strip():
        raise Refused("has a number without a unit", "such as 1 h 30 min")
    return total


def _iso_minutes(form: re.Match[str], *, elapsed: bool) -> Fraction:
    if (form["w"] or form["d"]) and not elapsed:
        raise _of_days()
    days = 7 * int(form["w"] or 0) + int(form["d"] or 0)
    parts = ((form[base] or "0").replace(",", ".") for base in ("h", "min", "s"))
    hours, minutes, seconds = (Fraction(part) for part in parts)
    return days * 24 * 60 + hours * 60 + minutes + seconds / 60


def _of_days() -> Refused:
    return Refused("is in days or weeks, of which nobody says how many hours of work", "hours or minutes")


def _base_of(word: str) -> str | None:
    base = _SIGNS.get(word) or key_of("units", word)
    return base or days_in(word)


def days_in(word: str) -> str | None:
    """`d`, `wd` or `week` for a word of days or weeks."""
    return next((name for name, found in _LONG.items() if folded(word) in found), None)


def says_unit(text: str) -> bool:
    """Whether a cell says its own unit, such as `1,5 h`, `90 min` or `1h30`."""
    found = _bases(text)
    return (bool(found) and found <= set(_MINUTES)) or _ISO.fullmatch(text.strip()) is not None


def numbers_in(text: str) -> list[str]:
    """The numbers of a text: those before its units, or itself."""
    if _ISO.fullmatch(text.strip()) is not None:
        return []
    return [form[1] for form in _WRITTEN.finditer(text)] if says_unit(text) else [text]


def _bases(text: str) -> set[str | None]:
    return {_base_of(form[2]) for form in _WRITTEN.finditer(text)}


def parse_elapsed(text: str) -> int | None:
    """`5d`, `40h`, `90min`: whole minutes; None when it is no such text."""
    try:
        minutes = _written(text, "point", elapsed=True)
    except Refused:
        return 0 if text == "0" else None
    return int(minutes) if minutes.denominator == 1 else None
