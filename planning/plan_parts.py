"""What was worked out of single orders, machines and people of a plan, handed on to the plan that follows it.

A plan changes by a few rows at a time. A part is a value that follows from some rows alone: it is kept beside
them, and holds in the next state of the plan if they are the same there. What a part follows from is told by
who asks for it; nothing is guessed from what has changed.
"""

from collections.abc import Callable, Hashable
from typing import TypeVar, cast

Part = TypeVar("Part")


class PlanParts:
    """The parts of one state, at most one for each kind and row; those of the state before it until they
    are asked for. Safe in several threads: a part may be made twice, never wrong.
    """

    def __init__(self, before: "PlanParts | None" = None) -> None:
        self._before = {} if before is None else before._known
        self._known: dict[Hashable, tuple[object, object]] = {}

    def __len__(self) -> int:
        return len(self._known)

    def __reduce__(self) -> tuple[type["PlanParts"], tuple[()]]:
        return PlanParts, ()  # as with views: a copy of the plan begins without any

    def of(self, kind: str, row_id: str, source: object, make: Callable[[], Part]) -> Part:
        """The part of this row; made anew unless it was made of an equal `source`.

        `source`: everything that `make` looks at. `kind` also says of what type the part is.
        """
        key = kind, row_id
        found = self._known.get(key) or self._before.get(key)
        if found is None or found[0] != source:
            found = source, make()
        self._known[key] = found
        return cast("Part", found[1])

    def whole(self, kind: str, make: Callable[["Part | None"], Part]) -> Part:
        """The part that follows from the whole plan, made once; of the one of the state before, if any."""
        key = kind, ""
        found = self._known.get(key)
        if found is None:
            before = self._before.get(key)
            found = None, make(None if before is None else cast("Part", before[1]))
            self._known[key] = found
        return cast("Part", found[1])
