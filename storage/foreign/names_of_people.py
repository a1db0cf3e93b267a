"""Names of people, in whichever order a file writes them: `Maier, Hannes` is `Hannes Maier`."""

import re

from storage.foreign.vocabulary import folded, words

_WITH_COMMA = re.compile(r"(?P<family>[^\W\d][^,;\d]*),\s*(?P<given>[^\W\d][^,;\d]*)")


def parts_of(name: str) -> tuple[str, ...]:
    """The words of a name by which it is known in any order; none of what is no name of two words or more."""
    parts = name.casefold().replace(",", " ").split()
    return tuple(sorted(parts)) if len(parts) > 1 and not any(sign.isdigit() for sign in name) else ()


def given_first(name: str, header: str = "") -> str:
    """The name with the given name first, if it is written the other way round: with a comma, or below a
    header that says so (`Surname, first name`, `Nazwisko i imię`)."""
    form = _WITH_COMMA.fullmatch(name.strip())
    if form is not None:
        return f"{form['given'].strip()} {form['family'].strip()}"
    family, _, given = name.strip().partition(" ")
    if given and parts_of(name) and _says_family_first(header):
        return f"{given.strip()} {family}"
    return name


def _says_family_first(header: str) -> bool:
    """Whether a header names the family name and then the given name."""
    text = f" {folded(header)} "
    given = [text.find(f" {word} ") for word in words("names")["given"] if f" {word} " in text]
    family = [
        text.find(f" {word} ")
        for word in words("names")["family"]
        if f" {word} " in text and not any(f" {other} ".find(f" {word} ") >= 0 and f" {other} " in text
                                           for other in words("names")["given"])
    ]  # fmt: skip
    return bool(given and family) and min(family) < min(given)
