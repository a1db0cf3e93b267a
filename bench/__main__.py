"""`python -m bench [PART] [--size …] [--quick] [--json FILE]`."""

import argparse
import json
import sys
from pathlib import Path

from bench import (
    breakdown,
    documents,
    due_reports,
    durability,
    flood,
    idle_streams,
    long_thread,
    planning,
    relay,
    takeover,
    turns,
)
from bench.figures import Report
from bench.installation import installation
from bench.machine import machine
from storage.demo.sizes import DemoSize

ON_ONE_SERVER = {"turn": turns.measure, "thread": long_thread.measure, "streams": idle_streams.measure}
ON_ONES_OF_THEIR_OWN = {
    "documents": documents.measure,
    "reports": due_reports.measure,
    "flood": flood.measure,
    "durability": durability.measure,
    "relay": relay.measure,
    "takeover": takeover.measure,
    "breakdown": breakdown.measure,
}
# Of those, what can be shown to run on the server of the others.
SHORT = {"flood": flood.measure_on, "durability": durability.measure_on, "relay": relay.measure_on}
PARTS = ("planning", *ON_ONE_SERVER, *ON_ONES_OF_THEIR_OWN)


def main() -> int:
    """Measure, print tables, and write JSON if asked."""
    asked = _arguments()
    here = machine()
    print(" · ".join(f"{name} {value}" for name, value in here.items()), "\n")
    reports: list[Report] = []
    if asked.which in {"planning", "all"}:
        size = DemoSize(asked.size or ("small" if asked.quick else "large"))
        reports.append(_show(planning.measure(size=size, repetitions=1 if asked.quick else 20)))
    if asked.which in {*ON_ONE_SERVER, "all"}:
        # The short form starts one server and leaves out what takes another.
        shared = ON_ONE_SERVER | (SHORT if asked.quick else {})
        with installation(lesser=asked.quick, ready=asked.ready) as server:
            for name, part in shared.items():
                if asked.which in {name, "all"}:
                    reports.append(_show(part(server, quick=asked.quick)))
    for name, alone in ON_ONES_OF_THEIR_OWN.items():
        if asked.which == name or (asked.which == "all" and not asked.quick):
            reports.append(_show(alone(quick=asked.quick)))
    if asked.json is not None:
        found = {report.name: report.data for report in reports}
        asked.json.write_text(json.dumps({"machine": here, **found}, indent=2) + "\n", encoding="utf-8")
    return 0


def _show(report: Report) -> Report:
    for table in report.tables:
        print(table.text(), "\n", flush=True)
    return report


class _Asked(argparse.Namespace):
    which: str
    size: str | None
    quick: bool
    json: Path | None
    ready: Path | None


def _arguments() -> _Asked:
    parser = argparse.ArgumentParser(
        prog="python -m bench", description="What Leadhand costs; docs/benchmarks.md."
    )
    parser.add_argument("which", nargs="?", choices=[*PARTS, "all"], default="all")
    parser.add_argument(
        "--size", choices=[size.value for size in DemoSize], help="of the shop (planning only)"
    )
    parser.add_argument(
        "--quick", action="store_true", help="so short that it only shows that all of it still runs"
    )
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures there, too")
    parser.add_argument(
        "--ready", type=Path, metavar="DIR", help="copy this data directory instead of making the shops"
    )
    return parser.parse_args(namespace=_Asked())


if __name__ == "__main__":
    sys.exit(main())
