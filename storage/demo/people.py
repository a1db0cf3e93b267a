"""Operators with their shifts, skills and absences."""

from collections import Counter
from dataclasses import dataclass, replace
from random import Random

from planning.shop import Absence, Calendar, Minute, Operator, OperatorSkill, Skill
from storage.demo import templates
from storage.demo.dates import PlanDates
from storage.demo.draw import Ids, chance
from storage.demo.machines import Cell

FIRST_NUMBER = 101
SKILLS_EACH = 3
VACATION_PERCENT = 30
NEWCOMER_PERCENT = 6
ENOUGH_HOLDERS = 5  # of a skill on a shift, before one of them may be new
# Certificates that are dated; the others hold until further notice.
DATED_SKILLS = frozenset({"inspect", "edm", "multi"})


@dataclass(frozen=True, slots=True)
class Crew:
    """Operators by id, and for each shift key those who work it."""

    operators: dict[str, Operator]
    by_shift: dict[str, tuple[Operator, ...]]
    sick_operator_id: str


def crew(
    count: int,
    ids: Ids,
    rng: Random,
    *,
    cells: tuple[Cell, ...],
    calendars: dict[str, Calendar],
    skills: dict[str, Skill],
    dates: PlanDates,
) -> Crew:
    """`count` operators, spread over shifts and skills by the work there is."""
    shifts_of = {c.key: c.shifts for c in templates.site().calendars}
    demand: Counter[tuple[str, str]] = Counter()  # hundredths of a person
    for cell in cells:
        for shift in shifts_of[cell.template.calendar]:
            key = cell.template.skill or ""
            demand[shift, key] += round(cell.template.people * len(cell.machines) * 100)
    posts = _posts(demand, count)
    names = _names(len(posts), rng)
    covered: Counter[tuple[str, str]] = Counter(posts)
    operators: list[tuple[str, Operator]] = []
    two_at_once = _two_at_once(posts)
    for index, (shift, primary) in enumerate(posts):
        known = _skill_keys(shift, primary, demand, covered)
        code = f"E{FIRST_NUMBER + index}"
        operator = Operator(
            ids.of("operator", code),
            code,
            names[index],
            calendars[shift].id,
            max_parallel=2 if index in two_at_once else 1,
            skills=tuple(_valid(skills[key].id, key, index, rng, dates) for key in known),
        )
        operators.append((shift, operator))
    operators = [
        (shift, o) for (shift, _), o in zip(operators, _newcomers(operators, rng, dates), strict=True)
    ]
    by_shift: dict[str, list[Operator]] = {shift: [] for shift, _ in posts}
    for shift, operator in operators:
        by_shift[shift].append(operator)
    sick = max((o for s, o in operators if s == "day"), key=lambda o: (len(o.skills), o.code))
    return Crew(
        {o.id: o for _, o in operators},
        {shift: tuple(members) for shift, members in by_shift.items()},
        sick.id,
    )


def _newcomers(operators: list[tuple[str, Operator]], rng: Random, dates: PlanDates) -> list[Operator]:
    """Some joined within the last year: never one on whom work would have waited before."""
    holders = Counter((shift, skill.skill_id) for shift, o in operators for skill in o.skills)
    made: list[Operator] = []
    for shift, operator in operators:
        needed = any(holders[shift, skill.skill_id] < ENOUGH_HOLDERS for skill in operator.skills)
        if chance(rng, NEWCOMER_PERCENT) and not needed:
            holders.subtract((shift, skill.skill_id) for skill in operator.skills)
            joined = dates.local_midnight(-rng.randint(60, 330))
            made.append(replace(operator, active_from=joined))
        else:
            made.append(operator)
    return made


def _posts(demand: Counter[tuple[str, str]], count: int) -> list[tuple[str, str]]:
    """`count` pairs of shift and main skill in proportion to demand (largest remainder)."""
    skilled = {key: weight for key, weight in demand.items() if key[1]}
    total = sum(skilled.values())
    whole = {key: weight * count // total for key, weight in skilled.items()}
    rest = sorted(skilled, key=lambda key: (-(skilled[key] * count % total), key))
    for key in rest[: count - sum(whole.values())]:
        whole[key] += 1
    return [key for key in skilled for _ in range(whole[key])]


def _skill_keys(
    shift: str, primary: str, demand: Counter[tuple[str, str]], covered: Counter[tuple[str, str]]
) -> list[str]:
    """The main skill and those of the same shift that fewest people cover for the work there is."""
    known = [primary]
    needed = [skill for on, skill in demand if on == shift and skill]
    while len(known) < min(SKILLS_EACH, len(needed)):
        scarce = min(
            (skill for skill in needed if skill not in known),
            key=lambda skill: (100 * covered[shift, skill] // max(1, demand[shift, skill]), skill),
        )
        known.append(scarce)
        covered[shift, scarce] += 1
    return known


def _two_at_once(posts: list[tuple[str, str]]) -> frozenset[int]:
    """Those who tend two machines: the first on mill-turn, and every eighth after."""
    tending = [index for index, (_, skill) in enumerate(posts) if skill == "multi"]
    return frozenset(tending[::8])


def _valid(skill_id: str, key: str, index: int, rng: Random, dates: PlanDates) -> OperatorSkill:
    if key not in DATED_SKILLS or index % 2:
        return OperatorSkill(skill_id)
    return OperatorSkill(skill_id, valid_to=dates.local_midnight(rng.randint(12, 300)))


def _names(count: int, rng: Random) -> list[str]:
    """Distinct full names; first names do not repeat until all are used."""
    people = templates.people()
    first, last = list(people.first_names), list(people.last_names)
    rng.shuffle(first)
    rng.shuffle(last)
    return [f"{first[i % len(first)]} {last[(i + 7 * (i // len(first))) % len(last)]}" for i in range(count)]


def vacations(crew: Crew, ids: Ids, rng: Random, *, dates: PlanDates) -> tuple[Absence, ...]:
    """Planned absences of one to ten days in the coming seven weeks."""
    rows: list[Absence] = []
    for operator in crew.operators.values():
        if operator.id == crew.sick_operator_id or not chance(rng, VACATION_PERCENT):
            continue
        first = rng.randint(2, 45)
        kind, days = rng.choice((("vacation", 5), ("vacation", 10), ("training", 2), ("vacation", 1)))
        rows.append(
            Absence(
                ids.of("absence", operator.code),
                operator.id,
                dates.local_midnight(first),
                dates.local_midnight(first + days),
                kind,
            )
        )
    return tuple(rows)


def sick_leave(crew: Crew, ids: Ids, *, since: Minute) -> Absence:
    """Somebody called in sick this morning; nobody knows for how long."""
    return Absence(ids.of("absence", "sick"), crew.sick_operator_id, since, None, "sick")
