"""Times that a word says to be before or after noon, in other languages than English: `2:30 م`, `下午 2:30`.
They are said by the clock of 24 hours; a word that says another thing too is asked about."""

import re
from collections.abc import Mapping
from dataclasses import replace

from storage.exchange.kinds import Refused
from storage.exchange.problems import shown
from storage.foreign.date_forms import looks_like_date
from storage.foreign.decisions import Choice, Question, Scoped
from storage.foreign.grid import Cell
from storage.foreign.shift_patterns import pattern_of
from storage.foreign.tables import Table
from storage.foreign.times_of_day import clock_of

HALF_DAY = "half_day"
_AM, _PM, _OTHER = "am", "pm", "other"
_CHARS = 80
# What is read as it stands everywhere.
_ENGLISH = re.compile(r"[ap]\.?m\.?", re.IGNORECASE)
# Of scripts without spaces between words, before the time.
_SIGNS = {
    _AM: ("上午", "午前", "早上", "凌晨", "오전"),
    _PM: ("下午", "午後", "午后", "오후"),
}
# Points and spaces behind them may be missing.
_WORDS = {
    _AM: (
        "ص", "صباحا", "صباحًا", "ق.ظ.", "π.μ.", "öö", "öğleden önce", "dop.", "dopoledne", "dopoludnia",
        "délelőtt", "a. m.", "vorm.", "vormittags", "fm", "förmiddag", "pr.p.", "priešpiet", "priekšp.",
        "пр.об.", "дп", "утра", "przed południem", "לפנה״צ", "ก่อนเที่ยง", "पूर्वाह्न", "prijepodne",
    ),
    _PM: (
        "م", "مساء", "مساءً", "ب.ظ.", "μ.μ.", "ös", "öğleden sonra", "odp.", "odpoledne", "popoludní",
        "délután", "p. m.", "nachm.", "nachmittags", "em", "eftermiddag", "pop.", "popiet", "pēcp.",
        "сл.об.", "пп", "вечера", "po południu", "אחה״צ", "หลังเที่ยง", "अपराह्न", "poslijepodne",
    ),
}  # fmt: skip
# Of two readings (SA is Saturday too); one beside the other half of its language proves it.
_PAIRS = (("sa", "ch"), ("de.", "du."), ("ap.", "ip."), ("pd", "md"))


def _form(words: tuple[str, ...]) -> str:
    signs = {".": r"\.?\s?", " ": r"\s?", "״": "[\"״”']+"}
    forms = ["".join(signs.get(sign, re.escape(sign)) for sign in word) for word in words]
    return "|".join(sorted(forms, key=len, reverse=True))


def _bare(word: str) -> str:
    return re.sub(r"[\W_]", "", word.casefold())


_TIME = (
    r"(?<![\d:.])(?P<hour>\d{1,2})"
    r"(?:\s?[:.]\s?(?P<minute>\d{2})(?P<second>:\d{2})?|\s?[時时點点시]\s?(?:(?P<past>\d{1,2})\s?[分분]?)?)(?![\d:.]\d)"
)
_SAID, _TO = "\0", r"\s*(?:[-–—~〜～至到]|\b(?:to|bis|do|a|à)\b)\s*"
_BARE = r"\d{1,2}(?:\s?[:.]\s?\d{2})?"
_HALF_SAID = re.compile(rf"{_BARE}{_TO}{_SAID}|{_SAID}{_TO}{_BARE}", re.IGNORECASE)
_ALL_WORDS = _form((*_WORDS[_AM], *_WORDS[_PM], *(word for pair in _PAIRS for word in pair)))
_BEFORE = re.compile(
    rf"\s*(?:(?P<sign>{_form((*_SIGNS[_AM], *_SIGNS[_PM]))})|(?<![^\W\d_])(?P<word>{_ALL_WORDS}))\s*{_TIME}",
    re.IGNORECASE,
)
_BEHIND = re.compile(rf"{_TIME}\s*(?P<word>{_ALL_WORDS})(?![^\W\d_])", re.IGNORECASE)
_KNOWN = {_bare(word): half for said in (_SIGNS, _WORDS) for half, words in said.items() for word in words}
_TWO = {_bare(word): half for pair in _PAIRS for word, half in zip(pair, (_AM, _PM), strict=True)}
_PARTNER = {_bare(one): _bare(other) for pair in _PAIRS for one, other in (pair, pair[::-1])}


