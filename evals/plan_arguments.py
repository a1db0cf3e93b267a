"""Whether a call names the people, orders and kinds that were asked for, and the day that is meant."""

import re
from collections.abc import Callable, Sequence

from rapidfuzz import fuzz

from evals.conversation import Call
from evals.dates import dates_of, end_of
from evals.names import same_names
from evals.question_set import ExpectedCall
from leadhand.errors import JsonValue, LeadhandError
from planning.shop import Shop
from tools.names import find_operators

PEOPLE = "get_operator_availability"
_CLOSE = 85
_QUALIFIED_BY = ("skill", "machine", "work_center")


def plan_problems(expected: ExpectedCall, call: Call, shop: Shop) -> list[str]:
    """What is wrong with the people, orders, customers, types and the explanation asked for."""

    def is_person(choices: str, said: str) -> bool:
        return _same_person(choices, said, shop)

    compared: list[tuple[str, list[str], Callable[[str, str], bool]]] = [
        ("operators", expected.operators, is_person),
        ("operator", _one(expected.operator), is_person),
        ("orders", expected.orders, _same_order),
        ("order", _one(expected.order), _same_order),
        ("customer", _one(expected.customer), _same_text),
    ]
    found = [
        f"{key} is {call.args.get(key)}"
        for key, wanted, same in compared
        if key not in expected.free and not _each_once(wanted, _texts(call.args.get(key)), same)
    ]
    if call.tool == PEOPLE:
        found += _qualified(expected, call, shop)
        if call.args.get("at") is not None and "at" not in expected.free:
            found.append(f"at is {call.args['at']}")
    types = set(_texts(call.args.get("types")))
    if not any(types == set(filter(None, choice.split(","))) for choice in expected.types or [""]):
        found.append(f"types are {sorted(types)}")
    if _explained(expected.explain, expected.order) != _explained(
        call.args.get("explain"), call.args.get("order")
    ):
        found.append(f"explain is {call.args.get('explain')}")
    return found


def is_due_day(expected: str | None, call: Call) -> bool:
    """Whether the new due date is the day that is meant; neither is right too."""
    due = call.args.get("due")
    if expected is None or not isinstance(due, str):
        return expected is None and due is None
    asked = dates_of({"due": due}, default_days=7)
    return asked.due is not None and 0 <= end_of(expected) - asked.due < 24 * 60


def _explained(given: JsonValue, order: JsonValue) -> bool:
    """One order is explained unless told otherwise."""
    return bool(given) if given is not None else order is not None


def _qualified(expected: ExpectedCall, call: Call, shop: Shop) -> list[str]:
    said = [text for key in _QUALIFIED_BY if key not in expected.free for text in _texts(call.args.get(key))]

    def same(choices: str, text: str) -> bool:
        return same_names([choices], [text], shop) or _same_text(choices, text)

    right = _each_once(_one(expected.qualified), said, same)
    return [] if right else [f"qualified by {said}"]


def _each_once(wanted: Sequence[str], said: Sequence[str], same: Callable[[str, str], bool]) -> bool:
    left = list(said)
    for choices in wanted:
        hit = next((text for text in left if same(choices, text)), None)
        if hit is None:
            return False
        left.remove(hit)
    return not left


def _same_person(choices: str, said: str, shop: Shop) -> bool:
    codes = _people(said, shop)
    return _same_text(choices, said) or any(
        codes is not None and codes == _people(choice, shop) for choice in choices.split("|")
    )


def _people(name: str, shop: Shop) -> frozenset[str] | None:
    try:
        return frozenset(person.code for person in find_operators(shop, [name]).rows)
    except LeadhandError:
        return None


def _same_order(choices: str, said: str) -> bool:
    numbers = re.findall(r"\d+", said)
    return any(re.findall(r"\d+", choice) == numbers != [] for choice in choices.split("|"))


def _same_text(choices: str, said: str) -> bool:
    """Equal but for a slip, or one a part of the other: "Kestrel" is "Kestrel Pumps"."""
    given = said.casefold().strip()
    return any(
        fuzz.ratio(given, choice) >= _CLOSE or set(choice.split()) <= set(given.split())
        for choice in choices.casefold().split("|")
    )


def _one(value: str | None) -> list[str]:
    return [] if value is None else [value]


def _texts(value: JsonValue) -> list[str]:
    if isinstance(value, list):
        return [str(item) for item in value]
    return [] if value is None else [str(value)]
