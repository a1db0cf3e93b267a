"""A worker process that re-plans; to be killed."""

import asyncio
import sys
from pathlib import Path

from pydantic import SecretStr

from jobs.machine_slots import MachineSlots
from jobs.replan_task import Replanner
from leadhand.settings import Settings
from storage.database import Database
from storage.shops import ShopReader
from tests.integration.jobs.conftest import working


async def main(url: str, folder: str) -> None:
    settings = Settings(database_url=SecretStr(url), data_dir=Path(folder))
    async with Database.open(settings) as database:
        replanner = Replanner(
            database, ShopReader(database), MachineSlots(1, folder=Path(folder) / "slots"), max_s=120.0
        )
        async with working(database, replanner.task()):
            await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
