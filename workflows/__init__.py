"""Temporal workflows, one file each. Deterministic: no IO, and no clock but workflow.now()."""
