"""The telling words of a question: without its greeting and the little words in front of its subject."""

import re
import tomllib
from dataclasses import dataclass
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


@dataclass(frozen=True, slots=True)
class _Openings:
    """Of one language. `opening`: words that say nothing; `asking`: question words, which say something when
    no such word follows ("how busy"); `kept`: those that always do ("which machines").
    """

    opening: frozenset[str]
    asking: frozenset[str]
    kept: frozenset[str]

    def cut_from(self, sentence: str) -> tuple[bool, str]:
        """The sentence from its first telling word, and whether that is a question word."""
        asked: int | None = None
        for word in _WORD.finditer(sentence):
            plain = word[0].strip(",;:-–—").lower()
            if plain in self.kept:
                return True, sentence[word.start() :]
            if plain in self.asking:
                asked = word.start()
            elif plain in self.opening:
                asked = None
            else:
                return asked is not None, sentence[word.start() if asked is None else asked :]
        return False, ""


def _without_opening(sentence: str) -> str:
    """As the language has it that knows the question word; else the longest opening counts."""
    cut = [language.cut_from(sentence) for language in _languages()]
    told = [text for by_question_word, text in cut if by_question_word]
    return told[0] if told else min((text for _, text in cut), key=len)


def _shortened(text: str) -> str:
    if len(text) <= MAX_CHARS:
        return text
    whole_words = text[: MAX_CHARS + 1].rpartition(" ")[0]
    return (whole_words or text[:MAX_CHARS]).rstrip(" ,;:-–—")


@cache
def _languages() -> tuple[_Openings, ...]:
    """From titles.toml."""
    tables = tomllib.loads((files("models.builtin") / "titles.toml").read_text("utf-8"))
    return tuple(
        _Openings(*(frozenset(table[name]) for name in ("opening", "asking", "kept")))
        for table in tables.values()
    )
