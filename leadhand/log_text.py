"""What may stand in a log: where a fault is and what kind it is, but no secret and nothing that people wrote.

The text of a foreign exception may hold anything: a refused row with its message, a tool's output, a
provider's echo of the prompt. So it is left out unless its type speaks of code and connections alone; the
traceback says the rest. `LEADHAND_LOG_LEVEL=debug` shows it all.
"""

import logging
import re
import traceback
from collections.abc import Iterable
from typing import Final, cast

from leadhand.errors import LeadhandError

WITHHELD: Final = "(text withheld; LEADHAND_LOG_LEVEL=debug shows it)"
MAX_CHAIN: Final = 8
# Their texts are about code, files and connections, never about what somebody asked.
_SPEAKING: Final = {
    "builtins": {
        "AttributeError", "BrokenPipeError", "ConnectionError", "ConnectionRefusedError",
        "ConnectionResetError", "FileNotFoundError", "ImportError", "MemoryError", "ModuleNotFoundError",
        "NameError", "NotImplementedError", "OSError", "PermissionError", "RecursionError", "TimeoutError",
        "TypeError",
    },
    "psycopg": {"OperationalError", "InterfaceError"},
    "psycopg_pool": {"PoolTimeout", "PoolClosed", "TooManyRequests"},
}  # fmt: skip
# What else tells one fault from another, by attribute: of databases, of HTTP clients.
_TELLING: Final = ("sqlstate", "status_code", "errno")
_PLACES: Final = ("table_name", "column_name", "constraint_name")

# Loggers of ours. What others log is cut down to what cannot hold a text.
OURS: Final = {
    "leadhand", "planning", "models", "storage", "jobs", "knowledge", "memory", "tools", "graph", "runs",
    "reports", "server", "cli",
}  # fmt: skip
# They put requests, answers and whole exceptions into their messages: their templates alone are logged.
TALKATIVE: Final = {
    "httpx",
    "httpx2",
    "httpcore",
    "httpcore2",
    "langchain",
    "langgraph",
    "openai",
    "langsmith",
}
_WARNING_PLACE: Final = re.compile(r"^(?P<place>.*?:\d+: \w+)")
_MAX_MESSAGE_CHARS: Final = 2_000


def told(error: BaseException, *, whole: bool = False) -> str:
    """The error in a line: its type, its code or what is safe of its text."""
    kind = type(error)
    name = kind.__qualname__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__qualname__}"
    if whole or kind.__name__ in _SPEAKING.get(kind.__module__, ()):
        return f"{name}: {error}" if str(error) else name
    if isinstance(error, LeadhandError):
        return f"{name}: {error.code}" + (f" ({error.note})" if error.note else "")
    diagnosis: object = getattr(error, "diag", None)
    marks = [f"{mark} {getattr(error, mark)}" for mark in _TELLING if getattr(error, mark, None) is not None]
    marks += [f"{mark} {getattr(diagnosis, mark)}" for mark in _PLACES if getattr(diagnosis, mark, None)]
    return " ".join((f"{name}:", *marks, WITHHELD))


def traceback_of(error: BaseException, *, whole: bool = False) -> str:
    """The traceback of the error and of those behind it, the first one first; source lines, no values."""
    chain = [error]
    while (behind := _behind(chain[-1])) is not None and len(chain) < MAX_CHAIN and behind not in chain:
        chain.append(behind)
    parts: list[str] = []
    for each in reversed(chain):
        parts += traceback.format_tb(each.__traceback__)
        parts.append(f"{told(each, whole=whole)}\n")
        if isinstance(each, BaseExceptionGroup):
            group = cast("BaseExceptionGroup[BaseException]", each).exceptions[:MAX_CHAIN]
            parts += [f"in the group: {traceback_of(part, whole=whole)}\n" for part in group]
    return "".join(parts).rstrip("\n")


def _behind(error: BaseException) -> BaseException | None:
    return error.__cause__ or (None if error.__suppress_context__ else error.__context__)


def message_of(record: logging.LogRecord, *, whole: bool = False) -> str:
    """What the record says: ours as it is, that of libraries without what may be somebody's text."""
    family = record.name.partition(".")[0].partition("_")[0]
    if record.name == "py.warnings":
        place = _WARNING_PLACE.match(record.getMessage())
        return _shortened(record.getMessage() if whole or place is None else place["place"])
    if whole or family in OURS:
        return _shortened(record.getMessage())
    if family in TALKATIVE:
        return _shortened(str(record.msg))
    if isinstance(record.args, tuple):
        args = tuple(told(arg) if isinstance(arg, BaseException) else arg for arg in record.args)
        return _shortened(_first_line(_filled_in(str(record.msg), args)))
    return _shortened(_first_line(record.getMessage()))


def _filled_in(template: str, args: tuple[object, ...]) -> str:
    try:
        return template % args if args else template
    except (TypeError, ValueError):
        return template


def _first_line(text: str) -> str:
    """asyncio and others append the repr of what failed in further lines."""
    return text.partition("\n")[0]


def _shortened(text: str) -> str:
    """Both ends of it: the last words say what happened."""
    if len(text) <= _MAX_MESSAGE_CHARS:
        return text
    return f"{text[: _MAX_MESSAGE_CHARS // 2]} … {text[-_MAX_MESSAGE_CHARS // 2 :]}"


class Redactor:
    """Blanks what looks like a credential, and the secrets of this process, wherever they stand."""

    _FORMS: Final = (
        (re.compile(r"lh_([0-9a-f]{16})_[0-9a-f]{16,64}"), r"lh_\1_…"),
        (re.compile(r"eyJ[\w-]{5,}\.[\w-]+\.[\w-]*"), "…token…"),
        (re.compile(r"(?i)\b(bearer|basic)\s+[\w.~+/=-]{8,}"), r"\1 …"),
        (re.compile(r"(://[^:/@\s]*):[^@/\s]+@"), r"\1:…@"),
        (re.compile(r"(?i)\b(password|api_?key)(\s*[=:]\s*)(?!…)[^\s,;)]+"), r"\1\2…"),
        (re.compile(r"\bsk-[\w-]{8,}"), "sk-…"),
    )
    # What every one of the forms has in it: most lines have none, and cost one look.
    _HINT: Final = re.compile(r"(?i)lh_|eyj|bearer|basic|://|password|api_?key|sk-")
    # Shorter ones would blank ordinary words.
    _MIN_SECRET_CHARS: Final = 6

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        long_enough = sorted({s for s in secrets if len(s) >= self._MIN_SECRET_CHARS}, key=len, reverse=True)
        self._secrets = re.compile("|".join(map(re.escape, long_enough))) if long_enough else None

    def __call__(self, text: str) -> str:
        if self._secrets is not None:
            text = self._secrets.sub("…", text)
        if self._HINT.search(text):
            for form, shown in self._FORMS:
                text = form.sub(shown, text)
        return text
