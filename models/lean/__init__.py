"""Streams answers of OpenAI-compatible endpoints: what the stock client does, for a fraction of its CPU."""
