"""The web origins whose pages may call from a browser, as browsers spell them."""

import re
from typing import Final

# What a browser sends in `Origin`: scheme and host in lower case, the port unless it is the scheme's own.
_ORIGIN: Final = re.compile(
    r"(?P<scheme>https?)://(?P<host>[a-z0-9]([a-z0-9._-]*[a-z0-9])?|\[[0-9a-f:.]+\])(:(?P<port>[1-9]\d{0,4}))?"
)
_OWN_PORTS: Final = {"http": "80", "https": "443"}


def origins_of(text: str | None) -> tuple[str, ...]:
    """The origins in a list separated by commas.

    Raises:
        ValueError: one of them is none that a browser could send; the message says which and why.
    """
    named = [part.strip() for part in (text or "").split(",")]
    origins = tuple(dict.fromkeys(part for part in named if part))
    for place, origin in enumerate(origins, start=1):
        found = _ORIGIN.fullmatch(origin)
        if found is None:
            raise ValueError(
                f"origin {place} must be like https://planning.example or http://localhost:3000: lower case, "
                "no path, no *"
            )
        if found["port"] == _OWN_PORTS[found["scheme"]]:
            raise ValueError(f"origin {place} must leave out :{found['port']}, as browsers do")
    return origins
