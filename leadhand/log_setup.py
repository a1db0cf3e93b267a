"""Sends the log lines of everything in the process to standard error, in one form."""

import logging
import re
import sys
from typing import Final

from pydantic import SecretStr

from leadhand.log_lines import JsonLines, TextLines
from leadhand.log_text import TALKATIVE, Redactor
from leadhand.settings import LogFormat, LogLevel, Settings

_PASSWORD_IN_ADDRESS: Final = re.compile(r"://[^:/@\s]*:(?P<password>[^@/\s]+)@")
# Below warnings they say nothing that our own lines do not, and say it on every request.
_QUIET: Final = (*TALKATIVE, "langchain_core", "langchain_openai", "uvicorn.access", "alembic", "asyncio")


def configure_logging(settings: Settings, *, debug: bool = False) -> None:
    """Called once, by the entry point of a process that serves. `debug` overrides LEADHAND_LOG_LEVEL."""
    level = LogLevel.DEBUG if debug else settings.log_level
    redact, whole = Redactor(_secrets(settings)), level is LogLevel.DEBUG
    lines = JsonLines if settings.log_lines is LogFormat.JSON else TextLines
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(lines(redact, whole=whole))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level.upper())
    for talkative in _QUIET:
        logging.getLogger(talkative).setLevel(logging.WARNING)
    logging.captureWarnings(True)


def _secrets(settings: Settings) -> list[str]:
    """Every secret among the settings; of an address, its password."""
    values = [
        value
        for name in type(settings).model_fields
        if isinstance(value := getattr(settings, name), SecretStr)
    ]
    texts = [value.get_secret_value() for value in values]
    passwords = [found["password"] for text in texts for found in _PASSWORD_IN_ADDRESS.finditer(text)]
    return [text for text in texts if "://" not in text] + passwords
