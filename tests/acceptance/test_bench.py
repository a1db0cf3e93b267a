"""The benchmarks still run; what they find on a busy machine is nobody's verdict."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.acceptance.json_access import number_at, parse
from tests.ready_data import with_shops

REPOSITORY = Path(__file__).parents[2]
TIMEOUT_S = 300

# Of each benchmark one figure.
FIGURES = (
    ("planning", "figures", 0, "median_ms"),
    ("turn", "scenarios", 0, "server_cpu_ms"),
    ("turn", "as_documented", 0, "server_cpu_ms"),
    ("thread", 0, "checkpoint_bytes"),
    ("streams", "beside", "whole_ms"),
    ("flood", "beside_the_flood", "whole_p95_ms"),
    ("durability", 0, "server_ms"),
    ("relay", "a_reader_at_another_server", "median_ms"),
)


@pytest.mark.timeout(TIMEOUT_S + 30)
def test_the_short_form_of_all_benchmarks_ends_with_tables_and_figures(
    tmp_path: Path, server_folder: Path
) -> None:
    ready = with_shops(server_folder)
    done = subprocess.run(
        [sys.executable, "-m", "bench", "--quick", "--ready", ready, "--json", tmp_path / "found.json"],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        timeout=TIMEOUT_S,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "| tool " in done.stdout
    found = parse((tmp_path / "found.json").read_bytes())
    assert all(number_at(found, *path) > 0 for path in FIGURES)
