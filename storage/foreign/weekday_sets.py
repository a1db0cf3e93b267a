"""Short names of days of the week that only together say their language: `So` is Saturday beside `Pá`."""

from collections.abc import Sequence

from storage.foreign.vocabulary import folded, key_of

_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_SETS = (
    "po ut st ct pa so ne", "po ut st stv pi so ne",
    "pon uto sri cet pet sub ned", "pon tor sre cet pet sob ned",
    "lu ma mi jo vi sa du", "h k sze cs p szo v", "ma ti ke to pe la su", "pzt sal car per cum cmt paz",
    "ma di wo do vr za zo", "ma ti on to fr lo so", "man tir ons tor fre lor son",
)  # fmt: skip
_LEAST = 4


def weekday_names(headers: Sequence[str]) -> dict[str, str]:
    """The English name of each header that is a day of one of these weeks; none where the words are known
    each by itself."""
    said = {_word(header): header for header in headers if header}
    best: dict[str, str] = {}
    for week in _SETS:
        days = dict(zip(week.split(), _DAYS, strict=True))
        found = {said[word]: day for word, day in days.items() if word in said}
        if len(found) > max(_LEAST - 1, len(best)):
            best = found
    known = {h: _DAYS[int(key) - 1] for h in headers if h and (key := key_of("weekdays", h)) is not None}
    return best if len(best) >= len(known) and best != known else {}


def day_in_column(word: str, column: Sequence[str]) -> int | None:
    """The day, 1 is Monday, of a word in the language that the others of its column prove; None: nothing
    proves it, or the word says it by itself."""
    name = weekday_names(list(dict.fromkeys(column))).get(word)
    return None if name is None else _DAYS.index(name) + 1


def is_doubtful(word: str, column: Sequence[str]) -> bool:
    """Whether a word is another day in another language, and words beside it are of none that is known."""
    known = key_of("weekdays", word)
    weeks: list[list[str]] = [list(week.split()) for week in _SETS]
    others = {week.index(_word(word)) + 1 for week in weeks if _word(word) in week}
    strange = any(text and " " not in text and key_of("weekdays", text) is None for text in column)
    return known is not None and strange and bool(others - {int(known)})


def _word(header: str) -> str:
    """A name without accents; in Slovak only one tells Thursday from Wednesday."""
    return "stv" if header.casefold().rstrip(".") == "št" else folded(header)
