"""Benchmarks: each `python -m benchmarks.NAME` measures Homeroom against a limit or a bare peer in the same run."""
