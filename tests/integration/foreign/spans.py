"""Spans of time: united, and without others."""

from collections.abc import Iterable
from datetime import datetime
from typing import TypeAlias

Span: TypeAlias = "tuple[datetime, datetime]"


def merged(spans: Iterable[Span]) -> list[Span]:
    """In order, none empty, those that touch as one."""
    found: list[Span] = []
    for start, end in sorted(span for span in spans if span[0] < span[1]):
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], end))
        else:
            found.append((start, end))
    return found


def without(spans: Iterable[Span], taken: Iterable[Span]) -> list[Span]:
    """What is left of `spans` where nothing is `taken`."""
    left: list[Span] = []
    gone = merged(taken)
    for span in merged(spans):
        start, end = span
        for first, last in gone:
            if last <= start or first >= end:
                continue
            if first > start:
                left.append((start, first))
            start = max(start, last)
        if start < end:
            left.append((start, end))
    return left
