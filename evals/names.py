"""Whether a call names the machines and work centers that the person named."""

import re

from rapidfuzz import fuzz

from leadhand.errors import LeadhandError
from planning.shop import Shop
from tools.names import find_machines, find_work_center

# Words around a name that change nothing.
_GENERIC = {
    "the",
    "our",
    "a",
    "an",
    "any",
    "machine",
    "machines",
    "die",
    "der",
    "das",
    "den",
    "unsere",
    "cnc",
}
_CLOSE = 85


def same_names(expected: list[str], actual: list[str], shop: Shop) -> bool:
    """Each expected name ("a|b" is either) is said once, and nothing else is."""
    if bool(expected) != bool(actual):
        return False
    wanted, given = _codes_of_choices(expected, shop), _codes(actual, shop)
    if wanted is not None and given is not None:
        return wanted == given
    left = list(actual)
    for choices in expected:
        hit = next((name for name in left if any(_alike(c, name, shop) for c in choices.split("|"))), None)
        if hit is None:
            return False
        left.remove(hit)
    return not left


def _alike(one: str, other: str, shop: Shop) -> bool:
    codes = _codes([one], shop)
    if codes is not None and codes == _codes([other], shop):
        return True
    if re.findall(r"\d+", one) != re.findall(r"\d+", other):
        return False
    first, second = _words(one), _words(other)
    if "".join(first) == "".join(second) or fuzz.ratio("".join(first), "".join(second)) >= _CLOSE:
        return True
    return bool(second) and set(second) <= set(first)


def _words(name: str) -> list[str]:
    return [word for word in re.findall(r"[^\W_]+", name.casefold()) if word not in _GENERIC]


def _codes_of_choices(expected: list[str], shop: Shop) -> frozenset[str] | None:
    return _codes([choices.split("|")[0] for choices in expected], shop)


def _codes(names: list[str], shop: Shop) -> frozenset[str] | None:
    """The machines meant in the demo shop; None if a name is not one of its own."""
    codes: set[str] = set()
    for name in names:
        try:
            codes |= {machine.code for machine in find_machines(shop, [name]).rows}
        except LeadhandError:
            try:
                center = find_work_center(shop, name).row
            except LeadhandError:
                return None
            codes |= {m.code for m in shop.machines.values() if m.work_center_id == center.id}
    return frozenset(codes)
