"""A legend in the file proposes what its codes mean, and answers only when a person says so."""

from storage.foreign.decisions import Choice, Question
from storage.foreign.grid import Grid, Sheet, cell_of
from storage.foreign.legends import proposed, with_legends

SHIFT = (Choice("06:00-14:00"), Choice("off"), Choice("vacation"), Choice("sick"))
STATUS = (Choice("released"), Choice("done"), Choice("hold"))


def _grid(*rows: tuple[str, ...]) -> Grid:
    return Grid("test", (Sheet("S", tuple(tuple(cell_of(text) for text in row) for row in rows)),))


def _asked(grid: Grid, *questions: tuple[str, tuple[Choice, ...]]) -> dict[str, str]:
    return proposed(with_legends([Question(key, "?", choices) for key, choices in questions], grid))


def test_a_table_of_codes_and_meanings_proposes_answers() -> None:
    grid = _grid(
        ("Name", "Mo", "Tu"), ("Ann", "F", "U"), ("Bob", "S", "F"), (), ("Code", "Meaning"),
        ("F", "early 06:00-14:00"), ("S", "late 14:00-22:00"), ("U", "vacation"), ("X", "ask Tom"),
    )  # fmt: skip
    asked = [(f"shift.{code}", SHIFT) for code in "FSUX"]
    answers = {"shift.F": "06:00-14:00", "shift.S": "14:00-22:00", "shift.U": "vacation"}
    assert _asked(grid, *asked) == answers
    told = with_legends([Question("shift.X", "?", SHIFT)], grid)[0]
    assert (told.why, told.suggested) == ('the file says: "X" is "ask Tom"', None)


def test_a_legend_may_stand_beside_a_table_or_in_one_cell() -> None:
    beside = _grid(
        ("Job", "St", "", "L", "hold"), ("A", "F", "", "F", "finished"), ("B", "L", "", "L", "on hold")
    )
    assert _asked(beside, ("status.F", STATUS)) == {"status.F": "done"}
    written = _grid(("Job", "Status"), ("A", "F"), ("F = done, L = on hold",))
    assert _asked(written, ("status.F", STATUS), ("status.L", STATUS)) == {
        "status.F": "done", "status.L": "hold",
    }  # fmt: skip


def test_a_code_with_two_meanings_and_a_table_of_rows_propose_nothing() -> None:
    twice = _grid(("F", "done now"), ("F", "on hold"))
    assert _asked(twice, ("status.F", STATUS)) == {}
    rows = _grid(("A", "F"), ("F", "A"), ("F", "B"))
    assert with_legends([Question("status.F", "?", STATUS, why="x")], rows)[0].why == "x"
