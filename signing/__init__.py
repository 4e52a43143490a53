"""Signed links, encrypted values and hashes of secrets."""
