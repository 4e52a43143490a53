"""Kinds of records that an organization manages: each described once, served alike by API, console and imports."""
