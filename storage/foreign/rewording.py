"""Cells in other words, as a person writes them down: `L -> released; X ->; * am -> * 08:00`."""

import re
from collections.abc import Callable

from leadhand.errors import InvalidRequest
from storage.exchange.problems import shown

_ANY = "*"


def wording_of(said: str) -> Callable[[str], str | None]:
    """What a cell says instead; None: it stays. `*` beside other signs is any text or none, and stands for it
    behind the arrow; a cell that is named as it stands comes before those.

    Raises:
        InvalidRequest: a part has no arrow, or more `*` behind it than before it.
    """
    words: dict[str, str] = {}
    forms: list[tuple[re.Pattern[str], str]] = []
    for part in said.split(";"):
        old, arrow, new = (text.strip() for text in part.partition("->"))
        if not arrow:
            raise InvalidRequest(f"replace.…={shown(said)} is no answer; right would be: OLD -> NEW.")
        if _ANY not in old or not old.strip(_ANY):
            words[old.casefold()] = new
        elif new.count(_ANY) > old.count(_ANY):
            raise InvalidRequest(
                f"replace.…={shown(part.strip())} has more * behind the arrow than before it."
            )
        else:
            pattern = "(.*)".join(re.escape(text) for text in old.split(_ANY))
            forms.append((re.compile(pattern, re.IGNORECASE | re.DOTALL), new))

    def other(text: str) -> str | None:
        if text.casefold() in words:
            return words[text.casefold()]
        return next((_filled(new, found) for form, new in forms if (found := form.fullmatch(text))), None)

    return other


def _filled(new: str, found: re.Match[str]) -> str:
    parts = iter(found.groups())
    return re.sub(r"\*", lambda _: next(parts).strip(), new)
