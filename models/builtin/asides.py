"""What is said beside a question and carries dates or verbs of its own: "like we talked about last week"."""

import re
from functools import cache

from models.builtin.lexicon import listed, read_table, table


def without_asides(text: str) -> str:
    """The text without them; what is left is not changed otherwise."""
    said = text
    for pattern in _patterns():
        said = pattern.sub("", said)
    return said


@cache
def _patterns() -> tuple[re.Pattern[str], ...]:
    by_language = table(read_table("language")["asides"])
    return tuple(
        re.compile(rf"(?<![\w-]){pattern}(?!\w)[ ,]*", re.IGNORECASE)
        for patterns in by_language.values()
        for pattern in map(str, listed(patterns))
    )
