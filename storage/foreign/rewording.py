"""Cells in other words, as a person writes them down: `L -> released; X ->; * am -> * 08:00`."""

import re
from collections.abc import Callable, Iterable

from leadhand.errors import InvalidRequest
from storage.exchange.problems import shown

_ANY = "*"
# Any text that nothing else names, as `leave_out` says it.
_ALL = "?*"


def wording_of(said: str) -> Callable[[str], str | None]:
    """What a cell says instead; None: it stays. `*` beside other signs is any text or none, and stands for it
    behind the arrow; a cell that is named as it stands comes before those, and `?*` is any other text, for
    which a `*` behind its arrow stands too.

    Raises:
        InvalidRequest: a part has no arrow, or more `*` behind it than before it.
    """
    words: dict[str, str] = {}
    forms: list[tuple[re.Pattern[str], str]] = []
    others: str | None = None
    for part in said.split(";"):
        old, arrow, new = (text.strip() for text in part.partition("->"))
        if not arrow:
            raise InvalidRequest(f"replace.…={shown(said)} is no answer; right would be: OLD -> NEW.")
        if old == _ALL and new.count(_ANY) <= 1:
            others = new
        elif _ANY not in old or not old.strip(_ANY):
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
        fitting = (_filled(new, found) for form, new in forms if (found := form.fullmatch(text)))
        alone = None if others is None or not text else others.replace(_ANY, text)
        return next(fitting, alone)

    return other


def refuse_lone_sign(key: str, said: str, texts: Iterable[str]) -> None:
    """A `*` alone is the sign itself; where no cell is that, more was meant. `* -> *` says nothing: it is
    what is left where a sign was named that nobody sees.

    Raises:
        InvalidRequest: it would do nothing.
    """
    parts = [[text.strip() for text in part.split("->")] for part in said.split(";")]
    lone = any(part[0] == _ANY for part in parts if part != [_ANY, _ANY])
    if lone and not any(text.strip() == _ANY for text in texts):
        raise InvalidRequest(
            f"{key}={shown(said)} does nothing: a * alone is the sign itself, and no cell is it; "
            f"all other texts are {_ALL}, such as {_ALL} -> ."
        )


def _filled(new: str, found: re.Match[str]) -> str:
    parts = iter(found.groups())
    return re.sub(r"\*", lambda _: next(parts).strip(), new)
