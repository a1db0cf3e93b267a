"""What the figures were measured on, without its name."""

import os
import platform
from pathlib import Path

from leadhand.errors import JsonValue


def machine() -> dict[str, JsonValue]:
    """Cores that may be used, processor, Python; the load average says whether others were at work."""
    try:
        cores = len(os.sched_getaffinity(0))
    except AttributeError:  # not on macOS
        cores = os.cpu_count() or 1
    return {
        "cores": cores,
        "processor": _processor(),
        "python": platform.python_version(),
        "system": platform.system(),
        "load_average": round(os.getloadavg()[0], 1),
    }


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.machine()
    names = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(names, platform.machine())
