"""What is kept of an earlier import of files with the same headers, less what a person takes back."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from leadhand.errors import InvalidRequest
from storage.exchange.problems import shown

# `kept=forget` takes all of it back, `KEY=forget` one answer, `replace.*=forget` all that begin so.
KEPT_ANSWERS, FORGET = "kept", "forget"
_ANY = "*"


@dataclass(frozen=True, slots=True)
class Forgotten:
    """`keys`: as a person writes them."""

    keys: tuple[str, ...] = ()

    @property
    def everything(self) -> bool:
        return KEPT_ANSWERS in self.keys

    def less(self, kept: Mapping[str, str]) -> dict[str, str]:
        """What stays of what is kept."""
        return {key: value for key, value in kept.items() if not any(self._names(key))}

    def unknown(self, kept: Mapping[str, str]) -> list[str]:
        """Of the keys, those of which nothing is kept."""
        return [
            said for said in self.keys if said != KEPT_ANSWERS and not any(_is(said, key) for key in kept)
        ]

    def _names(self, key: str) -> Iterator[bool]:
        return (said == KEPT_ANSWERS or _is(said, key) for said in self.keys)


def _is(said: str, key: str) -> bool:
    return key.startswith(said[:-1]) if said.endswith(_ANY) else key == said


def without_forgotten(answers: Mapping[str, str]) -> tuple[dict[str, str], Forgotten]:
    """The answers that say something, and what others take back.

    Raises:
        InvalidRequest: `kept` has another value.
    """
    said = answers.get(KEPT_ANSWERS)
    if said is not None and said.strip() != FORGET:
        raise InvalidRequest(f"{KEPT_ANSWERS}={shown(said)} is no answer; right would be: {FORGET}.")
    back = tuple(key for key, value in answers.items() if value.strip() == FORGET)
    return {key: value for key, value in answers.items() if key not in back}, Forgotten(back)
