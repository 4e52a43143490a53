"""Bulk import of JSON lines or CSV, read row by row, so that a file of any length takes the same memory."""
