"""The forms in which people of different countries write dates, with or without a year, and weeks."""

import re

from storage.foreign.times_of_day import CLOCK, less_next_day
from storage.foreign.vocabulary import key_of

MAX_DATE_CHARS = 60
_TAIL = rf"(?:[T,\s]+(?:at\s+|um\s+)?{CLOCK}\s*(?P<offset>z|[+-]\d{{2}}:?\d{{2}})?)?"
# A single sign is a day of the week in Japanese and Korean.
_DAY_SIGN = "[月火水木金土日월화수목금토일]"
_WEEKDAY = rf"(?:(?P<wd>[^\W\d]{{2,14}}|{_DAY_SIGN})(?:-[^\W\d]{{4,6}})?\.?,?\s+)?"
# Behind the date, in brackets: `11/24(火)`.
_BEHIND = r"(?:\s?[(（](?P<behind>[^\W\d]{1,14})\.?[)）])?"
# Between a day and its month: `4 de diciembre de 2026`.
_OF = r"[.\s-]*(?:(?:de|di)\s+|d['’]\s*)?"
# A sign of a month's name; vowels of Thai are marks, and its short names have points within: `ธ.ค.`
_NAME = r"(?:[^\W\d]|[\u0e31\u0e34-\u0e3a\u0e47-\u0e4e]|(?<=[\u0e01-\u0e2e])\.(?=[\u0e01-\u0e2e]))"
_FLAGS = re.IGNORECASE
NUMERIC = re.compile(
    rf"{_WEEKDAY}(?P<a>(?P<y>\d{{4}})|\d{{1,4}})\s?(?P<sign>[./-])\s?(?P<b>\d{{1,2}})\s?(?P=sign)\s?"
    rf"(?P<c>(?(y)\d{{1,2}}|(?:'?\d{{2}}|\d{{4}})))\.?{_BEHIND}{_TAIL}",
    _FLAGS,
)
COMPACT = re.compile(rf"(?P<year>\d{{4}})(?P<month>\d{{2}})(?P<day>\d{{2}}){_TAIL}", _FLAGS)
_DAY_MONTH = re.compile(
    rf"{_WEEKDAY}(?P<day>\d{{1,2}}){_OF}(?P<name>{_NAME}{{3,12}})[.,]?{_OF}(?P<year>\d{{4}}|'?\d{{2}}){_TAIL}",
    _FLAGS,
)
# Without a year: `07.12.`, `7 Dec`, `Dec 7`.
_YEARLESS = (
    re.compile(rf"{_WEEKDAY}(?P<day>\d{{1,2}})\.\s?(?P<month>\d{{1,2}})\.{_BEHIND}{_TAIL}", _FLAGS),
    re.compile(rf"{_WEEKDAY}(?P<day>\d{{1,2}})[.\s-]+(?P<name>[^\W\d]{{3,12}})\.?{_TAIL}", _FLAGS),
    re.compile(
        rf"{_WEEKDAY}(?P<name>[^\W\d]{{3,12}})\.?\s+(?P<day>\d{{1,2}})(?:st|nd|rd|th)?{_TAIL}", _FLAGS
    ),
    re.compile(rf"(?P<month>\d{{1,2}})[月월]\s?(?P<day>\d{{1,2}})[日일]{_BEHIND}{_TAIL}", _FLAGS),
)
_NAME_FIRST = _YEARLESS[2]
# Two numbers, of which one is the day and one the month: `07/12`, `Mo 7.12`, `7.12 06:00`.
_SHORT = re.compile(rf"{_WEEKDAY}(?P<a>\d{{1,2}})(?P<sign>[./-])(?P<b>\d{{1,2}}){_BEHIND}{_TAIL}", _FLAGS)
_WEEK_WORD = (
    r"(?:kw|cw|wk|week|woche|sem|semaine|semana|sett|settimana|uke|uge|vecka|viikko|vko|minggu|tydzień|tydz\.?|tyg\.?"
    r"|týden|tjedan|teden|hafta|неделя|тиждень|седмица|εβδομάδα|εβδ\.?|tuần|สัปดาห์(?:ที่)?|الأسبوع|أسبوع|שבוע|w)"
)
_WEEKS = (
    re.compile(rf"{_WEEK_WORD}[\s.]*(?P<week>\d{{1,2}})(?:\s*[/.\s-]\s*(?P<year>\d{{4}}|\d{{2}}))?", _FLAGS),
    re.compile(r"(?:(?P<year>\d{4})\s?[年년]\s?)?第?(?P<week>\d{1,2})\s?(?:[周週]|주차?)", _FLAGS),
    re.compile(rf"(?P<week>\d{{1,2}})\.?\s*{_WEEK_WORD}(?:\s*[/.\s-]?\s*(?P<year>\d{{4}}|\d{{2}}))?", _FLAGS),
    re.compile(
        rf"(?P<year>\d{{4}})\s*[/-]?\s*(?:{_WEEK_WORD}|s)[\s-]*(?P<week>\d{{1,2}})(?:-?(?P<weekday>[1-7]))?",
        _FLAGS,
    ),
    # One letter says week only where a year follows: `S51/26`.
    re.compile(r"s\s?(?P<week>\d{1,2})\s?(?:/\s?|-(?=\s?\d{4}))\s?(?P<year>20\d{2}|\d{2})", _FLAGS),
)
# `Di KW 48`, `KW 48 Di`, `KW48/2026 Di`.
_DAY_AND_WEEK = (
    re.compile(r"(?P<wd>[^\W\d]{2,14})\.?[\s,/-]+(?P<rest>\S.*)", _FLAGS),
    re.compile(r"(?P<rest>.*\d)[\s,/-]+(?P<wd>[^\W\d]{2,14})\.?", _FLAGS),
)
_MONTH_DAY = re.compile(
    rf"{_WEEKDAY}(?P<name>[^\W\d]{{3,10}})\.?\s+(?P<day>\d{{1,2}})(?:st|nd|rd|th)?,?\s+"
    rf"(?P<year>\d{{4}}){_TAIL}",
    _FLAGS,
)


