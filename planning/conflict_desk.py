"""A plan that was gone through, with what conflicts and fixes compile: for `Shop.view`, which keeps it."""

from collections.abc import Sequence
from operator import attrgetter
from threading import Lock

from planning.calendars import ShopTimes
from planning.conflict_items import Conflict
from planning.conflicts import Conflicts, all_conflicts
from planning.fix_items import Fix
from planning.fixes import Fixes, FixGround
from planning.shop import Interval, Minute, Shop

_start, _end = attrgetter("envelope_start"), attrgetter("envelope_end")


class ConflictDesk:
    """One plan and everything that is wrong in it; `times` cover `window` and every booking."""

    def __init__(self, shop: Shop, window: Interval) -> None:
        start = min(map(_start, shop.bookings), default=window[0])
        end = max(map(_end, shop.bookings), default=window[1])
        self.times = ShopTimes(shop, (min(window[0], start), max(window[1], end)))
        self.everything: Conflicts = all_conflicts(self.times)
        self._ground: FixGround | None = None
        self._lock = Lock()

    def fixes(self, items: Sequence[Conflict], as_of: Minute) -> list[tuple[Fix, ...]]:
        """Fixes for each of them. One caller at a time: fixes are tried out on one board."""
        if not items:
            return []
        with self._lock:
            if self._ground is None:
                self._ground = FixGround(self.times)
            fixes = Fixes(self._ground, as_of)
            return [fixes.of(item) for item in items]
