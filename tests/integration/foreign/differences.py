"""What a shop comes to, compared with what it should."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import cast

from leadhand.errors import JsonValue
from tests.integration.foreign.effects import effects
from tests.integration.foreign.shop_state import plain


@dataclass(frozen=True, slots=True)
class Truth:
    """All facts that a shop must hold after its file has come in, and what of them is new or gone then."""

    rules: Mapping[str, JsonValue]
    facts: Mapping[str, JsonValue]
    changed: frozenset[str]


def truth_of(path: Path) -> Truth:
    said = cast("dict[str, JsonValue]", json.loads(path.read_text("utf-8")))
    changed = [*cast("list[str]", said["new_or_changed"]), *cast("list[str]", said["must_be_gone"])]
    return Truth(
        cast("dict[str, JsonValue]", said["rules"]),
        cast("dict[str, JsonValue]", said["facts"]),
        frozenset(changed),
    )


def differences(truth: Truth, folder: Path) -> dict[str, str]:
    """By fact, what is missing in an exported shop, too much or wrong."""
    found, right = effects(folder, truth.rules), truth.facts
    ignored, optional = (_patterns(truth, name) for name in ("not_compared", "optional"))
    wrong: dict[str, str] = {}
    for key in sorted({*right, *found}):
        if _fits(key, ignored):
            continue
        if key not in found or key not in right:
            if not _fits(key, optional):
                what = f"is missing: {right[key]}" if key in right else f"is too much: {found[key]}"
                wrong[key] = what
        elif not _same(right[key], found[key]):
            wrong[key] = f"is {found[key]}, should be {right[key]}"
    return wrong


def compared(truth: Truth, keys: frozenset[str]) -> set[str]:
    ignored = _patterns(truth, "not_compared")
    return {key for key in keys if not _fits(key, ignored)}


def _patterns(truth: Truth, name: str) -> Sequence[str]:
    return cast("list[str]", truth.rules.get(name, []))


def _fits(key: str, patterns: Sequence[str]) -> bool:
    return any(fnmatchcase(key, pattern) for pattern in patterns)


def _same(right: JsonValue, found: JsonValue) -> bool:
    """Texts but for case and spaces; one of several where the truth has several."""
    if isinstance(right, dict) and "any_of" in right:
        return any(_same(choice, found) for choice in cast("list[JsonValue]", right["any_of"]))
    if isinstance(right, str) and isinstance(found, str):
        return plain(right).casefold() == plain(found).casefold()
    return right == found
