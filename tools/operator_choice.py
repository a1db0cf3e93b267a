"""Whom a question about people means: those named, those who hold a skill, or everybody."""

from collections.abc import Sequence
from dataclasses import dataclass

from leadhand.errors import InvalidToolInput, JsonValue, NoEligibleOperator, NotFound
from planning.operator_availability import held_skills
from planning.shop import Interval, Minute, Operator, Shop
from tools.names import find_machines, find_operators, find_skill, find_work_center
from tools.views import count_of, listed


@dataclass(frozen=True, slots=True)
class SkillAsked:
    """`skill_ids` are all needed; `by` says what needs them ("Puma 3100"), None where a skill was named."""

    skill_ids: frozenset[str] = frozenset()
    by: str | None = None
    assumptions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Chosen:
    operators: Sequence[Operator]
    asked: SkillAsked
    assumptions: tuple[str, ...]


def choose_operators(
    shop: Shop, names: Sequence[str], asked: SkillAsked, window: Interval, at: Minute
) -> Chosen:
    """The people meant: those named, qualified or not; else all who hold the skills in the window or at `at`.

    Raises:
        NotFound, Ambiguous: a name.
        NoEligibleOperator: nobody holds the skills; `details.formerly` says who once did.
    """
    if names:
        found = find_operators(shop, names)
        return Chosen(found.rows, asked, (*asked.assumptions, *found.assumptions))
    span = min(window[0], at), max(window[1], at + 1)
    active = [
        o
        for o in shop.operators.values()
        if (o.active_from is None or o.active_from < span[1])
        and (o.active_to is None or o.active_to > span[0])
    ]
    if not asked.skill_ids:
        told = f"Nobody was named, so all {count_of(len(active), 'operator')} were looked at."
        return Chosen(active, asked, (*asked.assumptions, told) if asked.by is None else asked.assumptions)
    rows = [o for o in active if asked.skill_ids <= _held(o, window, at)]
    if not rows:
        raise _nobody(shop, asked)
    return Chosen(rows, asked, asked.assumptions)


def skill_asked(shop: Shop, skill: str | None, machine: str | None, work_center: str | None) -> SkillAsked:
    """The skills that the named skill, machine or work center needs.

    Raises:
        NotFound, Ambiguous: a name.
        InvalidToolInput: more than one of the three.
    """
    given = [n for n, v in (("skill", skill), ("machine", machine), ("work_center", work_center)) if v]
    if len(given) > 1:
        wrong: list[JsonValue] = [
            {"field": name, "problem": "one of several", "right": "give only one"} for name in given
        ]
        raise InvalidToolInput(f"Give only one of {', '.join(given)}.", details={"fields": wrong})
    if skill:
        return _by_skill(shop, skill)
    if machine:
        found = find_machines(shop, [machine])
        centers = {row.work_center_id for row in found.rows}
        by = listed([row.name or row.code for row in found.rows])
        return _needed(shop, centers, by, found.assumptions)
    if work_center:
        center = find_work_center(shop, work_center)
        by = center.row.name or center.row.code
        return _needed(shop, {center.row.id}, by, (center.assumption,) if center.assumption else ())
    return SkillAsked()


def _by_skill(shop: Shop, name: str) -> SkillAsked:
    """A skill by its code or name; else the work center of that name, by the skill that it needs."""
    try:
        found = find_skill(shop, name)
    except NotFound:
        try:
            center = find_work_center(shop, name)
        except NotFound:
            center = None
        if center is None or center.row.skill_id is None:
            raise
        by = center.row.name or center.row.code
        told = f"There is no skill “{name}”; the one that {by} needs was taken instead."
        return SkillAsked(frozenset({center.row.skill_id}), by, (told,))
    return SkillAsked(frozenset({found.row.id}), None, (found.assumption,) if found.assumption else ())


def _needed(shop: Shop, centers: set[str], by: str, assumptions: tuple[str, ...]) -> SkillAsked:
    needed = frozenset(key for center in centers if (key := shop.work_centers[center].skill_id))
    if needed:
        return SkillAsked(needed, by, assumptions)
    told = f"{by} needs no special skill, so everybody may work there."
    return SkillAsked(needed, by, (*assumptions, told))


def _held(operator: Operator, window: Interval, at: Minute) -> frozenset[str]:
    return frozenset(
        held.skill.skill_id for held in held_skills(operator, window, at) if held.valid or held.valid_within
    )


def _nobody(shop: Shop, asked: SkillAsked) -> NoEligibleOperator:
    """Says who holds the skills at another time."""
    ids = sorted(asked.skill_ids)
    skills = listed([shop.skills[key].name or shop.skills[key].code for key in ids])
    others = sorted(
        (o for o in shop.operators.values() if asked.skill_ids <= {s.skill_id for s in o.skills}),
        key=lambda o: o.code,
    )
    names = [o.name or o.code for o in others]
    hint = f" At another time: {listed(names)}." if names else ""
    shown: list[JsonValue] = [*names[:10]]
    codes: list[JsonValue] = [shop.skills[key].code for key in ids]
    return NoEligibleOperator(
        f"Nobody holds the skill {skills} then.{hint}", details={"skills": codes, "formerly": shown}
    )
