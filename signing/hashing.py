"""Hashes of secrets that are looked up: API keys, cookies, sign-in links."""

import hashlib


def hash_secret(secret: str) -> str:
    """SHA-256 in hex. For secrets of our own making alone: they are long and random, so that no salt is needed."""
    return hashlib.sha256(secret.encode()).hexdigest()
