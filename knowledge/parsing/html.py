"""HTML: its visible text, block by block. No script runs, nothing is loaded."""

from html.parser import HTMLParser

from knowledge.parsing.blocks import Block, Headings, ReadDocument

_HIDDEN = {"script", "style", "template", "noscript", "svg", "nav"}
_HEADINGS = {f"h{level}": level for level in range(1, 7)}
_BLOCKS = {
    "address", "article", "aside", "blockquote", "body", "br", "dd", "div", "dl", "dt", "fieldset",
    "figcaption", "figure", "footer", "form", "header", "hr", "li", "main", "ol", "p", "pre", "section",
    "table", "tr", "ul", *_HEADINGS,
}  # fmt: skip
_CELLS = {"td", "th"}


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.blocks: list[Block] = []
        self.title: str | None = None
        self._headings = Headings()
        self._said: list[str] = []
        self._hidden = 0
        self._in_title = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        del attrs
        if tag in _HIDDEN:
            self._hidden += 1
        if tag in _BLOCKS:
            self._end_block()
        if tag in _CELLS and any(part.strip() for part in self._said):
            self._said.append(" | ")
        if tag == "title":
            self._end_block()
            self._in_title = True

    def handle_endtag(self, tag: str) -> None:
        if tag in _HIDDEN:
            self._hidden = max(0, self._hidden - 1)
        if tag in _HEADINGS:
            name = self._taken()
            self._headings.enter(_HEADINGS[tag], name)
            self.title = self.title or (name if tag == "h1" else None)
        elif tag == "title" and self._in_title:
            self._in_title = False
            self.title = self._taken() or None
        elif tag in _BLOCKS:
            self._end_block()

    def handle_data(self, data: str) -> None:
        if not self._hidden:
            self._said.append(data)

    def close(self) -> None:
        super().close()
        self._end_block()

    def _taken(self) -> str:
        text = " ".join("".join(self._said).split())
        self._said.clear()
        return text

    def _end_block(self) -> None:
        if text := self._taken():
            self.blocks.append(Block(text, self._headings.path))


def read_html(text: str) -> ReadDocument:
    """Headings are h1 to h6; the cells of a table's row stand in one line."""
    reader = _Reader()
    reader.feed(text)
    reader.close()
    return ReadDocument(reader.title, tuple(reader.blocks))
