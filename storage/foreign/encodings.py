"""How the bytes of a text file are read. What only looks likely is asked, with the words as each would
read."""

import codecs
import re
from itertools import islice

from charset_normalizer import from_bytes

from storage.foreign.decisions import Choice, Decisions, Question
from storage.foreign.grid import composed

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig", "its byte order mark says UTF-8"),
    (codecs.BOM_UTF32_LE, "utf-32", "its byte order mark says UTF-32"),
    (codecs.BOM_UTF16_LE, "utf-16", "its byte order mark says UTF-16"),
    (codecs.BOM_UTF16_BE, "utf-16", "its byte order mark says UTF-16"),
)
# What shop systems write besides Unicode; each is shown only where it reads differently from those before.
LEGACY = (
    "cp1252", "cp1250", "iso-8859-2", "iso-8859-15", "cp850", "cp437", "mac-roman", "cp1251", "cp1253",
    "cp1254",
)  # fmt: skip
ENCODING = "encoding"
MAX_CHOICES = 12
_SAYS = re.compile(
    rb"""(?:<\?xml[^>]*?encoding|<meta[^>]*?charset)\s*=\s*["']?([A-Za-z0-9_.:-]+)""", re.IGNORECASE
)
_SAYING_BYTES = 2_000
_LATIN_1 = {"iso-8859-1", "latin1", "iso_8859-1"}
_SAMPLE_BYTES = 200_000
_BETWEEN = re.compile(r"[\s;,|\"]+")
_MAX_WORD_CHARS = 30


def decoded(raw: bytes, decisions: Decisions) -> str | None:
    """The text, or None while nobody has said which encoding it is.

    A given encoding that cannot read the bytes is asked again.
    """
    proven = _proven(raw)
    question = _question(raw) if proven is None else Question("encoding", "In which encoding is the text?")
    encoding = decisions.settle(question, proven=proven, fits=lambda name: _reads(raw, name))
    return None if encoding is None else composed(raw.decode(encoding))


def is_proven(raw: bytes) -> bool:
    """Whether the bytes themselves say how they are read."""
    return _proven(raw) is not None


def candidates(raw: bytes) -> tuple[str, ...]:
    """The encodings that would be asked about."""
    return tuple(choice.value for choice in _question(raw).choices)


def _proven(raw: bytes) -> tuple[str, str] | None:
    for mark, name, why in _MARKS:
        if raw.startswith(mark):
            return (name, why) if _reads(raw, name) else None
    start = raw[:2000]
    for name, zeros in (("utf-16-le", start[1::2]), ("utf-16-be", start[0::2])):
        if len(start) >= 4 and zeros.count(0) > 0.8 * len(zeros) and _reads(raw, name):
            return name, "every second byte is zero, as in UTF-16"
    if raw.isascii():
        return "utf-8", "it has no letters beyond ASCII"
    if _reads(raw, "utf-8"):
        return "utf-8", "all of it is valid UTF-8"
    return _declared(raw)


def _declared(raw: bytes) -> tuple[str, str] | None:
    """What XML and web pages say of themselves; what they call ISO-8859-1 is cp1252, as browsers take it."""
    if not raw[:200].lstrip().startswith(b"<") or (said := _SAYS.search(raw[:_SAYING_BYTES])) is None:
        return None
    name = said[1].decode("ascii").lower()
    for encoding in ("cp1252", name) if name in _LATIN_1 else (name,):
        if _reads(raw, encoding):
            return encoding, f"its beginning says {said[1].decode('ascii')}"
    return None


def _reads(raw: bytes, encoding: str) -> bool:
    try:
        raw.decode(encoding)
    except (UnicodeError, LookupError):
        return False
    return True


def _question(raw: bytes) -> Question:
    likely = from_bytes(raw[:_SAMPLE_BYTES]).best()
    choices: dict[str, Choice] = {}
    # What statistics say is one more candidate, no answer: they take cp1252 for cp1250.
    for name in (*LEGACY, *([likely.encoding] if likely is not None else [])):
        if not _reads(raw, name):
            continue
        text = raw.decode(name)
        foreign = (word[:_MAX_WORD_CHARS] for word in _BETWEEN.split(text) if not word.isascii())
        words = " ".join(dict.fromkeys(islice(foreign, 6)))
        if any(not c.isprintable() for c in words if c != " "):
            continue
        choices.setdefault(words, Choice(name, words))
    found = tuple(choices.values())[:MAX_CHOICES]
    return Question(
        "encoding",
        "In which encoding is the text? Take the line whose words read right.",
        found,
        why="it is not UTF-8, and the bytes alone do not say what else; any other that Python knows by name "
        "can be said too, such as cp949",
    )
