"""How values of a tool's result are written: escaped, with units and dates of the reader's language."""

import re
from collections.abc import Callable, Mapping
from datetime import datetime

from leadhand.errors import JsonValue
from models.builtin.translations import translated, translated_list, translated_words, translated_work

# Everything that begins or ends something in Markdown or HTML. Text of the shop's data stays text.
_MARKUP = re.compile(r"([\\`*_{}\[\]<>()#+!|~$&])")
_SCHEME = re.compile(r"(?i)\b(https?|ftp|file|mailto|javascript|data):|\bwww\.")
_BREAKS = re.compile(r"\s+")
MAX_TEXT_CHARS = 200

_WEEKDAYS = {
    "en": ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"],
    "de": ["Mo", "Di", "Mi", "Do", "Fr", "Sa", "So"],
}
_MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]


def escaped(text: str) -> str:
    """Text from the shop's data as one line that shows as it is: no markup, no links, no HTML."""
    line = _BREAKS.sub(" ", "".join(c if c.isprintable() else " " for c in text)).strip()
    if len(line) > MAX_TEXT_CHARS:
        line = line[: MAX_TEXT_CHARS - 1] + "…"
    # A zero-width joiner keeps a bare address from becoming a link.
    unlinked = _SCHEME.sub(lambda match: match[0][:-1] + "\u2060" + match[0][-1], line)
    return _MARKUP.sub(r"\\\1", unlinked)


def sentence(text: str) -> str:
    """A sentence of a tool: its own punctuation stays readable, what could become markup is escaped."""
    unlinked = _SCHEME.sub(lambda match: match[0][:-1] + "\u2060" + match[0][-1], _BREAKS.sub(" ", text))
    return re.sub(r"([\\`*_\[\]<>#|~])", r"\\\1", unlinked)


def whole_sentences(text: str) -> str:
    """A text that was cut short ends with its last whole sentence."""
    end = max(text.rfind(sign) for sign in (". ", "? ", "! "))
    return text[: end + 1] if text.endswith("…") and end > 0 else text


def period(text: str) -> str:
    """ "next week: 30 November to 6 December 2026" as "next week (30 November to 6 December 2026)".

    Clock times are left to the assumptions, which have them in full.
    """
    said, _, dates = text.partition(": ")
    return f"{said} ({dates})" if dates and "," not in dates else said


def number(value: JsonValue, language: str) -> str:
    """As the result has it, never rounded here; German takes a decimal comma."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return "–"
    text = str(int(value)) if value == int(value) else str(value)
    return text.replace(".", ",") if language == "de" else text


def moment(value: JsonValue, language: str) -> str:
    """An ISO instant with the shop's offset as local date and time."""
    found = _instant(value)
    if found is None:
        return "–"
    return f"{_day(found, language)}, {found:%H:%M}"


def day(value: JsonValue, language: str) -> str:
    found = _instant(value)
    return "–" if found is None else _day(found, language)


def _day(found: datetime, language: str) -> str:
    weekday = _WEEKDAYS[language][found.weekday()]
    if language == "de":
        return f"{weekday} {found.day}.{found.month}.{found.year}"
    return f"{weekday} {found.day} {_MONTHS[found.month - 1]} {found.year}"


def _instant(value: JsonValue) -> datetime | None:
    try:
        return datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None


def _text(value: JsonValue, language: str) -> str:
    if isinstance(value, str):
        return escaped(value)
    return number(value, language)


def _hours(value: JsonValue, language: str) -> str:
    written = number(value, language)
    return written if written == "–" else f"{written} h"


def _percent(value: JsonValue, language: str) -> str:
    written = number(value, language)
    return written if written == "–" else f"{written} %"


def _names(value: JsonValue, language: str) -> str:
    """A list of names, or of objects with a name."""
    parts = value if isinstance(value, list) else [value]
    named = [part.get("name") or part.get("code") if isinstance(part, dict) else part for part in parts]
    return ", ".join(escaped(translated_work(name, language)) for name in named if isinstance(name, str))


def _list(value: JsonValue, language: str) -> str:
    """Names that a tool has joined, or what it says instead of them."""
    return escaped(translated_list(value, language)) if isinstance(value, str) else ""


def _what(value: JsonValue, language: str) -> str:
    """A few words of a tool: what was tried out, why a machine is closed."""
    return escaped(translated_words(value, language)) if isinstance(value, str) else ""


def _titles(value: JsonValue, language: str) -> str:
    """ "Puma 3100 (PUMA-3100) or Puma 2600 (PUMA-2600)"."""
    rows = [row for row in value if isinstance(row, dict)] if isinstance(value, list) else []
    titles = [_title(row.get("name"), row.get("code")) for row in rows]
    joined = " oder " if language == "de" else " or "
    return joined.join(filter(None, [", ".join(titles[:-1]), *titles[-1:]]))


def _title(name: JsonValue, code: JsonValue) -> str:
    shown = [escaped(text) for text in dict.fromkeys((name, code)) if isinstance(text, str) and text]
    return shown[0] if len(shown) == 1 else f"{shown[0]} ({shown[1]})" if shown else ""


def _sentence(value: JsonValue, language: str) -> str:
    del language
    return sentence(whole_sentences(value)) if isinstance(value, str) else ""


def _told(value: JsonValue, language: str) -> str:
    """A sentence of a tool in the reader's language, where it is known in it."""
    return translated(_sentence(value, language), language)


def _sentence_first(value: JsonValue, language: str) -> str:
    """The same with a capital first letter."""
    text = _sentence(value, language)
    return text[:1].upper() + text[1:]


def _period(value: JsonValue, language: str) -> str:
    return translated(sentence(period(value)), language) if isinstance(value, str) else ""


def _period_first(value: JsonValue, language: str) -> str:
    """The period at the beginning of a sentence."""
    text = _period(value, language)
    return text[:1].upper() + text[1:]


FORMATS: Mapping[str, Callable[[JsonValue, str], str]] = {
    "": _text,
    "h": _hours,
    "pct": _percent,
    "when": moment,
    "day": day,
    "names": _names,
    "list": _list,
    "what": _what,
    "said": _sentence,
    "told": _told,
    "Said": _sentence_first,
    "titles": _titles,
    "period": _period,
    "Period": _period_first,
}
