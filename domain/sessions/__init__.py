"""A session: its states, plan, rules, timeline, completeness and row of the board."""
