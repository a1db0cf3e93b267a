"""What a command loads: everybody who calls it waits for that."""

import subprocess
import sys

# Of a command's work → what it has no use for.
NEEDLESS = {
    "cli.report_work, cli.report_schedules": ("tools", "langchain_core", "matplotlib", "reportlab"),
    "cli.exchange": ("clevercsv", "openpyxl", "langchain_core"),
}


def test_listing_reports_loads_no_tools_and_a_folders_import_nothing_for_strangers_files() -> None:
    for work, needless in NEEDLESS.items():
        code = f"import sys, {work}; print(*sys.modules)"
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
        loaded = set(done.stdout.split())
        assert "psycopg" in loaded
        assert not loaded & set(needless), work
