"""What has to be read again later but by nobody else: sealed with the deployment's secrets."""

import hashlib
from base64 import urlsafe_b64encode
from collections.abc import Sequence
from datetime import timedelta

from cryptography.fernet import Fernet, InvalidToken, MultiFernet


class Unsealable(Exception):
    """It was not sealed here, for this purpose, with a secret that is known, or not lately enough."""


class Sealer:
    """The first secret seals, all of them open. What is sealed for one purpose opens for no other."""

    def __init__(self, secrets: Sequence[str], purpose: str) -> None:
        self._box = MultiFernet([Fernet(_key(purpose, secret)) for secret in secrets])

    def seal(self, text: str) -> str:
        return self._box.encrypt(text.encode()).decode()

    def open(self, sealed: str, *, not_older: timedelta | None = None) -> str:
        """Raises Unsealable."""
        ttl = int(not_older.total_seconds()) if not_older else None
        try:
            return self._box.decrypt(sealed.encode(), ttl).decode()
        except (InvalidToken, UnicodeError) as error:
            raise Unsealable from error


def _key(purpose: str, secret: str) -> bytes:
    return urlsafe_b64encode(hashlib.sha256(f"homeroom\n{purpose}\n{secret}".encode()).digest())
