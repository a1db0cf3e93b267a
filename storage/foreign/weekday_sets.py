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


def _word(header: str) -> str:
    """A name without accents; in Slovak only one tells Thursday from Wednesday."""
    return "stv" if header.casefold().rstrip(".") == "št" else folded(header)
