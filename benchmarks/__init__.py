"""Measurements of Homeroom against what bounds it: each `python -m benchmarks.NAME` prints ratios of one run."""
