"""Where the date phrases of a text are."""

from planning.date_phrases.windows import PhraseSpan


def find_phrases(text: str) -> list[PhraseSpan]:
    """The longest date phrases of running text, in order, not overlapping."""
    del text
    return []
