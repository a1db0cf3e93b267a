"""What an event of a calendar says in words: its description in lines, which may name what they say
(`Machine: M-101`), and what a program has added (`X-ORDER`)."""

import html
import re
from collections.abc import Iterator
from typing import cast

from icalendar import Event, Todo

MAX_TEXT_CHARS = 5_000
_TAG = re.compile(r"</?(?:br|p|div|span|a|b|i|u|s|em|strong|font|ul|ol|li|html|body|head|h\d)\b[^<>]*>", re.I)
_BREAK = re.compile(r"<br\s*/?>|</(?:p|div|li|h\d)>", re.I)
# A line that names what it says; an address (https://…) does not.
_NAMED = re.compile(r"[\s\-*•·]*(?P<name>[^\W\d_][^:=：]{0,39}?)\s*[:=：](?!//)\s*(?P<said>\S.*)")
# What programs add for themselves.
_OF_PROGRAMS = (
    "X-MICROSOFT-", "X-MS-", "X-APPLE-", "X-GOOGLE-", "X-MOZ-", "X-EVOLUTION-", "X-FUNAMBOL-", "X-LIC-",
    "X-LOTUS-", "X-ZOHO-", "X-YAHOO-", "X-KDE-", "X-ALT-DESC", "X-CALENDARSERVER-", "X-LEADHAND-",
)  # fmt: skip


def text_of(event: Event | Todo, name: str) -> str:
    """What a property says, on its lines; several of one name are parted by `;`."""
    found = event.get(name)
    parts = cast("list[object]", found) if isinstance(found, list) else [found] if found is not None else []
    return "; ".join(filter(None, (plain_text(str(part)) for part in parts)))


def plain_text(text: str) -> str:
    """A text without the signs of a web page, in which some programs write their descriptions."""
    if _TAG.search(text):
        text = html.unescape(_TAG.sub("", _BREAK.sub("\n", text.replace("\n", " "))))
    lines = (" ".join(line.replace("\xa0", " ").split()) for line in text.splitlines())
    return "\n".join(lines).strip()[:MAX_TEXT_CHARS]


def named_lines(text: str) -> Iterator[tuple[str, str]]:
    """The lines of a description that name what they say, each as its name and that."""
    for line in text.splitlines():
        found = _NAMED.fullmatch(line)
        if found is not None:
            # A name is a header, and answers part headers by `;`.
            yield " ".join(found["name"].replace(";", ",").split()), found["said"].strip()


def own_properties(event: Event | Todo) -> Iterator[str]:
    """The names of what somebody has added to the format and holds text."""
    for name in cast("Iterator[str]", iter(event)):
        if (
            name.upper().startswith("X-")
            and not name.upper().startswith(_OF_PROGRAMS)
            and text_of(event, name)
        ):
            yield name.upper()
