"""The sentences of a passage that answer a question, quoted."""

import re

from models.builtin.formats import escaped
from models.builtin.words import words_of

# As much as a reader takes in at once; of a passage in another language, which no word tells the place in.
MAX_CHARS, MAX_CHARS_UNSURE = 420, 800
_SENTENCE = re.compile(r"[^\n]+?(?:[.!?](?=\s|$)|(?=\n)|$)")
# What every sentence has.
_SHORT = 3


def excerpt(text: str, asked: str) -> str:
    """The part of `text` that shares most words with `asked`, whole sentences, as text without markup."""
    found = [_cells(one) if one.startswith("|") else one for one in map(str.strip, _SENTENCE.findall(text))]
    sentences = [one for one in found if one]
    wanted = _telling(asked)
    shared = [sum(len(word) for word in _telling(one) & wanted) for one in sentences]
    first = shared.index(max(shared)) if any(shared) else 0
    limit = MAX_CHARS if any(shared) else MAX_CHARS_UNSURE
    chosen, size = sentences[first : first + 1], len(sentences[first]) if sentences else 0
    for one in sentences[first + 1 :]:
        size += len(one)
        if size > limit:
            break
        chosen.append(one)
    before, behind = "… " if first else "", "" if first + len(chosen) >= len(sentences) else " …"
    return before + " ".join(escaped(one) for one in chosen) + behind


def _cells(row: str) -> str:
    """A row of a table as words; "" for the line below its head."""
    cells = [cell.strip() for cell in row.strip("| ").split("|")]
    return "" if all(not cell.strip("-: ") for cell in cells) else " – ".join(cells)


def _telling(text: str) -> set[str]:
    """Its longer words, without a plural's "s"."""
    plain = (word.plain for word in words_of(text))
    return {word.removesuffix("s") for word in plain if len(word) > _SHORT}
