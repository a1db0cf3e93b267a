"""How a simulation is named: by what was asked of which plan, so that the same question has the same name."""

import hashlib
import json
from collections.abc import Sequence


def simulation_id(told: Sequence[object]) -> str:
    """ "sim-" and 16 hexadecimal digits over everything that the result depends on.

    `told` is JSON: the kind of question, its whole input with names resolved, the plan's data_version and the
    minute asked at. Nothing of who asks is part of it.
    """
    return f"sim-{hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()[:16]}"
