"""A plan that was gone through, with what conflicts and fixes compile: for `Shop.view`, which keeps it."""

from collections.abc import Sequence
from threading import Lock

from planning.calendars import ShopTimes
from planning.conflict_items import Conflict
from planning.conflicts import Conflicts, all_conflicts
from planning.fix_items import Fix
from planning.fixes import Fixes, FixGround
from planning.shop import Interval, Minute, Shop


class ConflictDesk:
    """One plan and everything that is wrong in it; `times` cover `window` and every booking."""

    def __init__(self, shop: Shop, window: Interval) -> None:
        start = min([window[0], *(b.envelope_start for b in shop.bookings)])
        end = max([window[1], *(b.envelope_end for b in shop.bookings)])
        self.times = ShopTimes(shop, (start, end))
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
