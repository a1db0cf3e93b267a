"""The secret that signs and checks HS256 bearer tokens: the configured one, else a development one.

The development secret is made once, at random, and kept in the data directory for its owner alone, so that
`leadhand token` and a running server agree without any configuration.
"""

import os
import secrets
import tempfile
from contextlib import suppress
from pathlib import Path

from leadhand.errors import InvalidSetting
from leadhand.settings import MIN_JWT_SECRET_BYTES, Environment, Settings

FILE_NAME = "dev-jwt-secret"


def signing_secret(settings: Settings) -> str:
    """The HS256 secret: `settings.jwt_secret`, or in development the one kept in `settings.data_dir`.

    Raises:
        InvalidSetting: production without LEADHAND_JWT_SECRET, or a data directory that cannot be used.
    """
    if settings.jwt_secret is not None:
        return settings.jwt_secret.get_secret_value()
    if settings.env is Environment.PRODUCTION:
        raise InvalidSetting("LEADHAND_JWT_SECRET: must be set in production to sign or check HS256 tokens")
    path = settings.data_dir / FILE_NAME
    try:
        secret = _read(path) or _create(path)
    except OSError as error:
        raise InvalidSetting(
            f"LEADHAND_DATA_DIR: the folder cannot hold the development secret ({error.strerror})"
        ) from None
    if len(secret.encode()) < MIN_JWT_SECRET_BYTES:
        raise InvalidSetting(f"LEADHAND_DATA_DIR: {FILE_NAME} is damaged; delete it and start again")
    return secret


def _read(path: Path) -> str | None:
    try:
        return path.read_text(encoding="ascii", errors="replace").strip()
    except FileNotFoundError:
        return None


def _create(path: Path) -> str:
    """Whoever links its finished file first wins, so no process ever reads a half-written secret."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    descriptor, draft = tempfile.mkstemp(prefix=f".{FILE_NAME}-", dir=path.parent)  # mkstemp makes it 0600
    try:
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(secrets.token_urlsafe(48) + "\n")
            file.flush()
            os.fsync(file.fileno())
        with suppress(FileExistsError):
            os.link(draft, path)
        return path.read_text(encoding="ascii").strip()
    finally:
        Path(draft).unlink()
