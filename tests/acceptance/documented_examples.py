"""The fenced blocks of a page, and what each of their lines asks a reader to do."""

import re
import shlex
from dataclasses import dataclass
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[2]
# Put before a block in the page, where readers do not see it.
NOT_RUN: Final = re.compile(r"<!-- not run: (.+) -->")
FIGURES_VARY: Final = "<!-- figures vary -->"
# What `leadhand chat` prints to standard error.
BESIDE_THE_ANSWER: Final = ("→ ", "✓ ", "Continue with: ")
_FIGURE: Final = re.compile(r"\d")
_BLOCK: Final = re.compile(r"(?:^(<!-- [^\n]+ -->)\n+)?^```(\w*)\n(.*?)^```$", re.DOTALL | re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Command:
    """One command of a console block, and the lines that the page shows below it."""

    text: str
    shown: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Example:
    """One block. `why_not_run` is what the page says of a block that nobody can run in a test."""

    line: int
    language: str
    text: str
    why_not_run: str | None
    figures_vary: bool

    @property
    def commands(self) -> list[Command]:
        """Of a console block: each `$ ` line, with what follows it until it is a whole command."""
        found: list[Command] = []
        lines = self.text.splitlines()
        assert lines[0].startswith("$ "), f"line {self.line}: a console block begins with its command"
        while lines:
            command = lines.pop(0).removeprefix("$ ")
            while not _whole(command):
                command += "\n" + lines.pop(0)
            shown: list[str] = []
            while lines and not lines[0].startswith("$ "):
                shown.append(lines.pop(0))
            found.append(Command(command, tuple(shown)))
        return found


def examples(page: Path) -> list[Example]:
    """Every fenced block of the page, in order."""
    text = page.read_text(encoding="utf-8")
    found: list[Example] = []
    for match in _BLOCK.finditer(text):
        note = match[1] or ""
        reason = NOT_RUN.fullmatch(note)
        found.append(
            Example(
                line=text.count("\n", 0, match.start(3)),
                language=match[2],
                text=match[3],
                why_not_run=reason[1] if reason else None,
                figures_vary=note == FIGURES_VARY,
            )
        )
    return found


def _whole(command: str) -> bool:
    if command.endswith("\\"):
        return False
    try:
        shlex.split(command)
    except ValueError:  # an open quote
        return False
    return True


def answered(printed: str) -> bool:
    """Whether a tool ran to its end and the answer below it has a figure."""
    answer = [line for line in printed.splitlines() if not line.startswith(BESIDE_THE_ANSWER)]
    return re.search(r"^✓ \w+", printed, re.MULTILINE) is not None and any(map(_FIGURE.search, answer))


def agrees(shown: tuple[str, ...], printed: str, *, figures_vary: bool) -> bool:
    """Whether the page shows what was printed; `…` stands for whatever is there, alone on a line for lines.

    Where figures vary (an answer about the present moment), only the tools that ran can be compared.
    """
    if figures_vary:
        called = [line.split(" {")[0] for line in shown if line.startswith("→ ")]
        return bool(printed.strip()) and all(call in printed for call in called)
    pattern = ""
    for line in shown:
        if line.strip() == "…":
            pattern += r"(?:.*\n)*?"
        else:
            pattern += ".*".join(re.escape(part) for part in line.rstrip().split("…")) + r"[ \t]*\n"
    return (
        re.fullmatch(pattern, printed if printed.endswith("\n") or not printed else f"{printed}\n")
        is not None
    )
