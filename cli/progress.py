"""How far a long command is: a bar on a terminal, one line in a log."""

from collections.abc import Callable, Generator
from contextlib import contextmanager

from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    TaskProgressColumn,
    TextColumn,
    TimeRemainingColumn,
)

from cli.terminal import err


@contextmanager
def counted(label: str) -> Generator[Callable[[int, int], None]]:
    """`(done, total)` in whatever is counted."""
    with _bar(label, MofNCompleteColumn()) as update:
        yield lambda done, total: update(label, done, total)


@contextmanager
def by_file(label: str) -> Generator[Callable[[str, int, int], None]]:
    """`(file, done, total)` as a share of the whole."""
    with _bar(label, TaskProgressColumn()) as update:
        yield lambda file, done, total: update(f"{label}: {file}", done, total)


@contextmanager
def _bar(label: str, share: ProgressColumn) -> Generator[Callable[[str, int, int], None]]:
    console = err()
    if not console.is_terminal:
        console.print(f"{label}…")
        yield lambda text, done, total: None
        return
    columns = (TextColumn("{task.description}"), BarColumn(), share, TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task(label, total=None)
        yield lambda text, done, total: bar.update(
            task, description=text, completed=min(done, total), total=total
        )
