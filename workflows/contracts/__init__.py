"""Typed activity interfaces. Ids, times, states and counts only: whatever stands here is kept in workflow histories."""
