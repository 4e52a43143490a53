"""A session: its states, schedule, policies, timeline, completeness and row on the live board."""
