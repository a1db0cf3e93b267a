"""Planning terms with their meaning, as passages: what a quiz may ask where no document has the topic."""

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from pydantic import BaseModel

from knowledge.quiz.questions import Language, Passage

_WORD = re.compile(r"\w+")


class _Topic(BaseModel):
    words: frozenset[str]
    title: dict[Language, str]


class _Term(BaseModel):
    """In each language the term and what it means."""

    en: tuple[str, str]
    de: tuple[str, str]


class _Glossary(BaseModel):
    topic: _Topic
    terms: tuple[_Term, ...]


@dataclass(frozen=True, slots=True)
class Chosen:
    """What of the glossary a topic asks for: `asked`; wrong options may come from `others`."""

    asked: tuple[Passage, ...]
    others: tuple[Passage, ...]


def is_planning_terms(topic: str) -> bool:
    """Whether the topic is planning terms as such: "our planning terms", "Begriffe der Planung"."""
    words = [word.casefold() for word in _WORD.findall(topic)]
    return bool(words) and all(word in _glossary().topic.words for word in words)


def all_terms(language: Language) -> tuple[Passage, ...]:
    """Each as a passage "term: meaning"."""
    source = _glossary()
    title = source.topic.title[language]
    return tuple(_passage(getattr(entry, language), title, language) for entry in source.terms)


def terms_named(topic: str, language: Language) -> Chosen | None:
    """The terms that the topic names ("slack and tardiness"); None when it names none."""
    said = f" {' '.join(_WORD.findall(topic.casefold()))} "
    every = all_terms(language)
    named = tuple(one for one in every if one.term and f" {_plain(one.term)} " in said)
    return Chosen(named, tuple(one for one in every if one not in named)) if named else None


def _plain(term: str) -> str:
    return " ".join(_WORD.findall(term.casefold()))


def _passage(entry: tuple[str, str], title: str, language: Language) -> Passage:
    term, meaning = entry
    return Passage(
        f"glossary-{language}-{_plain(term).replace(' ', '-')}", title, f"{term}: {meaning}", term=term
    )


@cache
def _glossary() -> _Glossary:
    return _Glossary.model_validate(
        tomllib.loads((files("knowledge.quiz") / "glossary.toml").read_text("utf-8"))
    )
