"""The telling words of a question: without its greeting, its question word, its little words in front."""

import re
import tomllib
from functools import cache
from importlib.resources import files

MAX_CHARS = 60
# Below this, what was left out said something after all.
MIN_CHARS = 3
_SENTENCE = re.compile(r"[?!.]+(?=\s|$)|\n")
_WORD = re.compile(r"\S+")


def title_words(question: str) -> str:
    """Up to 60 characters of the question's first telling sentence, in its own words and language."""
    sentences = [part.strip() for part in _SENTENCE.split(question) if part.strip()]
    telling = (told for told in map(_without_opening, sentences) if len(told) >= MIN_CHARS)
    title = next(telling, sentences[0] if sentences else "")
    title = _shortened(" ".join(title.split()))
    return title[:1].upper() + title[1:]


def _without_opening(sentence: str) -> str:
    """The sentence from its first word that is no opening of its language; the longest opening counts."""
    return min((_from_first_telling(sentence, words) for words in _openings().values()), key=len)


def _from_first_telling(sentence: str, opening: frozenset[str]) -> str:
    for word in _WORD.finditer(sentence):
        if word[0].strip(",;:-–—").lower() not in opening:
            return sentence[word.start() :]
    return ""


def _shortened(text: str) -> str:
    if len(text) <= MAX_CHARS:
        return text
    whole_words = text[: MAX_CHARS + 1].rpartition(" ")[0]
    return (whole_words or text[:MAX_CHARS]).rstrip(" ,;:-–—")


@cache
def _openings() -> dict[str, frozenset[str]]:
    """By language, from titles.toml."""
    tables = tomllib.loads((files("models.builtin") / "titles.toml").read_text("utf-8"))
    return {language: frozenset(table["opening"]) for language, table in tables.items()}
