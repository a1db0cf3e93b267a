"""The words of a report, from words/<language>.toml, and how its values are written."""

import re
import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from string import Formatter
from typing import cast

from models.builtin.formats import day, moment, number
from models.builtin.translations import translated, translated_work
from reports.report import Cell, CellKind, Column

LANGUAGES = ("en", "de")
_NOTHING = "–"
_BREAKS = re.compile(r"\s+")


class Words:
    """Of one language."""

    def __init__(self, language: str) -> None:
        """Raises KeyError for a language without words."""
        self.language = language
        self._known = _read(language)

    def __call__(self, key: str, **values: str) -> str:
        """The words of "say.load" with their values, which are text already; raises KeyError."""
        group, _, name = key.partition(".")
        return self._known[group][name].format(**values)

    def column(self, key: str, kind: CellKind = CellKind.TEXT) -> Column:
        """A column with its title."""
        return Column(key=key, title=self(f"column.{key}"), kind=kind)

    def cell(self, value: Cell, kind: CellKind) -> str:
        """A value in a table: hours without their unit, which is in the title."""
        if value is None or value == "":
            return _NOTHING
        match kind:
            case CellKind.MOMENT:
                shown = moment(value, self.language)
            case CellKind.DAY:
                shown = day(value, self.language)
            case CellKind.FLAG:
                shown = self("report.yes") if value else self("report.no")
            case CellKind.PERCENT:
                shown = f"{number(value, self.language)} %"
            case CellKind.COUNT | CellKind.HOURS | CellKind.RATIO:
                shown = number(value, self.language)
            case CellKind.TEXT | CellKind.WEEK:
                shown = one_line(str(value))
        return shown

    def said(self, value: Cell, kind: CellKind) -> str:
        """The same in a sentence, with its unit."""
        shown = self.cell(value, kind)
        return f"{shown} h" if kind is CellKind.HOURS and shown != _NOTHING else shown

    def hours(self, value: float | None) -> str:
        return self.said(value, CellKind.HOURS)

    def percent(self, value: float | None) -> str:
        return self.said(value, CellKind.PERCENT)

    def moment(self, value: str | None) -> str:
        return self.said(value, CellKind.MOMENT)

    def day(self, value: str | None) -> str:
        return self.said(value, CellKind.DAY)

    def days(self, count: int) -> str:
        """ "1 day", "7 days"."""
        return self("days.one" if count == 1 else "days.many", count=str(count))

    def tool(self, sentence: str) -> str:
        """A sentence of a tool in this language, as far as it is known in it."""
        return one_line(translated(sentence, self.language))

    def work(self, text: str) -> str:
        """ "WO-1 op 20"."""
        return one_line(translated_work(text, self.language))

    def places(self, key: str) -> frozenset[str]:
        """The names of the values that the words of a key take."""
        group, _, name = key.partition(".")
        return frozenset(place for _, place, _, _ in Formatter().parse(self._known[group][name]) if place)

    def keys(self) -> frozenset[str]:
        """All keys, for the test that holds the languages equal."""
        return frozenset(f"{group}.{name}" for group, names in self._known.items() for name in names)


def words_for(language: str | None, locale: str) -> Words:
    """Of the language asked for; else German for a German locale, else English."""
    if language in LANGUAGES:
        return Words(language)
    return Words("de" if locale.lower().startswith("de") else "en")


def one_line(text: str) -> str:
    """Without line breaks and what cannot be printed: the shop's own words come from anywhere."""
    return _BREAKS.sub(" ", "".join(c if c.isprintable() else " " for c in text)).strip()


@cache
def _read(language: str) -> Mapping[str, Mapping[str, str]]:
    if language not in LANGUAGES:
        raise KeyError(language)
    text = (files("reports.words") / f"{language}.toml").read_text("utf-8")
    return cast("Mapping[str, Mapping[str, str]]", tomllib.loads(text))
