"""Reviewing drafts."""
