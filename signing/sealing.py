"""Encrypts values that only this deployment can read again, with keys derived from its secrets."""

import hashlib
from base64 import urlsafe_b64encode
from collections.abc import Sequence
from datetime import timedelta

from cryptography.fernet import Fernet, InvalidToken, MultiFernet


class Unsealable(Exception):
    """The value was sealed elsewhere, for another purpose or with an unknown secret, or is too old."""


class Sealer:
    """Seals with the first secret and opens with any. A value sealed for one purpose opens for no other."""

    def __init__(self, secrets: Sequence[str], purpose: str) -> None:
        self._box = MultiFernet([Fernet(_key(purpose, secret)) for secret in secrets])

    def seal(self, text: str) -> str:
        """Encrypts and authenticates a text (Fernet)."""
        return self._box.encrypt(text.encode()).decode()

    def open(self, sealed: str, *, max_age: timedelta | None = None) -> str:
        """Decrypts a sealed text. Raises Unsealable, also if it was sealed longer than `max_age` ago."""

        ttl = int(max_age.total_seconds()) if max_age else None
        try:
            return self._box.decrypt(sealed.encode(), ttl).decode()
        except (InvalidToken, UnicodeError) as error:
            raise Unsealable from error


def _key(purpose: str, secret: str) -> bytes:
    return urlsafe_b64encode(hashlib.sha256(f"homeroom\n{purpose}\n{secret}".encode()).digest())
