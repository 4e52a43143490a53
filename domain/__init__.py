"""The domain model and its rules. Pure: no clock, no generated ids, no randomness, no IO; `now` is an argument."""
