"""Scheduling: wall time and time zones."""
