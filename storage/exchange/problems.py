"""What is wrong with a folder, row by row, and what is right but worth knowing."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from rapidfuzz import process
from rapidfuzz.distance import OSA

# Of one file; what comes after is not looked for.
MAX_PROBLEMS_A_FILE = 100
MAX_NOTICES_A_FILE = 20
_MAX_SHOWN_CHARS = 60
_NEAR = 0.6


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a row cannot be taken, and what would be right. `row` counts as a spreadsheet does: header 1.

    `row` None: the file itself. `value` is the cell as written, made visible and cut.
    """

    file: str
    row: int | None
    column: str | None
    value: str | None
    reason: str
    right: str = ""

    def __str__(self) -> str:
        where = self.file + ("" if self.row is None else f" row {self.row}")
        cell = "" if self.column is None else f", {self.column}"
        value = "" if self.value is None else f' "{self.value}"'
        return f"{where}{cell}{value}: {self.reason}" + (
            f"; right would be: {self.right}" if self.right else ""
        )


@dataclass(frozen=True, slots=True)
class Notice:
    """Something that was taken, in a way that the reader should know. `row` None: not from a row."""

    file: str
    row: int | None
    text: str

    def __str__(self) -> str:
        return self.file + ("" if self.row is None else f" row {self.row}") + f": {self.text}"


class TooManyProblems(Exception):
    """The bound of one file is reached: reading it further tells nothing new."""


@dataclass(slots=True)
class Findings:
    """All problems and notices of one import, bounded file by file."""

    problems: list[Problem] = field(default_factory=list[Problem])
    notices: list[Notice] = field(default_factory=list[Notice])
    # Files that were given up: what refers to their rows cannot be judged.
    given_up: set[str] = field(default_factory=set[str])
    _counts: Counter[str] = field(default_factory=Counter[str])
    _noticed: Counter[str] = field(default_factory=Counter[str])

    def problem(
        self,
        file: str,
        row: int | None,
        reason: str,
        right: str = "",
        *,
        column: str | None = None,
        value: str | None = None,
    ) -> None:
        """Add one.

        Raises:
            TooManyProblems: the file has had its fill.
        """
        if self._counts[file] >= MAX_PROBLEMS_A_FILE:
            raise TooManyProblems(file)
        self._counts[file] += 1
        cell = None if value is None else shown(value)
        self.problems.append(Problem(file, row, column, cell, reason, right))

    def give_up(self, file: str) -> None:
        self.given_up.add(file)

    def notice(self, file: str, row: int | None, text: str) -> None:
        self._noticed[file] += 1
        if self._noticed[file] <= MAX_NOTICES_A_FILE:
            self.notices.append(Notice(file, row, text))

    def more_notices(self) -> dict[str, int]:
        """How many notices of each file were left out."""
        return {
            file: count - MAX_NOTICES_A_FILE
            for file, count in self._noticed.items()
            if count > MAX_NOTICES_A_FILE
        }

    def wrong(self, *files: str) -> bool:
        """Whether any of the files has a problem: what depends on them all is then not judged."""
        return any(self._counts[file] for file in files)


def shown(text: str) -> str:
    """A stranger's text on one line, without a character that could act on a terminal."""
    visible = "".join(
        c if c.isprintable() else c.encode("unicode_escape").decode() for c in text[: _MAX_SHOWN_CHARS + 1]
    )
    return visible if len(visible) <= _MAX_SHOWN_CHARS else f"{visible[: _MAX_SHOWN_CHARS - 1]}…"


def nearest(word: str, known: Iterable[str]) -> str | None:
    """The known word that `word` most likely was meant to be."""
    found = process.extractOne(
        word.lower(), list(known), scorer=OSA.normalized_similarity, processor=str.lower, score_cutoff=_NEAR
    )
    return None if found is None else str(found[0])
