"""Makes a title of what a model wrote: one short line of plain words, whatever it was."""

import re
import unicodedata

MAX_TITLE_CHARS = 60

# Reasoning that some local models write into their answer.
_THOUGHTS = re.compile(r"\s*<think>.*?(?:</think>|\Z)", re.DOTALL | re.IGNORECASE)
_LABEL = re.compile(r"^(?:title|titel|titre|título|titolo)\s*[:：]\s*", re.IGNORECASE)
_QUOTES = re.compile('["“”„‟«»‹›`´＂]')
_AROUND = " \t#*_~-–—>|.,;:'‘’‚"
# Control, format (bidirectional, invisible), surrogate, private, unassigned; separators of lines, paragraphs.
_NOT_SHOWN = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}


def written(text: str) -> str:
    """What the model wrote for its reader: without the reasoning in front."""
    return _THOUGHTS.sub("", text, count=1) if text.lstrip()[:1] == "<" else text


def shape_title(text: str) -> str | None:
    """The first line with words in it as a title of at most 60 characters; None when there is none."""
    for line in written(text).splitlines():
        if title := _shaped(line):
            return title
    return None


def _shaped(line: str) -> str:
    shown = "".join(
        " " if char == "\t" else char
        for char in line
        if char == "\t" or unicodedata.category(char) not in _NOT_SHOWN
    )
    words = _LABEL.sub("", _QUOTES.sub("", unicodedata.normalize("NFC", shown)).strip(_AROUND))
    title = " ".join(words.split()).strip(_AROUND)
    return _cut(title) if any(char.isalnum() for char in title) else ""


def _cut(title: str) -> str:
    """At a word's end where there is one in the later half, never between a letter and its accent."""
    if len(title) <= MAX_TITLE_CHARS:
        return title
    end = title.rfind(" ", MAX_TITLE_CHARS // 2, MAX_TITLE_CHARS + 1)
    if end < 0:
        end = MAX_TITLE_CHARS
        while end > 1 and unicodedata.combining(title[end]):
            end -= 1
    return title[:end].rstrip(_AROUND)
