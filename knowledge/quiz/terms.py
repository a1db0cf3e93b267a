"""Finds what can be asked for in a passage, each with its kind: an amount, a standard, a product, a word.

A term is a few plain words: it never holds markup, or more than a name or a figure.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache
from math import prod

from knowledge.quiz.questions import Language, Passage
from knowledge.quiz.sentences import Sentence, language_of, sentences_of, table_of, word_lists

MAX_TERM_CHARS = 60
MAX_TERMS = 200
# Kinds in the order in which they make good questions.
KINDS = ("amount", "standard", "family", "product", "code", "noun")

_AMOUNT = r"\d{1,9}(?:[.,]\d{1,6})?"
_THOUSANDS = re.compile(r"[1-9]\d{0,2}[.,]\d{3}")
_STANDARD = re.compile(
    r"\b(?:ISO|DIN|EN|ASTM|ANSI|VDI|IEC)(?:[ /-](?:EN|ISO|IEC))*[ -]?\d{2,6}(?:-\d{1,3})*(?![\w-])"
)
_PRODUCT = re.compile(
    r"\b[A-ZÄÖÜ][A-Za-zÄÖÜäöüß]{2,20}(?:[ -][A-Z][A-Za-z]{0,12})? \d{2,5}[A-Z]{0,3}(?![\w.,%-]*\d|\w)"
)
_CODE = re.compile(r"\b[A-Z]{1,6}(?:-?\d{1,6}[A-Z]{0,3})(?:-[A-Z0-9]{1,6}){0,2}(?![\w-])")


@dataclass(frozen=True, slots=True)
class Term:
    """`passage[start:end]`. Only terms of one `kind` stand beside each other as options.

    `key` is equal where two mean the same ("8 h", "8 hours"). `amount` is in `unit`, of an amount alone.
    """

    kind: str
    text: str
    key: str
    start: int
    end: int
    amount: float | None = None
    unit: str = ""


@dataclass(frozen=True, slots=True)
class _Unit:
    dimension: str
    name: str


def terms_of(passage: Passage) -> tuple[Term, ...]:
    """In their order; of a planning term with its meaning the term alone."""
    if passage.term is not None:
        start = passage.text.find(passage.term)
        end = start + len(passage.term)
        return (Term("planning term", passage.term, passage.term.casefold(), start, end),)
    language = language_of(passage.text)
    found: list[Term] = []
    for sentence in sentences_of(passage.text):
        taken: list[Term] = []
        for term in _candidates(sentence, language):
            if not any(term.start < other.end and other.start < term.end for other in taken):
                taken.append(term)
        found += taken
    return tuple(sorted(found, key=lambda term: term.start))[:MAX_TERMS]


def _candidates(sentence: Sentence, language: Language) -> Iterator[Term]:
    """The better kinds first: what they cover is not looked at again."""
    for term in (
        *_amounts(sentence, language),
        *_named(sentence, "standard", _STANDARD),
        *_products(sentence),
        *_named(sentence, "code", _CODE),
        *_family_words(sentence, language),
        *_nouns(sentence, language),
    ):
        if len(term.text) <= MAX_TERM_CHARS:
            yield term


def _amounts(sentence: Sentence, language: Language) -> Iterator[Term]:
    for match in _amount_pattern().finditer(sentence.text):
        unit = _units()[match["unit"]]
        bounds = [_number(match[name], language) for name in ("low", "high", "word") if match[name]]
        key = f"{unit.name}:{':'.join(format(bound, 'g') for bound in bounds)}"
        # A range is of another kind than a single figure: one among the others would tell itself.
        kind = f"amount:{unit.dimension}:{language}" + (":range" if len(bounds) > 1 else "")
        middle = prod(bounds) ** (1 / len(bounds))
        yield replace(_term(sentence, kind, match, key), amount=middle, unit=unit.name)


def _number(text: str, language: Language) -> float:
    said = table_of("numbers").get(text.casefold())
    if isinstance(said, int):
        return float(said)
    thousands = "." if language == "de" else ","
    if _THOUSANDS.fullmatch(text) and thousands in text:
        text = text.replace(thousands, "")
    return float(text.replace(",", "."))


def _products(sentence: Sentence) -> Iterator[Term]:
    for match in _PRODUCT.finditer(sentence.text):
        first = re.split(r"[ -]", match[0], maxsplit=1)[0].casefold()
        if first not in word_lists("words")["no_product"]:
            yield _term(sentence, "product", match, match[0].casefold())


def _named(sentence: Sentence, kind: str, pattern: re.Pattern[str]) -> Iterator[Term]:
    for match in pattern.finditer(sentence.text):
        yield _term(sentence, kind, match, re.sub(r"[ -]", "", match[0]).casefold())


def _family_words(sentence: Sentence, language: Language) -> Iterator[Term]:
    pattern, families = _family_pattern(language)
    for match in pattern.finditer(sentence.text):
        key = match[0].casefold()
        kind = f"family:{families[key]}:{language}"
        if language == "en":
            # Else number or capital would tell which one it is.
            kind += f":{_number_of(key)}:{'capital' if match[0][0].isupper() else ''}"
        yield _term(sentence, kind, match, key)


def _nouns(sentence: Sentence, language: Language) -> Iterator[Term]:
    lists = word_lists("nouns")
    for match in _noun_pattern(language).finditer(sentence.text):
        noun, before = match["noun"], match["before"].casefold()
        if noun in lists[f"{language}_never"]:
            continue
        # In English "a" and "an" tell the first letter; in German the article tells the gender.
        fits = before if language == "de" or before in {"a", "an"} else ""
        kind = f"noun:{language}:{fits}:{_number_of(noun) if language == 'en' else ''}"
        start = sentence.start + match.start("noun")
        yield Term(kind, noun, noun.casefold(), start, start + len(noun))


def _number_of(word: str) -> str:
    return "plural" if word.endswith("s") and not word.endswith("ss") else ""


def _term(sentence: Sentence, kind: str, match: re.Match[str], key: str) -> Term:
    start = sentence.start + match.start()
    return Term(kind, match[0], key, start, start + len(match[0]))


@cache
def _units() -> dict[str, _Unit]:
    return {
        spelling: _Unit(dimension, name)
        for dimension, units in table_of("units").items()
        if isinstance(units, dict)
        for name, spellings in units.items()
        if isinstance(spellings, list)
        for spelling in spellings
    }


@cache
def _amount_pattern() -> re.Pattern[str]:
    units = "|".join(re.escape(unit) for unit in sorted(_units(), key=len, reverse=True))
    words = "|".join(table_of("numbers"))
    return re.compile(
        rf"(?<![\w.,/-])(?:(?P<low>{_AMOUNT})(?:\s?(?:-|–|to|bis)\s?(?P<high>{_AMOUNT}))?\s?|(?P<word>{words})\s)"
        rf"(?P<unit>{units})(?![\w/²(])",
    )


@cache
def _family_pattern(language: Language) -> tuple[re.Pattern[str], dict[str, str]]:
    families = {
        word.casefold(): family
        for family, words in table_of("families").items()
        if isinstance(words, dict) and isinstance(listed := words[language], list)
        for word in listed
    }
    words = "|".join(re.escape(word) for word in sorted(families, key=len, reverse=True))
    return re.compile(rf"(?<![\w-])(?:{words})(?![\w-])", re.IGNORECASE), families


@cache
def _noun_pattern(language: Language) -> re.Pattern[str]:
    lists = word_lists("nouns")
    before = "|".join(sorted(lists[f"{language}_before"]))
    if language == "de":
        return re.compile(rf"\b(?P<before>(?i:{before})) (?P<noun>[A-ZÄÖÜ][a-zäöüß]{{3,40}})(?![\w-])")
    after = "|".join(sorted(lists["en_after"]))
    noun = r"[a-z]{4,24}"
    return re.compile(rf"\b(?P<before>(?i:{before})) (?P<noun>{noun})(?=[.,;:!?]|$| (?:{after})\b)")
