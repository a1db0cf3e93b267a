"""A mail server on loopback in a thread of its own; it keeps what it gets."""

import asyncio
import threading
from collections.abc import Generator
from contextlib import contextmanager

from tests.acceptance.server_process import free_port
from tests.integration.reports.receivers import Post, mail_server


@contextmanager
def post_office() -> Generator[Post]:
    """Open within the context."""
    loop = asyncio.new_event_loop()
    opened: list[Post] = []
    is_open, closing = threading.Event(), asyncio.Event()

    async def serve() -> None:
        async with mail_server(port=free_port()) as post:
            opened.append(post)
            is_open.set()
            await closing.wait()

    thread = threading.Thread(target=loop.run_until_complete, args=(serve(),))
    thread.start()
    assert is_open.wait(timeout=10)
    try:
        yield opened[0]
    finally:
        loop.call_soon_threadsafe(closing.set)
        thread.join()
        loop.close()
