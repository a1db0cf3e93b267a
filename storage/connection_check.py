"""Whether an idle connection of the pool still works, asked of Postgres only where there is doubt."""

import math
import select
import sys
import time
from weakref import WeakKeyDictionary

from storage.named_queries import named_queries
from storage.transactions import Connection

# How long a connection is trusted after it was handed out.
TRUSTED_S = 5.0

_SQL = named_queries("session")
# On the monotonic clock.
_handed_out_at: WeakKeyDictionary[Connection, float] = WeakKeyDictionary()


async def check_connection(connection: Connection) -> None:
    """Before every hand-out: a connection that a restart has cut is replaced, not handed out.

    Its end can be read from a connection that was cut, without the round trip of a question. Only a network
    that went silent takes an answer to be noticed, so what was idle for longer is asked.
    """
    now = time.monotonic()
    idle_s = now - _handed_out_at.get(connection, -math.inf)
    if idle_s > TRUSTED_S or _has_something_to_say(connection):
        await connection.execute(_SQL["ping"])
    _handed_out_at[connection] = now


def _has_something_to_say(connection: Connection) -> bool:
    if sys.platform == "win32":
        return True
    waiting = select.poll()
    waiting.register(connection.fileno(), select.POLLIN)
    return bool(waiting.poll(0))
