"""Opens the desk of a process with everything that the chat's tools know of, report schedules included."""

from contextlib import AbstractAsyncContextManager

from leadhand.settings import Settings
from reports.delivery.recipients import DeliveryBounds
from reports.schedules.chat import ChatSchedules
from reports.schedules.service import ReportDesk
from runs import desk
from runs.desk import Desk
from storage.database import Database


def open_desk(settings: Settings, *, worker: bool = False) -> AbstractAsyncContextManager[Desk]:
    """See `runs.desk.open_desk`."""

    def schedules(database: Database) -> ChatSchedules:
        return ChatSchedules(ReportDesk(database, DeliveryBounds.of(settings)))

    return desk.open_desk(settings, worker=worker, report_schedules=schedules)
