"""Benchmarks: what the planning core and a turn cost; method and results in docs/benchmarks.md."""
