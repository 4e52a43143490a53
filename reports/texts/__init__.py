"""Texts of mails and pages, a module per language with the same tables, keys and placeholders."""
