"""What "it", "she" or "that order" stands for, in the arguments of another tool than the one asked before."""

from collections.abc import Sequence

from leadhand.errors import JsonValue
from models.builtin.grammar_files import ToolGrammar
from models.builtin.slots import Arguments
from models.builtin.understanding import Query

# The kinds of slot that take one of a thing, and several; and the arguments that hold it.
_MACHINES = (("machine", "machine_or_center"), ("machines",), ("machines", "machine"))
_PEOPLE = (("person",), ("people",), ("operators", "operator"))
_ORDERS = (("order",), ("orders",), ("order", "orders"))


def same_thing(base: Query, target: ToolGrammar) -> Arguments:
    """The machines, people and orders of `base`, as `target` takes them."""
    found: Arguments = {}
    for one, several, arguments in (_MACHINES, _PEOPLE, _ORDERS):
        said = _said(base, arguments)
        if arguments is _PEOPLE[2] and not said:
            said = list(base.focus)
        for slot in target.slots:
            if said and slot.kind in several:
                found[slot.argument] = [*said]
                break
            if len(said) == 1 and slot.kind in one:
                found[slot.argument] = said[0]
                break
    return found


def things_of(base: Query) -> frozenset[str]:
    """Features of what the turn before was about."""
    kinds = (("@machine", _MACHINES[2]), ("@person", _PEOPLE[2]), ("@order", _ORDERS[2]))
    return frozenset(feature for feature, arguments in kinds if _said(base, arguments))


def _said(base: Query, arguments: Sequence[str]) -> list[JsonValue]:
    for argument in arguments:
        value = base.arguments.get(argument)
        if isinstance(value, list) and value:
            return [*value]
        if isinstance(value, str) and value:
            return [value]
    return []
