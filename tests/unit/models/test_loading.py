"""What a process without a model endpoint does not pay for."""

import subprocess
import sys

LOADED = "import sys, runs.desk; print(sorted({'openai', 'langchain_openai'} & sys.modules.keys()))"


def test_without_an_endpoint_the_client_of_the_endpoint_is_never_loaded() -> None:
    loaded = subprocess.run(
        [sys.executable, "-c", LOADED], capture_output=True, text=True, check=True, timeout=120
    )
    assert loaded.stdout.strip() == "[]"
