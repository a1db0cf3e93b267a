"""Footers that know how many pages there are: pages are kept until the last one is made."""

# pyright: reportUnknownMemberType=false, reportUnknownArgumentType=false

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, cast

from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas

_SIZE = 7.5
_LEFT, _BOTTOM = 15 * mm, 10 * mm
# Points that the page's number needs at most.
_NUMBER = 90


@dataclass(frozen=True, slots=True)
class NumberedPages:
    """`text` stands left, `numbered` (page, pages) right."""

    font: str
    text: str
    numbered: Callable[[int, int], str]

    def canvas(self, *args: Any, **kwargs: Any) -> Canvas:
        """What reportlab draws a document on."""
        return _Numbered(self, *args, **kwargs)


class _Numbered(Canvas):
    def __init__(self, footer: NumberedPages, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._footer = footer
        self._kept: list[dict[str, Any]] = []

    def showPage(self) -> None:  # noqa: N802 - reportlab's name
        self._kept.append(dict(self.__dict__))
        self._startPage()  # pyright: ignore[reportAttributeAccessIssue]

    def save(self) -> None:
        for page, state in enumerate(self._kept, start=1):
            self.__dict__.update(state)
            self._draw_footer(page, len(self._kept))
            super().showPage()
        super().save()

    def _draw_footer(self, page: int, pages: int) -> None:
        size = self._pagesize  # pyright: ignore[reportAttributeAccessIssue, reportUnknownVariableType]
        width = cast("tuple[float, float]", size)[0]
        self.setFont(self._footer.font, _SIZE)
        self.drawString(_LEFT, _BOTTOM, self._fitting(width - 2 * _LEFT - _NUMBER))
        self.drawRightString(width - _LEFT, _BOTTOM, self._footer.numbered(page, pages))

    def _fitting(self, room: float) -> str:
        text = self._footer.text
        while text and self.stringWidth(text, self._footer.font, _SIZE) > room:
            text = text[:-2].rstrip() + "…" if len(text) > 1 else ""
        return text
