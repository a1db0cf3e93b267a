"""The report as Markdown with tables (GitHub's kind), for a chat or a wiki; pictures are told in words."""

import re
from collections.abc import Iterable, Sequence

from reports.forms.shown import ShownTable, made_line, shown_figures, shown_tables, written_by
from reports.report import Report, Section
from reports.wording import Words, one_line

# Whatever begins, ends or changes something in Markdown, GitHub's kind and HTML in it included.
_MARKUP = re.compile(r"([\\`*_{}\[\]<>()#+!|~$&^=@])")
_LEADING_COUNT = re.compile(r"^(\d+)([.)])")
# Bare addresses become links in many readers.
_ADDRESS = re.compile(r"(?i)(https?|ftp|file|mailto|javascript|data)(:)|(www)(\.)")


def markdown(report: Report) -> bytes:
    words = Words(report.language)
    blocks = [
        f"# {plain(report.title)}",
        f"**{plain(report.shop)}**",
        plain(report.period.text),
        plain(made_line(report, words)),
        *map(plain, report.narrative.paragraphs),
    ]
    by = written_by(report, words)
    if by:
        blocks.append(plain(by))
    figures = shown_figures(report, words)
    if figures:
        blocks.append(_rows([words("report.figure"), words("report.value")], figures))
    for section in report.sections:
        blocks += _section(section, words)
    if report.bounds:
        blocks.append(f"## {plain(words('report.bounds'))}")
        blocks.append("\n".join(f"* {plain(bound)}" for bound in report.bounds))
    return ("\n\n".join(blocks) + "\n").encode()


def plain(text: str) -> str:
    """`text` as one line that reads as it stands: no markup, no link, no HTML."""
    line = _ADDRESS.sub(_unlinked, one_line(text))
    escaped = _MARKUP.sub(r"\\\1", line)
    return _LEADING_COUNT.sub(r"\1\\\2", re.sub(r"^([-:])", r"\\\1", escaped))


def _unlinked(match: re.Match[str]) -> str:
    """With an invisible sign in it that keeps words together but is part of no address."""
    word, sign = (match[1], match[2]) if match[1] else (match[3], match[4])
    return f"{word}\u2060{sign}"


def _section(section: Section, words: Words) -> list[str]:
    blocks = [f"## {plain(section.title)}", *map(plain, section.sentences)]
    blocks += [f"*{plain(picture.title)}:* {plain(picture.alt)}" for picture in section.pictures]
    for table in shown_tables(section, words):
        blocks += _table(table)
    return blocks


def _table(table: ShownTable) -> list[str]:
    head = [column.title for column in table.columns]
    signs = ["--:" if column.is_number else "---" for column in table.columns]
    blocks = [f"### {plain(table.title)}", _rows(head, table.rows, signs)]
    return [*blocks, plain(table.more)] if table.more else blocks


def _rows(head: Sequence[str], rows: Iterable[Sequence[str]], signs: Sequence[str] | None = None) -> str:
    lines = [_row(map(plain, head)), _row(signs or ["---"] * len(head))]
    return "\n".join([*lines, *(_row(map(plain, row)) for row in rows)])


def _row(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"
