"""Times of shifts as people write them: `Mo-Fr 06:00-14:00`, `6-14 Uhr`, `1-5 06:00-14:00; 6 06:00-12:00`."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from storage.foreign.vocabulary import folded, key_of

_DAY_MINUTES = 24 * 60
_CLOCK = r"(?:[01]?\d|2[0-4])(?:[:.h][0-5]\d)?\s*(?:[ap]\.?m\.?|uhr|h)?"
_DAY = r"(?:[1-7]|[^\W\d_]{1,12})\.?"
_SLOT = re.compile(
    rf"(?:(?P<days>{_DAY}(?:\s*(?:-|–|,|\+|&|/|\bbis\b|\bto\b)\s*{_DAY})*)\s*:?\s+)?"
    rf"(?P<start>{_CLOCK})\s*(?:-|–|—|\bto\b|\bbis\b|à|\ba\b|\s)\s*(?P<end>{_CLOCK})(?!\d)",
    re.IGNORECASE,
)
# Halves of the day stand where days would: of which times they are is said before (halves_of_day).
_HALVES = frozenset({"上午", "午前", "早上", "凌晨", "오전", "下午", "午後", "午后", "晚上", "오후"})
_HALF, _NOON = re.compile(r"[ap]\.?m", re.IGNORECASE), 12
_BETWEEN = re.compile(r"[\s;,/+&|]*(?:\b(?:und|and|et|y|e)\b)?[\s;,/+&|]*", re.IGNORECASE)
_ALWAYS = re.compile(r"24\s*/\s*7|24/7/365|rund um die uhr|around the clock", re.IGNORECASE)
_ANY_DAY = frozenset(
    {"daily", "taglich", "every day", "tous les jours", "diario", "ogni giorno", "quotidien"}
)


@dataclass(frozen=True, slots=True)
class Slot:
    """Minutes of the day; `end` not after `start` is on the next day. `weekdays` None: it names none."""

    weekdays: tuple[int, ...] | None
    start: int
    end: int

    @property
    def minutes(self) -> int:
        """How long it takes."""
        return self.end - self.start if self.end > self.start else self.end - self.start + _DAY_MINUTES

    @property
    def times(self) -> str:
        return f"{clock_text(self.start)}-{clock_text(self.end)}"


def clock_text(minute: int) -> str:
    """`06:00`; the end of the day is 00:00 of the next one."""
    return f"{minute // 60 % 24:02}:{minute % 60:02}"


def pattern_of(text: str) -> tuple[Slot, ...] | None:
    """The shifts that a text names by their times; None: it is no such text."""
    if _ALWAYS.fullmatch(text.strip()):
        return (Slot(tuple(range(1, 8)), 0, 0),)
    slots: list[Slot] = []
    at = 0
    for form in _SLOT.finditer(text):
        if not _BETWEEN.fullmatch(text[at : form.start()]):
            return None
        start, end = _minute(form["start"]), _minute(form["end"])
        days = weekdays_in(form["days"] or "")
        if _is_half_said(form["start"], form["end"]) or (form["days"] or "") in _HALVES:
            return None
        if start is None or end is None or (form["days"] and days is None and _is_number(form["days"])):
            return None
        slots.append(Slot(days, start % _DAY_MINUTES, end % _DAY_MINUTES))
        at = form.end()
    return tuple(slots) if slots and _BETWEEN.fullmatch(text[at:]) else None


def _is_half_said(start: str, end: str) -> bool:
    """Whether only one time of a range says am or pm, and the other may be of either half of the day."""
    halves = [_HALF.search(text) is not None for text in (start, end)]
    hour = re.findall(r"\d+", end if halves[0] else start)[0]
    return halves[0] != halves[1] and int(hour) <= _NOON


def days_later(slots: Sequence[Slot]) -> list[int]:
    """For each of several pieces of a shift how many days after the first it begins: of `22:00-02:00;
    02:30-06:00` the second is in the same night. Pieces that name their days are where they say."""
    found: list[int] = []
    for number, slot in enumerate(slots):
        before = slots[number - 1] if number else None
        days = found[-1] if found else 0
        if before is not None and slot.weekdays is None and before.weekdays is None:
            over_night = before.end <= before.start
            days += over_night and before.end <= slot.start < before.start
        found.append(days)
    return found


def written(slots: Iterable[Slot]) -> str:
    """The shifts in the form of an answer, each with its days: `1,2,3 06:00-14:00`."""
    return "; ".join(f"{','.join(map(str, slot.weekdays or ()))} {slot.times}".strip() for slot in slots)


def weekdays_in(text: str) -> tuple[int, ...] | None:
    """The days, 1 is Monday, that a text such as `Mo-Fr`, `Sa + So` or `1-5` names; None: it names none."""
    plain = text.strip().rstrip(":")
    if folded(plain) in _ANY_DAY:
        return tuple(range(1, 8))
    days: list[int] = []
    for part in re.split(r"[,+&/;]|\s+(?:und|and|et|y|e)\s+", plain, flags=re.IGNORECASE):
        first, *last = _split_range(part)
        a = _weekday(first)
        b = _weekday(last[0]) if last else a
        if a is None or b is None:
            return None
        days += [(a - 1 + n) % 7 + 1 for n in range((b - a) % 7 + 1)]
    return tuple(dict.fromkeys(days)) or None


def _split_range(part: str) -> list[str]:
    return [found.strip() for found in re.split(r"-|–|\s+(?:bis|to|thru|au|al?)\s+", part, maxsplit=1)]


def _weekday(word: str) -> int | None:
    named = word if word in tuple("1234567") else key_of("weekdays", word.rstrip("."))
    return int(named) if named else None


def _is_number(text: str) -> bool:
    return any(sign.isdigit() for sign in text)


def _minute(text: str) -> int | None:
    plain = text.lower().replace(" ", "").replace("uhr", "")
    half = next((sign for sign in "ap" if plain.replace(".", "").endswith(f"{sign}m")), None)
    digits = re.findall(r"\d+", plain)
    hour, minute = int(digits[0]), int(digits[1]) if len(digits) > 1 else 0
    if half is not None:
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if half == "p" else 0)
    return hour * 60 + minute if hour * 60 + minute <= _DAY_MINUTES else None
