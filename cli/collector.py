"""How often Python looks for reference cycles, in every process of ours."""

import atexit
import gc

# Objects made between two looks, in the three generations. A turn drops nearly all of its objects without
# making a cycle, a plan is 140,000 objects that stay, and so do all the classes of a start: Python's default
# (700) costs a tenth of a turn, a third of loading a plan and a seventh of a start.
THRESHOLDS = (50_000, 20, 100)


def look_seldom() -> None:
    """From now on; called before most is imported.

    As the process ends, nothing is looked for at all: what is there goes with it. To take all classes apart
    first costs a third of a command that does little.
    """
    gc.set_threshold(*THRESHOLDS)
    atexit.register(gc.freeze)
