"""The form of an API key: `lh_<id>_<secret>`.

The id is public: it names the key in lists and finds its row. The secret part is 256 random bits, kept by its
owner alone; we keep its SHA-256.
"""

import hashlib
import hmac
import re
import secrets
from dataclasses import dataclass, field
from typing import Final

API_KEY_PREFIX: Final = "lh_"
ID_BYTES: Final = 8
SECRET_BYTES: Final = 32
_FORM: Final = re.compile(
    rf"lh_(?P<id>[0-9a-f]{{{2 * ID_BYTES}}})_(?P<secret>[0-9a-f]{{{2 * SECRET_BYTES}}})"
)


@dataclass(frozen=True, slots=True)
class ApiKey:
    """A whole key. Only `text` shows the secret."""

    id: str
    _secret: str = field(repr=False)

    @property
    def text(self) -> str:
        """What its owner sends after `Bearer`."""
        return f"{API_KEY_PREFIX}{self.id}_{self._secret}"

    @property
    def secret_sha256(self) -> bytes:
        """What is stored of the secret."""
        return hashlib.sha256(self._secret.encode("ascii")).digest()

    def matches(self, secret_sha256: bytes) -> bool:
        """Whether this is the key of that digest; takes the same time whatever differs."""
        return hmac.compare_digest(self.secret_sha256, secret_sha256)


def new_api_key() -> ApiKey:
    return ApiKey(secrets.token_hex(ID_BYTES), secrets.token_hex(SECRET_BYTES))


def parse_api_key(text: str) -> ApiKey:
    """Raises ValueError, without the text, for what is no key of ours."""
    found = _FORM.fullmatch(text)
    if found is None:
        raise ValueError("not an API key")
    return ApiKey(found["id"], found["secret"])
