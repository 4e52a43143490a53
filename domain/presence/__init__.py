"""Presence in a class, computed from recorded events: connections, attendance, engagement, live status, milestones."""
