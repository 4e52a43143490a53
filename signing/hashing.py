"""Hashes secrets that are looked up by value: API keys, cookies, sign-in links."""

import hashlib


def hash_secret(secret: str) -> str:
    """SHA-256 in hex. Only for secrets that Homeroom generates: they are long and random, so no salt is needed."""
    return hashlib.sha256(secret.encode()).hexdigest()
