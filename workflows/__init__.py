"""One file per workflow, each the story of what it runs. Deterministic: no IO, no clock but workflow.now()."""
