"""Notices: their kinds, who gets them, when they are sent."""
