"""What Python's search for reference cycles costs a command."""

import subprocess
import sys

ENDS_WITH_A_CYCLE = """
import gc
from cli import collector
class Node:
    def __del__(self):
        print("taken apart")
node = Node()
node.itself = node
{called}
del node
"""


def test_a_process_that_ends_is_not_taken_apart() -> None:
    assert _printed_at_the_end("gc.disable()") == "taken apart\n", "Python would do it"
    assert _printed_at_the_end("collector.look_seldom()") == ""


def _printed_at_the_end(called: str) -> str:
    code = ENDS_WITH_A_CYCLE.format(called=called)
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
