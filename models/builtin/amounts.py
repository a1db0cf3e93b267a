"""Lengths of time and percentages in running text: "50-hour", "fifty hours", "2.5 h", "2,5 Stunden"."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import cache

from models.builtin.lexicon import Table, read_table, table


class Unit(StrEnum):
    MINUTES = "minutes"
    OTHER = "other"  # days, shifts, weeks: not ours to convert
    PERCENT = "percent"


@dataclass(frozen=True, slots=True)
class Amount:
    """`text[start:end]`. `minutes` is None for other units; `high_minutes` is set for a range.

    `each`: per piece, per day and the like, so not the whole of the work. `setup`: for setting up.
    `days`: of whole days or weeks, how many days.
    """

    start: int
    end: int
    unit: Unit
    minutes: float | None = None
    percent: float | None = None
    high_minutes: float | None = None
    each: bool = False
    setup: bool = False
    days: int | None = None


@dataclass(frozen=True, slots=True)
class _Patterns:
    length: re.Pattern[str]
    percent: re.Pattern[str]
    each: re.Pattern[str]
    setup_after: re.Pattern[str]
    setup_before: re.Pattern[str]
    numbers: dict[str, float]
    hours: frozenset[str]
    minutes: frozenset[str]
    seconds: frozenset[str]
    bare_setup: re.Pattern[str]


_GERMAN_ONES = ("ein", "zwei", "drei", "vier", "fünf", "fuenf", "sechs", "sieben", "acht", "neun")
_GERMAN_TENS = (
    "zwanzig",
    "dreißig",
    "dreissig",
    "vierzig",
    "fünfzig",
    "fuenfzig",
    "sechzig",
    "siebzig",
    "achtzig",
    "neunzig",
)
_TENS, _HUNDRED = 20, 100
_SECONDS = re.compile(r"[\d.,]+ ?-?s|[\w.,]{2,}[ -]se")
_DAYS_OF = ((("day", "tag", "täg", "taeg"), 1), (("week", "woche", "wöch"), 7))
_ARTICLES = frozenset({"a", "an", "ein", "eine", "einen", "einem", "einer"})


def find_amounts(text: str) -> list[Amount]:
    """All amounts of `text` in order, not overlapping. Positions are those of `text`."""
    lowered = _lowered(text)
    found = [*_lengths(lowered), *_percents(lowered)]
    bare = (amount for amount in _bare_setups(lowered) if not any(_share(amount, other) for other in found))
    return sorted([*found, *bare], key=lambda amount: amount.start)


def _bare_setups(text: str) -> Iterator[Amount]:
    """ "45 setup", "setup 40": without a unit a setup is told in minutes."""
    for match in _patterns().bare_setup.finditer(text):
        minutes = float(match["before"] or match["behind"])
        yield Amount(match.start(), match.end(), Unit.MINUTES, minutes, setup=True)


def _share(one: Amount, other: Amount) -> bool:
    return one.start < other.end and other.start < one.end


def _lengths(text: str) -> Iterator[Amount]:
    known = _patterns()
    for match in known.length.finditer(text):
        hours_or_minutes = match["unit"] in known.hours | known.minutes | known.seconds
        shifted = text[: match.start()].endswith(("um ", "by "))
        if match["low"] in _ARTICLES and not shifted and (len(match["unit"]) < 4 or not hours_or_minutes):
            continue  # "a day", "an h"
        if match["unit"] in known.seconds and not _SECONDS.match(match[0]):
            continue  # "which ones", "a second Puma"
        each = known.each.match(text, match.end()) is not None
        # "15 min setup, 1 min each": the setup stands behind its own time, the other is a piece's.
        setup = not each and bool(
            known.setup_after.match(text, match.end()) or known.setup_before.search(text, 0, match.start())
        )
        low = _minutes(match["low"], match["half"], match["unit"], known)
        if low is None:
            days = _days(match["low"], match["unit"], known)
            yield Amount(match.start(), match.end(), Unit.OTHER, each=each, setup=setup, days=days)
            continue
        high = _minutes(match["high"], None, match["unit"], known) if match["high"] else None
        extra = float(match["rest"] or match["glued"] or 0)
        yield Amount(
            match.start(), match.end(), Unit.MINUTES, low + extra, high_minutes=high, each=each, setup=setup
        )


def _days(number: str, unit: str, known: _Patterns) -> int | None:
    each = next((days for stems, days in _DAYS_OF if unit.startswith(stems)), None)
    said = _value(number, known.numbers)
    return None if each is None or said is None or said < 1 or said != int(said) else int(said) * each


def _percents(text: str) -> Iterator[Amount]:
    for match in _patterns().percent.finditer(text):
        yield Amount(match.start(), match.end(), Unit.PERCENT, percent=_decimal(match[1]))


def _minutes(number: str, half: str | None, unit: str, known: _Patterns) -> float | None:
    said = _value(number, known.numbers)
    if said is None:
        return None
    value = said + (0.5 if half else 0.0)
    if unit in known.hours:
        return value * 60
    if unit in known.seconds:
        return value / 60
    return value if unit in known.minutes else None


def _value(text: str, numbers: dict[str, float]) -> float | None:
    """ "fifty", "twenty-five", "a hundred", "2,5", "1,200", "½"; None when it is no number."""
    text = " ".join(text.replace("-", " ").split()) if not text.startswith("-") else text
    text = text.replace(" and ", " ")
    if text in {"half", "halben", "half a", "half an", "eine halbe", "einer halben", "½", "halbe"}:
        return 0.5
    if text[-1:] in "½" and text[:-1].isdecimal():
        return float(text[:-1]) + 0.5
    if text.lstrip("-")[:1].isdecimal():
        return _decimal(text)
    words = text.split()
    if len(words) > 1 and words[0] in _ARTICLES and words[1] != "hundred":
        words = words[1:]  # "a fifty hour order"
    total, last = 0.0, 0.0
    for word in words:
        value = numbers.get(word, 0.0)
        follows = last in {0.0, _HUNDRED} or value == _HUNDRED
        if not follows and (last < _TENS or last % 10 or value >= _TENS):
            return None  # "two fifty": not told
        total = total * value if value == _HUNDRED and total else total + value
        last = value
    return total


def _decimal(text: str) -> float:
    """A comma or point before exactly three digits groups thousands, elsewhere it parts decimals."""
    if re.fullmatch(r"-?\d{1,3}([.,]\d{3})+", text):
        return float(re.sub(r"[.,]", "", text))
    return float(text.replace(",", "."))


def _lowered(text: str) -> str:
    """Lower case with every character in its place."""
    lowered = text.lower()
    return lowered if len(lowered) == len(text) else "".join(c.lower()[:1] for c in text)


@cache
def _patterns() -> _Patterns:
    grammar = read_table("numbers")
    words = {
        word: float(str(value))
        for language in table(grammar["words"]).values()
        for word, value in table(language).items()
    }
    words |= {f"{one}und{ten}": words[one] + words[ten] for one in _GERMAN_ONES for ten in _GERMAN_TENS}
    units = table(grammar["units"])
    hours, minutes, seconds, other = (_listed(units, name) for name in ("hour", "minute", "second", "other"))
    setup = _any(_listed(table(grammar["setup"]), "words"))
    each = _any(_listed(table(grammar["per_piece"]), "words"))
    return _Patterns(
        length=re.compile(_length_pattern(_any(words), grammar, _any([*hours, *minutes, *seconds, *other]))),
        percent=re.compile(r"(?<![\w.,])(\d+(?:[.,]\d+)?) ?(?:%|percent|per cent|prozent)(?!\w)"),
        each=re.compile(rf" ?(?:of work |arbeit |[a-z]+ing |[a-zäöü]+en )?(?:{each})(?!\w)"),
        setup_after=re.compile(rf" ?(?:of |for |für |zum )?(?:{setup})(?!\w)"),
        setup_before=re.compile(rf"(?<!\w)(?:{setup}) ?(?:time |of |is |von |:)*$"),
        numbers=words,
        hours=frozenset(hours),
        minutes=frozenset(minutes),
        seconds=frozenset(seconds),
        bare_setup=re.compile(_bare_setup_pattern(setup)),
    )


def _bare_setup_pattern(setup: str) -> str:
    unit = "min|h\\b|hour|std|stunde|sec|sek|pcs|pieces|stück"
    behind = rf"(?P<behind>\d{{1,3}})(?![\w.,:]|\s*(?:{unit}))"
    before = rf"(?P<before>\d{{1,3}}) (?:{setup})(?!\w)"
    return rf"(?<![\w.,:])(?<!op )(?:{before}|(?:{setup}) (?:of |is |von )?{behind})"


def _length_pattern(word: str, grammar: Table, unit: str) -> str:
    """A number, perhaps a range, words between such as "machining", a unit, and minutes behind hours."""
    digits = r"(?:(?<![\w.,])-)?\d{1,3}(?:[.,]\d{3})+(?!\d)|(?:(?<![\w.,])-)?\d+(?:[.,]\d+)?½?|½"
    words = rf"(?:{word})(?:(?:[ -]|(?<=hundred) and )(?:{word}))*"
    number = rf"(?:half an?|half|eine halbe|einer halben|halben?|{digits}|{words})"
    between = rf"(?:[ -](?:{_any(_listed(table(grammar['between']), 'words'))}))*"
    rest = r"(?: ?(?:and |und )?(?P<rest>\d{1,2}) ?(?:mins?|minutes|minuten|m)(?!\w))"
    return (
        rf"(?<![\w.,])(?<![^\W\d_]-)(?P<low>{number})(?:(?: ?(?:-|to|bis) ?| and | und )(?P<high>{digits}))?"
        rf"(?P<half> and a half| 1/2| und ein halb)?{between}[ -]?(?P<unit>{unit})"
        rf"(?![^\W\d_])(?:{rest}|(?P<glued>[0-5]\d)(?!\w))?"
    )


def _listed(entry: Table, name: str) -> list[str]:
    value = entry[name]
    return [str(item) for item in value] if isinstance(value, list) else []


def _any(words: Table | list[str]) -> str:
    """An alternation, longest first."""
    return "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))
