"""Answer templates: text with places for values, so that what is said is data and nothing is computed.

    {path|format}          a value; formats are those of `formats.py`, or `word` for the template's own words
    {#path} … {/}          for each entry of a list, or once for a value that is there
    {#path:8} … {/}        for the first 8 entries
    {#path[key]} … {/}     for the entries whose `key` is true; [!key] for the others
    {#path>key} … {/}      the entries by `key`, highest first
    {^path} … {/}          when it is missing, empty, false or zero
    {?path=a|b} … {/}      when the value is a or b; {!path=a} when not; "@other" is another path

A line end right behind an opening tag is not part of the text. Tables and lists are parted from paragraphs by
a blank line.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from leadhand.errors import JsonValue
from models.builtin.formats import FORMATS

_TAG = re.compile(r"\{(?:([#^?!])([^{}\n]*)\}\n?|(/)\}|([^{}\n]*)\})")
_LIST = re.compile(r"(?P<path>[\w.]+)(?:\[(?P<not>!?)(?P<key>\w+)\])?(?:>(?P<sort>\w+))?(?::(?P<first>\d+))?")
_BLANK_LINES = re.compile(r"\n{3,}")


@dataclass(slots=True)
class _Section:
    sign: str
    rule: str
    parts: "list[str | _Value | _Section]" = field(default_factory=list)  # pyright: ignore[reportUnknownVariableType]


@dataclass(frozen=True, slots=True)
class _Value:
    path: str
    format: str


@dataclass(frozen=True, slots=True)
class Voice:
    """The language of an answer and its words for the codes of a result."""

    language: str
    words: Mapping[str, str]


def render(template: str, values: Mapping[str, JsonValue], voice: Voice) -> str:
    """The text; parts that are missing from `values` are left out or shown as "–"."""
    text = _filled(_parsed(template).parts, [values], voice)
    written: list[str] = []
    for line in (line.rstrip() for line in text.splitlines()):
        before = written[-1] if written else ""
        if before and line and _block(before) != _block(line):
            written.append("")
        written.append(line)
    return _BLANK_LINES.sub("\n\n", "\n".join(written)).strip()


def _block(line: str) -> str:
    """Which kind of Markdown block a line belongs to."""
    return "table" if line.startswith("|") else "list" if line.startswith("- ") else "text"


@lru_cache(maxsize=256)
def _parsed(template: str) -> _Section:
    root = _Section("", "")
    stack = [root]
    at = 0
    for tag in _TAG.finditer(template):
        stack[-1].parts.append(template[at : tag.start()])
        at = tag.end()
        if tag[3]:
            stack.pop()
        elif tag[1]:
            section = _Section(tag[1], tag[2].strip())
            stack[-1].parts.append(section)
            stack.append(section)
        else:
            path, _, named = tag[4].strip().partition("|")
            stack[-1].parts.append(_Value(path, named))
    if len(stack) != 1:
        raise ValueError(f"a section is not closed: {stack[-1].rule}")
    root.parts.append(template[at:])
    return root


def _filled(
    parts: "Sequence[str | _Value | _Section]", scopes: list[Mapping[str, JsonValue]], voice: Voice
) -> str:
    written: list[str] = []
    for part in parts:
        if isinstance(part, str):
            written.append(part)
        elif isinstance(part, _Value):
            written.append(_written(part, scopes, voice))
        else:
            written.extend(_filled(part.parts, inner, voice) for inner in _scopes_of(part, scopes))
    return "".join(written)


def _written(part: _Value, scopes: list[Mapping[str, JsonValue]], voice: Voice) -> str:
    value = _lookup(part.path, scopes)
    if part.format == "word":
        return voice.words.get(str(value), FORMATS[""](value, voice.language))
    return FORMATS[part.format](value, voice.language)


def _scopes_of(
    section: _Section, scopes: list[Mapping[str, JsonValue]]
) -> list[list[Mapping[str, JsonValue]]]:
    """In which scopes the section is written: none, one, or one for each entry."""
    if section.sign in {"?", "!"}:
        path, _, wanted = section.rule.partition("=")
        value = _lookup(path.strip(), scopes)
        other = [_lookup(w[1:], scopes) if w.startswith("@") else w for w in wanted.split("|")]
        equal = value is not None and any(value == w or str(value) == w for w in other if w is not None)
        return [scopes] if equal is (section.sign == "?") else []
    found = _entries(section.rule, scopes)
    if section.sign == "^":
        return [] if found else [scopes]
    return [[*scopes, entry] if isinstance(entry, dict) else [*scopes, {"item": entry}] for entry in found]


def _entries(rule: str, scopes: list[Mapping[str, JsonValue]]) -> Sequence[JsonValue]:
    match = _LIST.fullmatch(rule)
    if match is None:
        raise ValueError(f"not a rule of a template: {rule}")
    value = _lookup(match["path"], scopes)
    entries: Sequence[JsonValue] = value if isinstance(value, list) else [value] if value else []
    if match["key"]:
        wanted = not match["not"]
        entries = [row for row in entries if isinstance(row, dict) and bool(row.get(match["key"])) is wanted]
    if match["sort"]:
        entries = sorted(entries, key=lambda entry: -_amount(entry, match["sort"]))
    return entries[: int(match["first"])] if match["first"] else entries


def _amount(entry: JsonValue, key: str) -> float:
    value = entry.get(key) if isinstance(entry, dict) else None
    return float(value) if isinstance(value, int | float) else float("-inf")


def _lookup(path: str, scopes: list[Mapping[str, JsonValue]]) -> JsonValue:
    """The innermost scope that has the path's first name decides."""
    first, *rest = path.split(".")
    scope = next((scope for scope in reversed(scopes) if first in scope), None)
    value: JsonValue = scope[first] if scope is not None else None
    for name in rest:
        if isinstance(value, dict):
            value = value.get(name)
        elif isinstance(value, list):
            value = len(value) if name == "length" else _item(value, name)
        else:
            return None
    return value


def _item(entries: list[JsonValue], index: str) -> JsonValue:
    return entries[int(index)] if index.isdigit() and int(index) < len(entries) else None
