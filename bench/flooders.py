"""Callers that ask without a pause, a process of their own: `python -m bench.flooders PORT CALLERS TOKEN …`

In life they run on other machines. Here they stand behind everybody else at the processor, so that what they
need themselves is not put down to the server. Counts are printed when standard input closes.
"""

import asyncio
import os
import sys
from dataclasses import dataclass

from bench.asking import Caller, new_chat_id
from bench.chat_client import ChatClient, RefusedError

# A refused flooder asks again at once; a moment, so that the process can come to its end.
AGAIN_AFTER_S = 0.05
LOWEST_PRIORITY = 19


@dataclass(slots=True)
class Flood:
    answered: int = 0
    refused: int = 0


async def flooding(port: int, callers: int, tokens: list[str]) -> Flood:
    """Ask tool turns until standard input closes."""
    flood = Flood()
    tasks = [
        asyncio.create_task(_asking(port, tokens[number % len(tokens)], flood)) for number in range(callers)
    ]
    await asyncio.to_thread(sys.stdin.read)
    for task in tasks:
        task.cancel()
    await asyncio.wait(tasks)
    return flood


async def _asking(port: int, token: str, flood: Flood) -> None:
    caller = Caller(ChatClient(port, token), new_chat_id())
    while True:
        try:
            await caller.ask("tool")
            flood.answered += 1
        except RefusedError:
            flood.refused += 1
            await asyncio.sleep(AGAIN_AFTER_S)


def main() -> None:
    os.nice(LOWEST_PRIORITY)
    port, callers, *tokens = sys.argv[1:]
    flood = asyncio.run(flooding(int(port), int(callers), tokens))
    sys.stdout.write(f"{flood.answered} {flood.refused}\n")


if __name__ == "__main__":
    main()
