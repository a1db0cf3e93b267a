"""What a process does not pay for: a model endpoint that it has not, a vector store before it is asked."""

import subprocess
import sys

LATE = {"openai", "langchain_openai", "langchain_postgres", "sqlalchemy"}
LOADED = "import sys, runs.desk, storage.knowledge_passages; print(*sys.modules)"


def test_neither_an_endpoints_client_nor_the_vector_store_is_loaded_before_its_use() -> None:
    loaded = subprocess.run(
        [sys.executable, "-c", LOADED], capture_output=True, text=True, check=True, timeout=120
    )
    assert not LATE & set(loaded.stdout.split())
