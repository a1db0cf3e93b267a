"""Leadhand: the production planning assistant for machine shops."""

import os

# Read by langgraph at import: checkpoints may only rebuild types that our saver lists (CVE-2026-28277).
os.environ.setdefault("LANGGRAPH_STRICT_MSGPACK", "true")
# The model libraries would otherwise look for a tracing service on the network.
os.environ.setdefault("LANGSMITH_TRACING", "false")

__version__ = "0.1.0"
