"""Where the date phrases of a text are."""

from planning.date_phrases.grammar import PhraseGrammar
from planning.date_phrases.reading import Firmness, Parsed
from planning.date_phrases.tokens import Kind, Token, tokenize
from planning.date_phrases.windows import PhraseSpan

MAX_TEXT_CHARS = 10_000
_GLUE = "-–—/_.#+"


def find_phrases(text: str) -> list[PhraseSpan]:
    """The longest date phrases of running text, in order, not overlapping.

    Numbers that are no dates ("50-hour", "Puma 3100", "order 2026-114") and words that may be something else
    ("Jan", "may", "Sat" without a preposition) are left alone. Text beyond MAX_TEXT_CHARS is not looked at.
    """
    text = text[:MAX_TEXT_CHARS]
    tokens = tokenize(text)
    grammar = PhraseGrammar(tokens)
    found: list[PhraseSpan] = []
    at = 0
    while at < len(tokens):
        parsed = _phrase_at(grammar, at, text)
        if parsed is None:
            at += 1
            continue
        start, end = tokens[at].start, tokens[parsed.end - 1].end
        found.append(PhraseSpan(start, end, text[start:end]))
        at = parsed.end
    return found


def _phrase_at(grammar: PhraseGrammar, at: int, text: str) -> Parsed | None:
    token = grammar.tokens[at]
    if token.kind in {Kind.OTHER, Kind.COMMA, Kind.DASH} or _glued(text, token.start - 1):
        return None
    if at > 0 and grammar.entry("recurring", at - 1) is not None:
        return None
    parsed = grammar.phrase(at)
    if parsed is None or parsed.firmness is not Firmness.FIRM:
        return None
    return None if _runs_on(grammar.tokens[parsed.end - 1], text) else parsed


def _glued(text: str, before: int) -> bool:
    """Whether a phrase here would begin in the middle of a code such as "VF-4"."""
    return before >= 0 and (text[before] in _GLUE or text[before].isalnum())


def _runs_on(last: Token, text: str) -> bool:
    """Whether the last token goes on, as in "Friday-only" or "49.5"."""
    after, following = text[last.end : last.end + 1], text[last.end + 1 : last.end + 2]
    return after.isalnum() or (after in _GLUE and after != "" and following.isalnum())
