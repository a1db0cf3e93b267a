"""Date phrases in running text ("next month", "KW 49", "from Tuesday to Friday") as windows of UTC minutes.

Pure: the clock (`as_of`), the shop's zone and its locale are arguments. English and German: the words are
data (`vocabulary.toml`), the grammar is `grammar.py`.
"""

from planning.date_phrases.find import find_phrases
from planning.date_phrases.resolve import resolve_range, resolve_window
from planning.date_phrases.windows import Grain, PhraseSpan, ResolvedWindow
from planning.date_phrases.wording import instant_text, span_text

__all__ = [
    "Grain",
    "PhraseSpan",
    "ResolvedWindow",
    "find_phrases",
    "instant_text",
    "resolve_range",
    "resolve_window",
    "span_text",
]
