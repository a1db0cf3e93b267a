"""`leadhand worker`: runs jobs, and serves nothing."""

import asyncio

from leadhand.settings import load_settings


def worker() -> None:
    """Run jobs, such as the titling of conversations.

    `leadhand serve` has a worker of its own unless told --no-worker; any number of both can run on one
    database. A database that is away does not end it. Stops on Ctrl-C and SIGTERM, after running jobs had a
    moment to finish; what they could not finish goes on in another worker.
    """
    from cli.early_checks import check_settings  # noqa: PLC0415 - only when used

    settings = load_settings()
    check_settings(settings)
    from cli.worker_process import run_worker  # noqa: PLC0415 - the libraries load only when used

    asyncio.run(run_worker(settings))
