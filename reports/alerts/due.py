"""Looks for alerts whose figures may have changed and queues a look at each; any number may do so at once.

The plan has changed, or time has passed. In the transaction that queues a look the alert moves on, so that
it is queued once; a look that is lost comes up again when the next one is due.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from jobs.engine_database import engine_transaction
from jobs.queue import defer_in_line
from leadhand.context import Principal
from leadhand.errors import DatabaseUnavailable
from reports.schedules.due import NOBODY
from reports.schedules.queueing import LINE
from storage import alerts
from storage.database import Database
from storage.report_schedules import OfShop
from storage.transactions import translated_errors

# Looked after between two looks at what is due in other shops.
AT_MOST: Final = 200
LOOK: Final = "look_at_alert"
# A plan that changes all the time is looked at no more often than this.
AT_SOONEST: Final = timedelta(minutes=5)
# And one that rests as often as this: an order becomes late by time alone.
AT_LATEST: Final = timedelta(minutes=15)

log = logging.getLogger(__name__)


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class DueAlerts:
    """`now`: the clock that decides what is due; aware."""

    database: Database
    now: Callable[[], datetime] = _now

    async def queue(self) -> int:
        """How many looks were queued.

        Raises:
            DatabaseUnavailable: the next tick finds what this one did not.
        """
        now, queued, tried = self.now(), 0, set[OfShop]()
        while found := [one for one in await self._due(now) if one not in tried]:
            tried.update(found)
            for one in found:
                queued += await self._queue(one, now)
        return queued

    async def _due(self, now: datetime) -> tuple[OfShop, ...]:
        with translated_errors():
            async with engine_transaction(self.database.pool) as connection:
                return await alerts.due(connection, now=now, at_most=AT_MOST)

    async def _queue(self, one: OfShop, now: datetime) -> bool:
        try:
            async with self.database.transaction(Principal(one.tenant_id, NOBODY, frozenset())) as connection:
                is_ours = await alerts.take_due(
                    connection,
                    alert_id=one.row_id,
                    now=now,
                    look_from=now + AT_SOONEST,
                    look_by=now + AT_LATEST,
                )
                if is_ours:
                    # In one line with the shop's other looks: it keeps no other shop waiting.
                    await defer_in_line(connection, task=LOOK, row_id=one.row_id, line=LINE)
                return is_ours
        except DatabaseUnavailable:
            raise
        except Exception:  # the shop's border: it keeps no other waiting, and the next tick tries again
            log.exception("an alert could not be queued: %s", one.row_id, extra={"tenant_id": one.tenant_id})
        return False
