"""Plans that were gone through, with what conflicts and fixes compile, kept for the next question."""

from collections import OrderedDict
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


class RecentDesks:
    """The last few desks, found again while the very same `Shop` value is asked about."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._lock = Lock()
        self._desks: OrderedDict[tuple[int, Interval], ConflictDesk] = OrderedDict()

    def of(self, shop: Shop, window: Interval) -> ConflictDesk:
        """The shop's desk for `window`, made or kept. Safe in several threads."""
        key = id(shop), window
        with self._lock:
            desk = self._desks.get(key)
            if desk is not None:
                self._desks.move_to_end(key)
                return desk
        # Outside of the lock: a large plan makes no other shop wait.
        desk = ConflictDesk(shop, window)
        with self._lock:
            # A desk holds its shop, so that the id of a kept one cannot pass to another shop.
            self._desks[key] = desk
            while len(self._desks) > self._size:
                self._desks.popitem(last=False)
        return desk
