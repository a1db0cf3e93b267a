"""Makes a summary of what a model wrote: lines of plain text, bounded, whatever it was."""

import re
import unicodedata

from memory.title_text import written

# Some 500 tokens: what every turn of a long thread carries along.
MAX_SUMMARY_CHARS = 2_000

_BLANK_LINES = re.compile(r"\n{2,}")
# Control, format (bidirectional, invisible), surrogate, private, unassigned; separators of lines, paragraphs.
_NOT_SHOWN = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}


def shape_summary(text: str) -> str | None:
    """At most MAX_SUMMARY_CHARS of it, whole words, without reasoning; None when there are no words."""
    shown = "".join(
        char
        for char in written(text).replace("\t", " ")
        if char == "\n" or unicodedata.category(char) not in _NOT_SHOWN
    )
    lines = "\n".join(" ".join(line.split()) for line in shown.splitlines())
    told = _BLANK_LINES.sub("\n", unicodedata.normalize("NFC", lines)).strip()
    return _cut(told) if any(char.isalnum() for char in told) else None


def _cut(told: str) -> str:
    if len(told) <= MAX_SUMMARY_CHARS:
        return told
    words = told[: MAX_SUMMARY_CHARS - 1]
    end = max(words.rfind(" "), words.rfind("\n"))
    return (words[:end] if end > MAX_SUMMARY_CHARS // 2 else words).rstrip() + "…"
