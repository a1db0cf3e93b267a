"""A worker process whose one job never ends; to be killed."""

import asyncio
import sys
from pathlib import Path

from pydantic import SecretStr

from jobs.task import JobRow, Task
from leadhand.settings import Settings
from storage.database import Database
from tests.integration.jobs.conftest import working


async def main(url: str, task: str, folder: str) -> None:
    async def never_ends(row: JobRow) -> None:
        sys.stdout.write(f"{row.row_id}\n")
        sys.stdout.flush()
        await asyncio.Event().wait()

    settings = Settings(database_url=SecretStr(url), data_dir=Path(folder))
    async with Database.open(settings) as database, working(database, Task(task, never_ends)):
        await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
