"""Typed interfaces of the activities. Inputs and results are kept in histories: ids, times, states and counts only."""
