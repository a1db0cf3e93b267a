"""German verbs that are parted in a sentence: "Plane WO-4003 morgen ein" is "einplanen"."""

from functools import cache

from models.builtin.lexicon import Sense, lexicon, read_table, table
from models.builtin.words import Word, spelled, words_of

# What may stand behind the second part of a verb, beside the end of its clause.
_ENDS = ".,;:?!\n"
_NEAR = 9
_BEHIND = frozenset({"und", "oder", "bitte", "dann", "sonst", "damit"})


def parted_verbs(text: str, words: tuple[Word, ...]) -> dict[int, tuple[Sense, ...]]:
    """By the index of the verb: what the whole verb means; by that of its second part: nothing more."""
    found: dict[int, tuple[Sense, ...]] = {}
    for last, particle in enumerate(words):
        loose = _verbs("phrasal").get(particle.spelled)
        strict = _verbs("parted").get(particle.spelled) if _ends_clause(text, words, last) else None
        for verbs, reach in ((loose, _NEAR), (strict, last)):
            first = _verb_before(text, words[: last + 1], verbs or {}, reach)
            if verbs is not None and first is not None:
                found |= {first: verbs[words[first].spelled], last: ()}
    return found


def _verb_before(
    text: str, words: tuple[Word, ...], verbs: dict[str, tuple[Sense, ...]], reach: int
) -> int | None:
    last = len(words) - 1
    for first in range(last - 1, max(-1, last - reach - 1), -1):
        if any(sign in text[words[first].end : words[first + 1].start] for sign in ".;?!\n"):
            return None
        if words[first].spelled in verbs:
            return first if last - first > 1 else None
    return None


def _ends_clause(text: str, words: tuple[Word, ...], index: int) -> bool:
    if index + 1 == len(words):
        return True
    gap = text[words[index].end : words[index + 1].start]
    return any(sign in gap for sign in _ENDS) or words[index + 1].spelled in _BEHIND


@cache
def _verbs(name: str) -> dict[str, dict[str, tuple[Sense, ...]]]:
    """By second part, then by form of the first: the senses of the whole verb."""
    verbs: dict[str, dict[str, tuple[Sense, ...]]] = {}
    for parts, forms in table(read_table("language")[name]).items():
        one, _, other = parts.partition("|")
        particle, whole = (one, one + other) if name == "parted" else (other, f"{one} {other}")
        words = words_of(whole)
        hit = lexicon().at(words, 0, reach=len(words))
        if hit is not None and hit.length == len(words):
            known = verbs.setdefault(spelled(particle), {})
            known |= {spelled(form): hit.senses for form in str(forms).split()}
    return verbs
