"""Texts that hold several things, as a person writes down how: `{order}/{operation}`, `{code} – {name}`."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from leadhand.errors import InvalidRequest
from storage.exchange.problems import shown

_PLACE = re.compile(r"\{([^{}=]*)(?:=([^{}]+))?\}")
_BETWEEN_FORMS = re.compile(r"\s\|\s")
_DASHES = "-–—"


@dataclass(frozen=True, slots=True)
class Template:
    """`forms`: each way in which a cell may be written, the first that fits counts, with the names of its
    groups."""

    names: tuple[str, ...]
    forms: tuple[tuple[re.Pattern[str], tuple[str, ...]], ...]

    def parts(self, text: str) -> Mapping[str, str] | None:
        """What each name stands for in a text; None: it is written in no such way."""
        for pattern, names in self.forms:
            found = pattern.fullmatch(text)
            if found is not None:
                return {n: (part or "").strip() for n, part in zip(names, found.groups(), strict=True) if n}
        return None


def parts_named(said: str) -> frozenset[str]:
    """The names of the parts of a template."""
    return frozenset(name for name, _ in _PLACE.findall(said) if name)


def template_of(said: str) -> Template:
    """`{order}/{operation}`; several ways are parted by ` | `, `{}` is a part that is not taken, `{firm=*}`
    is this sign or nothing, and `\\n` the end of a line. Nothing need stand beyond a sign at either end:
    `{from} –` is 2026-12-07 –.

    Raises:
        InvalidRequest: it names no part, or two parts without anything between them.
    """
    forms = tuple(_form(text) for text in _BETWEEN_FORMS.split(said.replace(r"\n", "\n")))
    names = tuple(dict.fromkeys(name for _, found in forms for name in found if name))
    if not names:
        raise InvalidRequest(f"{shown(said)} names no part; right would be: {{order}}/{{operation}}.")
    return Template(names, forms)


def _form(text: str) -> tuple[re.Pattern[str], tuple[str, ...]]:
    pattern, at, names, open_part = "", 0, list[str](), False
    for place in _PLACE.finditer(text):
        pattern += _literal(text[at : place.start()], first=not at)
        sign = place[2]
        if open_part and at == place.start() and not sign:
            raise InvalidRequest(f"{shown(text)} has two parts with nothing between them.")
        open_part = not sign
        pattern += f"({re.escape(sign)})?" if sign else "(.+?)"
        names.append(place[1].strip())
        at = place.end()
    return re.compile(pattern + _literal(text[at:], last=True), re.IGNORECASE | re.DOTALL), tuple(names)


def _literal(text: str, *, first: bool = False, last: bool = False) -> str:
    """The signs of a text; spaces around them may be there or not, but around a dash they are as written, but
    for the outer side of one that is `first` or `last`."""
    if not text:
        return ""
    if "\n" in text:
        return r"[^\S\n]*\n\s*".join(_literal(line.strip()) for line in text.split("\n"))
    words = [rf"[{_DASHES}]" if sign in _DASHES else re.escape(sign) for sign in "".join(text.split())]
    if not words:
        return r"\s+"
    space = r"\s+" if set(text.split()) <= set(_DASHES) and text != text.strip() else r"\s*"
    return (r"\s*" if first else space) + r"\s*".join(words) + (r"\s*" if last else space)