# `2026. december 4.`, and `2026年12月4日` or `2026년 12월 4일`, of which an era may say the year.
_YEAR_MONTH = re.compile(
    rf"{_WEEKDAY}(?P<year>\d{{4}})[.\s-]+(?P<name>[^\W\d]{{3,12}})\.?[\s-]+(?P<day>\d{{1,2}})\.?{_TAIL}",
    _FLAGS,
)
SIGNS = re.compile(
    rf"(?P<era>令和|平成)?(?P<year>\d{{1,4}}|元)[年년]\s?(?P<month>\d{{1,2}})[月월]\s?(?P<day>\d{{1,2}})[日일]{_BEHIND}{_TAIL}",
    _FLAGS,
)
NAMED = (_DAY_MONTH, _MONTH_DAY, _YEAR_MONTH)
_FULL = (NUMERIC, *NAMED, COMPACT, SIGNS)
CHECKED_CHARS = 3


def looks_like_date(text: str) -> bool:
    if len(text) > MAX_DATE_CHARS:
        return False
    text = less_next_day(text)[0]
    if _is_full(text):
        return True
    if (form := short_date(text)) is not None:
        word = form["wd"] or form["behind"]
        weekday = key_of("weekdays", word) if word else None
        padded = form["sign"] == "/" and len(form["a"]) == len(form["b"]) == 2
        return weekday is not None or (padded and form["hour"] is None) or form["minute"] is not None
    return yearless(text) is not None or week_in(text) is not None


def week_in(text: str) -> tuple[str | None, int, int | None] | None:
    """The year, the week and its day that a text such as `KW 48` or `Di KW 48` names; year and day may be
    missing."""
    if len(text) > MAX_DATE_CHARS:
        return None
    form = next((found for pattern in _WEEKS if (found := pattern.fullmatch(text))), None)
    if form is None:
        return _week_with_day(text)
    if not 1 <= int(form["week"]) <= 53:
        return None
    day = form.groupdict().get("weekday")
    return form["year"], int(form["week"]), int(day) if day else None


def _week_with_day(text: str) -> tuple[str | None, int, int | None] | None:
    for pattern in _DAY_AND_WEEK:
        form = pattern.fullmatch(text)
        day = key_of("weekdays", form["wd"]) if form is not None else None
        if form is not None and day is not None:
            found = week_in(form["rest"])
            return (found[0], found[1], int(day)) if found is not None and found[2] is None else None
    return None


def lacks_year(text: str) -> bool:
    """Whether a date or a week is written without its year."""
    text = less_next_day(text)[0] if len(text) <= MAX_DATE_CHARS else text
    week = week_in(text)
    if week is not None or len(text) > MAX_DATE_CHARS:
        return week is not None and week[0] is None
    return not _is_full(text) and (yearless(text) is not None or short_date(text) is not None)


def _is_full(text: str) -> bool:
    return any(form.fullmatch(text) for form in _FULL)


def yearless(text: str) -> re.Match[str] | None:
    """A date without a year, whose month is a number or a word that may be one."""
    for pattern in _YEARLESS:
        form = pattern.fullmatch(text)
        named = form.groupdict().get("name") if form is not None else None
        known = named is None or any(key_of(kind, named) is not None for kind in ("months", "months_asked"))
        if form is not None and known and (pattern is not _NAME_FIRST or _may_stand_first(named or "")):
            return form
    return None


def short_date(text: str) -> re.Match[str] | None:
    """A day and a month as two numbers, whichever of them comes first; with a point that is the day."""
    form = _SHORT.fullmatch(text) if len(text) <= MAX_DATE_CHARS else None
    named = [form[name] for name in ("wd", "behind") if form[name]] if form is not None else []
    if form is None or any(key_of("weekdays", word) is None for word in named):
        return None
    first, second = int(form["a"]), int(form["b"])
    month, day = (second, first) if form["sign"] == "." else sorted((first, second))
    return form if 1 <= month <= 12 and 1 <= day <= 31 else None


def _may_stand_first(name: str) -> bool:
    """Whether `Dec 7` may be a day: not of short words that say something else too, such as `Pro 1`, or of
    `Máy 1`, machine 1 in Vietnamese."""
    return len(name) > CHECKED_CHARS or (name.isascii() and key_of("months_first", name) is not None)


def month_word(text: str) -> str | None:
    """The word that names the month in a date; None: it has none."""
    if len(text) > MAX_DATE_CHARS:
        return None
    text = less_next_day(text)[0]
    form = next((found for pattern in NAMED if (found := pattern.fullmatch(text))), None) or yearless(text)
    return None if form is None else form.groupdict().get("name")
