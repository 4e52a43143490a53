"""Signed links, sealed values, hashes of secrets."""
