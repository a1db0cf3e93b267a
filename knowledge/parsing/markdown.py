"""Markdown (CommonMark with tables), cut where its structure says; the text stays as it was written."""

from markdown_it import MarkdownIt

from knowledge.parsing.blocks import Block, Headings, ReadDocument

_READER = MarkdownIt("commonmark").enable("table")
# Blocks that hold the lines of a passage; what is inside them is not looked at.
_WHOLE = {"paragraph_open", "table_open", "bullet_list_open", "ordered_list_open", "blockquote_open"}
_WHOLE_LEAVES = {"fence", "code_block", "html_block"}


def read_markdown(text: str) -> ReadDocument:
    """The first heading of the first level is the title."""
    lines = text.split("\n")
    blocks: list[Block] = []
    headings, title = Headings(), None
    tokens = _READER.parse(text)
    for token, following in zip(tokens, [*tokens[1:], None], strict=True):
        if token.level != 0 or token.map is None:
            continue
        start, end = token.map
        if token.type == "heading_open" and following is not None:
            level = int(token.tag[1])
            headings.enter(level, following.content)
            title = title or (following.content if level == 1 else None)
        elif (token.type in _WHOLE or token.type in _WHOLE_LEAVES) and (
            written := "\n".join(lines[start:end]).strip()
        ):
            blocks.append(Block(written, headings.path))
    return ReadDocument(title, tuple(blocks))
