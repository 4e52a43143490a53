"""Texts for people: mails, briefings and the family page, built from plain values with Jinja2 templates."""
