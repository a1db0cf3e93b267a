"""How the bytes of a text file are read. What only looks likely is asked, with the words as each would
read."""

import codecs
import re
from collections.abc import Sequence

from charset_normalizer import from_bytes

from storage.foreign.decisions import Choice, Decisions, Question
from storage.foreign.grid import composed
from storage.foreign.plausible_text import likeness

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig", "its byte order mark says UTF-8"),
    (codecs.BOM_UTF32_LE, "utf-32", "its byte order mark says UTF-32"),
    (codecs.BOM_UTF16_LE, "utf-16", "its byte order mark says UTF-16"),
    (codecs.BOM_UTF16_BE, "utf-16", "its byte order mark says UTF-16"),
)
# What shop systems write besides Unicode; each is shown only where it reads differently from those before.
LEGACY = (
    "cp1252", "cp1250", "iso-8859-2", "iso-8859-15", "cp850", "cp852", "cp437", "cp1257", "cp1254", "cp1258",
    "mac-roman", "cp1251", "koi8-r", "cp866", "cp1253", "cp1255", "cp1256", "cp874", "cp932", "cp949",
    "gb18030", "big5",
)  # fmt: skip
ENCODING = "encoding"
MAX_CHOICES = 12
_SAYS = re.compile(
    rb"""(?:<\?xml[^>]*?encoding|<meta[^>]*?charset)\s*=\s*["']?([A-Za-z0-9_.:-]+)""", re.IGNORECASE
)
_SAYING_BYTES = 2_000
_LATIN_1 = {"iso-8859-1", "latin1", "iso_8859-1"}
_SAMPLE_BYTES = 200_000
# No second byte of a sign is one of these, in any of the encodings above.
_BETWEEN = re.compile(rb"[\s;,\"]+")
_MAX_WORD_CHARS = 30
_SHOWN, _MOST_WORDS = 6, 3_000
# Of the words beyond ASCII at least so many must look like words.
_LIKELY = 0.5


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


def with_kept(raw: bytes, kept: Sequence[str]) -> tuple[str, ...]:
    """The encodings that would be asked about, and those of `kept` that can read the bytes."""
    found = (choice.value for choice in _question(raw).choices)
    return tuple(dict.fromkeys([*found, *(name for name in kept if _reads(raw, name))]))


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
    words = [word for word in dict.fromkeys(_BETWEEN.split(raw)) if not word.isascii()][:_MOST_WORDS]
    # What statistics say is one more candidate, no answer: they take cp1252 for cp1250.
    names = (*LEGACY, *([likely.encoding] if likely is not None else []))
    read: dict[tuple[str, ...], str] = {}
    for name in names:
        if _reads(raw, name):
            read.setdefault(tuple(composed(word.decode(name, "replace")) for word in words), name)
    ranked = sorted(((likeness(texts), texts, name) for texts, name in read.items()), key=_by_likeness)
    found = [(name, texts) for score, texts, name in ranked if score >= _LIKELY] or [
        (name, texts) for _, texts, name in ranked if all(map(str.isprintable, texts))
    ]
    found = found[:MAX_CHOICES]
    told = _telling([texts for _, texts in found])
    choices = tuple(Choice(name, " ".join(texts[n][:_MAX_WORD_CHARS] for n in told)) for name, texts in found)
    return Question(
        "encoding",
        "In which encoding is the text? Take the line whose words read right.",
        choices,
        why="it is not UTF-8, and the bytes alone do not say what else; any other that Python knows by name "
        "can be said too, such as cp861",
    )


def _by_likeness(ranked: tuple[float, tuple[str, ...], str]) -> tuple[float, int]:
    score, _, name = ranked
    return -round(score, 1), LEGACY.index(name) if name in LEGACY else len(LEGACY)


def _telling(read: Sequence[tuple[str, ...]]) -> list[int]:
    """Which words are shown: those that tell the readings apart, and the first beside them."""
    if not read:
        return []
    told: list[int] = []
    apart = 1
    for _ in range(_SHOWN):
        counts = [
            (len({tuple(texts[n] for n in (*told, at)) for texts in read}), -at) for at in range(len(read[0]))
        ]
        best, place = max(counts, default=(0, 0))
        if best <= apart:
            break
        told.append(-place)
        apart = best
    more = [at for at in range(len(read[0])) if at not in told][: _SHOWN - len(told)]
    return sorted([*told, *more])