def by_24_hours(table: Table, scope: Scoped) -> Table:
    """The table with its times by the clock of 24 hours where words say the half of the day."""
    found = {
        (number, index): words
        for number, row in enumerate(table.rows)
        for index, cell in enumerate(row.cells)
        if isinstance(cell.value, str) and (words := _words_in(cell.value))
    }
    if not found:
        return table
    said = dict.fromkeys(word for words in found.values() for word in words)
    halves = {_bare(word): _half(word, scope, {_bare(other) for other in said}) for word in said}
    rows = list(table.rows)
    for number, index in found:
        cells = list(rows[number].cells)
        cells[index] = Cell(_said(cells[index].text, halves))
        rows[number] = replace(rows[number], cells=tuple(cells))
    return replace(table, rows=tuple(rows))


def _words_in(text: str) -> list[str]:
    """The words for halves of the day in a cell that is a time, a date with one, or from a time to a time."""
    if len(text) > _CHARS or not any(sign.isdigit() for sign in text):
        return []
    forms = [form for pattern in (_BEFORE, _BEHIND) for form in pattern.finditer(text)]
    if _is_half_said(text, forms):
        return []
    found = [word for word in map(_word, forms) if not _ENGLISH.fullmatch(word)]
    plain = _said(text, dict.fromkeys(map(_bare, found), _PM)) if found else ""
    return found if plain and _is_time(plain) else []


def _is_half_said(text: str, forms: list[re.Match[str]]) -> bool:
    """Whether of a range only one time has a word: whether the other is of the same half, nobody says."""
    for form in sorted(forms, key=lambda found: found.start(), reverse=True):
        text = f"{text[: form.start()]}{_SAID}{text[form.end() :]}"
    return bool(forms) and _HALF_SAID.search(text) is not None


def _word(form: re.Match[str]) -> str:
    return (form.groupdict().get("sign") or form["word"]).strip()


def _is_time(text: str) -> bool:
    try:
        return clock_of(text) is not None or looks_like_date(text) or pattern_of(text) is not None
    except Refused:
        return False


def _half(word: str, scope: Scoped, beside: set[str]) -> str | None:
    """Which half of the day a word says; None: it is asked."""
    known = _KNOWN.get(_bare(word))
    proven = (known, "a word that is known") if known else None
    if known is None and _PARTNER[_bare(word)] in beside:
        proven = (_TWO[_bare(word)], "the word for the other half of the day stands in the table too")
    question = Question(
        f"{HALF_DAY}.{word}",
        f'Is a time with "{shown(word)}" before or after noon?',
        (Choice(_AM, "before noon"), Choice(_PM, "after noon"), Choice(_OTHER, "it says another thing")),
        why="the word has two readings",
        suggested=None if known else _TWO[_bare(word)],
    )
    return scope.settle(question, proven=proven)


def _said(text: str, halves: Mapping[str, str | None]) -> str:
    """The text with its times by the clock of 24 hours. While a word is asked, as if it were before noon."""

    def change(form: re.Match[str]) -> str:
        half, hour = halves.get(_bare(_word(form)), _OTHER), int(form["hour"])
        # Of 13 to 23 the word says what the clock says already.
        fits = hour <= 12 or (half == _PM and hour < 24)
        if half == _OTHER or not fits:
            return form[0]
        if hour <= 12:
            hour = hour % 12 + (12 if half == _PM else 0)
        before = " " if form.start() and form.re is _BEFORE else ""
        return f"{before}{hour:02}:{int(form['minute'] or form['past'] or 0):02}{form['second'] or ''}"

    return _BEHIND.sub(change, _BEFORE.sub(change, text)).strip()
