"""What a stored UI message says in words."""

from collections.abc import Sequence

from leadhand.errors import JsonValue


def words_of(parts: Sequence[JsonValue], *, max_chars: int) -> str:
    """Its text parts, one below the other, cut off at `max_chars`; empty when it has none."""
    texts = [part.get("text") for part in parts if isinstance(part, dict) and part.get("type") == "text"]
    return "\n".join(text for text in texts if isinstance(text, str))[:max_chars].strip()
