"""What was worked out from one plan: kept with it, bounded, and gone with it.

A plan is one state of one tenant's shop: nothing kept here is ever found by another tenant, and a change of
one shop takes nothing from any other.
"""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from threading import Lock
from typing import TypeVar, cast

# Windows asked about differ by person and day; of each plan only the last ones are kept.
MAX_VIEWS = 24

View = TypeVar("View")


class _Kept:
    """One view, made by whoever asks first; others wait for it."""

    __slots__ = ("lock", "value", "was_made")

    def __init__(self) -> None:
        self.lock = Lock()
        self.was_made = False
        self.value: object = None


class PlanViews:
    """The last MAX_VIEWS views of one plan. Safe in several threads."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._kept: OrderedDict[Hashable, _Kept] = OrderedDict()
        self._closed = False

    def __len__(self) -> int:
        return len(self._kept)

    def __reduce__(self) -> tuple[type["PlanViews"], tuple[()]]:
        return PlanViews, ()  # a copy of the plan, in another process say, begins without any

    def of(self, key: Hashable, make: Callable[[], View]) -> View:
        """The view kept under `key`, which also says of what type it is; made if there is none."""
        with self._lock:
            kept = self._kept.get(key) or _Kept()
            if not self._closed:
                self._kept[key] = kept
                self._kept.move_to_end(key)
                if len(self._kept) > MAX_VIEWS:
                    self._kept.popitem(last=False)
        with kept.lock:
            if not kept.was_made:
                kept.value, kept.was_made = make(), True
        return cast("View", kept.value)

    def close(self) -> None:
        """Let go of all of them and keep no more: views hold their plan, which would hold them."""
        with self._lock:
            self._closed = True
            self._kept.clear()
