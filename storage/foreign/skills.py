"""Skills of people: columns of marks, and columns whose cells name one skill or several."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from leadhand.errors import InvalidRequest
from storage.exchange.problems import Findings, shown
from storage.foreign.decisions import Choice, Question
from storage.foreign.in_use import skill_before
from storage.foreign.layout import Layout
from storage.foreign.places import NEW, Places
from storage.foreign.reading import RowReader
from storage.foreign.words_of_cells import EMPTY_CELL, learn_levels, learn_marks, with_empty

_ALWAYS_PART = re.compile(r"\s*[;|\n]\s*")
_MAY_PART = {"comma": ",", "stroke": "/", "plus": "+"}
HELD, HELD_NOT = "held", "not_held"
# What a last day says of a skill that the person has not in the plan.
ENDED_SKILLS, ONLY_HELD = "ended_skills", "only_held"
_SEVERAL = 2
_NAMED = 12
_WITH_LEVEL = re.compile(r"(?P<skill>.+?)\s*[(:=]\s*(?P<level>[^()\s]{1,3})\)?")


@dataclass(frozen=True, slots=True)
class SkillWords:
    """What the marks and levels of a table mean, what parts several skills of a cell, and whether each of
    them has its level beside it."""

    marks: Mapping[str, str]
    levels: Mapping[str, str]
    sign: str | None
    with_level: bool
    # What it says of a skill that a fixed word names that its last day is empty; None: nothing.
    without_end: str | None = None
    # Whether a last day ends a skill only where the plan has it.
    only_held: bool = False
    # Names that an answer speaks of as they stand, brackets and all.
    whole: frozenset[str] = frozenset()

    def parts(self, text: str) -> list[tuple[str, str]]:
        """The skills that a cell names, each with its level or an empty text."""
        found = [part for part in _ALWAYS_PART.split(text) if part]
        if self.sign is not None:
            found = [part.strip() for text in found for part in text.split(self.sign) if part.strip()]
        if not self.with_level:
            return [(part, "") for part in found]
        forms = [None if part in self.whole else _WITH_LEVEL.fullmatch(part) for part in found]
        return [
            (form["skill"], form["level"]) if form is not None else (part, "")
            for part, form in zip(found, forms, strict=True)
        ]


def learn_skills(layout: Layout, readers: Sequence[RowReader]) -> SkillWords:
    """What is said of skills, as far as it is decided."""
    _same_number(layout)
    marks = learn_marks(layout.scope, (cell.text for r in readers for _, cell in r.cells("skill")))
    named = [cell.text for r in readers for _, cell in r.cells("skill_named") if not cell.empty]
    sign = _sign(layout, named)
    given = layout.scope.decisions.given
    whole = frozenset(key.partition(".")[2] for key in given if key.startswith("skill."))
    words = SkillWords({}, {}, sign, with_level=True, whole=whole)
    parts = [part for text in named for part in words.parts(text)]
    levels = [level for _, level in parts if level]
    with_level = len(levels) * 2 > len(parts) and not layout.has("skill_level")
    beside = [
        level.text or EMPTY_CELL
        for r in readers
        for (_, level), (_, name) in zip(r.cells("skill_level"), r.cells("skill_named"), strict=False)
        if not name.empty
    ]
    within = [level or EMPTY_CELL for _, level in parts] if with_level else []
    found = [*within, *(beside if set(beside) != {EMPTY_CELL} else ())]
    levels_said = with_empty(learn_levels(layout.scope, found))
    without_end, only_held = _without_end(layout, readers), _ends_only_held(layout)
    return SkillWords(marks, levels_said, sign, with_level, without_end, only_held, whole)


def _ends_only_held(layout: Layout) -> bool:
    """Whether it is said that a last day of a skill gives it to nobody who has it not.

    Raises:
        InvalidRequest: another answer.
    """
    said = layout.scope.optional(ENDED_SKILLS) if layout.has("skill_until") else None
    if said not in (None, ONLY_HELD, NEW):
        raise InvalidRequest(
            f"{ENDED_SKILLS}={shown(said)} is no answer; right would be: {ONLY_HELD}, {NEW}."
        )
    return said == ONLY_HELD


def _without_end(layout: Layout, readers: Sequence[RowReader]) -> str | None:
    """Where one fixed word names the skill of everybody, only its last day may say who has it: what an empty
    one says is asked."""
    named = [[cell.text for _, cell in r.cells("skill_named")] for r in readers]
    until = [[cell.empty for _, cell in r.cells("skill_until")] for r in readers]
    if layout.has("skill_level") or len(named) < _SEVERAL or not _some(until):
        return None
    if not all(len(set(column)) == 1 and column[0] for column in zip(*named, strict=True)):
        return None
    question = Question(
        f"skill_until.{EMPTY_CELL}",
        f'"{shown(named[0][0])}" is the skill of every row, and its last day is empty in some: have these '
        "people the skill?",
        (Choice(HELD_NOT, "no: only who has a last day has it"), Choice(HELD, "yes, without an end")),
        why="a fixed word says the same of everybody",
    )
    return layout.scope.settle(question)


def _some(empty: Sequence[Sequence[bool]]) -> bool:
    """Whether some cells are empty, and some are not."""
    return {found for row in empty for found in row} == {True, False}


def _sign(layout: Layout, texts: Sequence[str]) -> str | None:
    """What parts several skills within a cell besides ; and line breaks; None: nothing does."""
    found = [name for name, sign in _MAY_PART.items() if sum(sign in text for text in texts) * 4 > len(texts)]
    if not found:
        return None
    example = next(text for text in texts if _MAY_PART[found[0]] in text)
    question = Question(
        "skill_named.parted",
        f'Does "{shown(example)}" name several skills?',
        (*(Choice(name, f"parted by {_MAY_PART[name]}") for name in found), Choice("none", "it is one")),
        why="a skill's name may hold such a sign",
        suggested=found[0],
    )
    return _MAY_PART.get(layout.scope.settle(question, fits={*_MAY_PART, "none"}.__contains__) or "")


def _same_number(layout: Layout) -> None:
    named = len(layout.columns.get("skill_named", ()))
    for field in ("skill_level", "skill_from", "skill_until"):
        found = len(layout.columns.get(field, ()))
        if found not in (0, named) and named:
            raise InvalidRequest(
                f"{field} has {found} columns and skill_named {named}; right would be one for each, in their "
                "order."
            )


def add_skills(reader: RowReader, operator: str, words: SkillWords, places: Places) -> None:
    """The skills of a row; a level that is no skill yet gives none."""
    origin = reader.origin(skill_id="skill_named", valid_from="skill_from", valid_to="skill_until")
    for header, cell in reader.cells("skill"):
        if words.marks.get(cell.text) == "yes":
            _add(places.make_skill(header, origin), operator, {}, reader, places)
    level = [cell for _, cell in reader.cells("skill_level")]
    since, until = ([cell for _, cell in reader.cells(name)] for name in ("skill_from", "skill_until"))
    for number, (_, cell) in enumerate(reader.cells("skill_named")):
        held = not level or _is_held(level[number].text, words)
        if until and until[number].empty and words.without_end == HELD_NOT:
            continue
        first = reader.moment("skill_from", cell=since[number]) if since else None
        last = reader.moment("skill_until", cell=until[number]) if until else None
        for name, written in words.parts(cell.text) if held else ():
            if words.with_level and not _is_held(written, words):
                continue
            if words.only_held and last is not None and first is None and not _has(operator, name, places):
                text = f"the plan has no {shown(name)} of that person to end, and none is made"
                reader.findings.notice(reader.place, reader.row.number, text)
                continue
            said = {"valid_from": first.canonical if first else ""} if since else {}
            said |= {"valid_to": last.after if last else ""} if until else {}
            _add(places.make_skill(name, origin), operator, said, reader, places)


def _has(operator: str, name: str, places: Places) -> bool:
    """Whether the plan has a skill of a person."""
    code = places.decisions.optional(f"skill.{name}")
    skill = places.skills.find(name) or places.skills.find(code or name)
    return any((held.operator_id, held.skill_id) == (operator, skill) for held in places.shop.skills_held)


def _add(skill: str, operator: str, said: Mapping[str, str], reader: RowReader, places: Places) -> None:
    """A skill of a person; from when and until when no column says is as the plan has it."""
    origin = reader.origin(skill_id="skill_named", valid_from="skill_from", valid_to="skill_until")
    cells = {"operator_id": operator, "skill_id": skill, **skill_before(operator, skill, places.shop), **said}
    places.canonical.add("operator_skill", cells, origin)


def tell_without_skill(readers: Sequence[RowReader], place: str, findings: Findings) -> None:
    """How many rows of people give no skill although a column names it, by the reason."""
    held_not = [any(not cell.empty for _, cell in reader.cells("skill_named")) for reader in readers]
    for why, is_so in (
        ("name no skill", False),
        ("name a skill that is not held, by level or last day", True),
    ):
        rows = [str(r.row.number) for r, held in zip(readers, held_not, strict=True) if held is is_so]
        named = ", ".join(rows[:_NAMED]) + (" …" if rows[_NAMED:] else "")
        if rows:
            text = f"rows that {why}, and give none: {len(rows)} (row {named})"
            findings.notice(place, None, text)


def _is_held(level: str, words: SkillWords) -> bool:
    return (not level and "" not in words.levels) or words.levels.get(level) == "yes"
