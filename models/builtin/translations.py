"""German for the sentences in which the tools say what they assumed; others stay as they are."""

import re
from functools import cache

from models.builtin.lexicon import read_table, table


def translated(text: str, language: str) -> str:
    """`text` in `language`, if it is one of the sentences of sentences.toml."""
    if language == "en":
        return text
    known = _known(text)
    if known is not None:
        return known
    return _dates(text) if _is_dates(text) else text


def translated_words(text: str, language: str) -> str:
    """A few words of a tool's own, or a name, which stays as it is."""
    known = None if language == "en" else _known(text)
    return text if known is None else known


def translated_list(text: str, language: str) -> str:
    """ "A, B and C" or "A and 4 more", names as they are; or what a tool says instead of names."""
    if language == "en":
        return text
    known = _known(text)
    return _listed(text) if known is None else known


def translated_work(text: str, language: str) -> str:
    """ "WO-1 op 20"."""
    return text if language == "en" else _OPERATION.sub("AG ", text).replace(_HELD, "reservierte Kapazität")


def _known(text: str) -> str | None:
    for pattern, german in _sentences():
        match = pattern.fullmatch(text)
        if match:
            return german.format(*(_Group(group or "") for group in match.groups()))
    return None


class _Group(str):
    """What a sentence has in a place: `{0}` is text or dates, `{0:name}` a name, `{0:list}` names,
    `{0:said}` a sentence.
    """

    __slots__ = ()

    def __format__(self, spec: str) -> str:
        match spec:
            case "list":
                return _listed(self)
            case "name":
                return str(self)
            case "said":
                return translated(self, "de")
            case _:
                return _dates(self)


def _listed(text: str) -> str:
    first, sign, last = translated_work(text, "de").rpartition(" and ")
    return first + " und " + _MORE.sub(r"\1 weitere", last) if sign else last


_OPERATION = re.compile(r"\bop(?:eration)? (?=\d)")
_MORE = re.compile(r"^(\d+) more$")
_HELD = "held capacity"
_MONTHS = (
    "Januar",
    "Februar",
    "März",
    "April",
    "Mai",
    "Juni",
    "Juli",
    "August",
    "September",
    "Oktober",
    "November",
    "Dezember",
)


def _dates(text: str) -> str:
    """Names of days and months, and the few words between dates."""
    known = _date_words()
    german = re.sub(r"[A-Za-z]+", lambda match: known.get(match[0], match[0]), _in_order(text, known))
    with_points = re.sub(rf"\b(\d{{1,2}})(?= (?:{'|'.join(_MONTHS)})\b)", r"\1.", german)
    with_points = re.sub(r"\b(\d{1,2})(?= bis \d{1,2}\. )", r"\1.", with_points)
    return re.sub(r"(?<![\d.])(\d+)\.(\d+)(?![\d.])", r"\1,\2", with_points)


def _in_order(text: str, known: dict[str, str]) -> str:
    for english in sorted((word for word in known if " " in word), key=len, reverse=True):
        text = text.replace(english, known[english])
    return text


def _is_dates(text: str) -> bool:
    return bool(re.search(r"\d", text)) and len(text.split()) <= 16


@cache
def _sentences() -> tuple[tuple[re.Pattern[str], str], ...]:
    entries = table(read_table("sentences")["de"])
    return tuple((re.compile(english), str(german)) for english, german in entries.items())


@cache
def _date_words() -> dict[str, str]:
    return {english: str(german) for english, german in table(read_table("sentences")["dates"]).items()}
