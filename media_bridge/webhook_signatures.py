"""Verifies the token with which LiveKit signs each webhook: a JWT of our API key that carries the hash of the body.

Every webhook has its own token, so nothing can be cached, and a general JWT library takes more CPU than all other steps
of the request together. docs/adr/0018 says why this is our own code and what it leaves out.
"""

import hashlib
import hmac
import time
from base64 import b64encode, urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Mapping
from typing import Any

import orjson

from domain.errors import SignatureInvalid

_HEADERS = ({"alg": "HS256", "typ": "JWT"}, {"alg": "HS256"})
_LEEWAY = 60  # seconds by which the clock of LiveKit's server may be off, as in its own libraries


class WebhookSignatures:
    """Accepts any of several API keys, so that keys rotate without a lost event."""

    def __init__(self, keys: Mapping[str, str], now: Callable[[], float] = time.time) -> None:
        """`keys` maps API key to secret; `now` gives seconds of the epoch."""
        self._now = now
        self._secrets = {key: secret.encode() for key, secret in keys.items()}

    def verify(self, body: bytes, token: str) -> None:
        """Raises SignatureInvalid."""
        try:
            hash_of_body = self._claims(token).get("sha256") or ""
            matches = hmac.compare_digest(b64encode(hashlib.sha256(body).digest()), hash_of_body.encode())
        except (AttributeError, LookupError, TypeError, ValueError) as error:
            raise SignatureInvalid("the webhook is not signed with a known key") from error
        if not matches:
            raise SignatureInvalid("the webhook's signature is for another body")

    def _claims(self, token: str) -> dict[str, Any]:
        """The claims of a valid token. Raises ValueError, LookupError, TypeError or AttributeError for any other.

        The signature is always HMAC-SHA256 with the secret of the key that the token names, whatever the header says: a
        token cannot choose how it is verified. Before that, only the name of the key is read from the claims.
        """
        signed, _, signature = token.encode("ascii").rpartition(b".")
        header, _, payload = signed.partition(b".")
        claims: dict[str, Any] = _decoded(payload)
        genuine = urlsafe_b64encode(hmac.digest(self._secrets[claims["iss"]], signed, "sha256")).rstrip(b"=")
        if not hmac.compare_digest(genuine, signature):
            raise ValueError("the signature is wrong")
        if _decoded(header) not in _HEADERS:
            raise ValueError("the header does not say HS256")
        if not _valid_at(claims, self._now()):
            raise ValueError("the token is expired, not valid yet, or for another audience")
        return claims


def _decoded(part: bytes) -> Any:
    return orjson.loads(urlsafe_b64decode(part + b"=="))


def _valid_at(claims: Mapping[str, Any], now: float) -> bool:
    """Whether the claims are valid at this time. `exp` is required; a token with an audience is not for us."""
    not_before = max(claims.get("nbf", 0), claims.get("iat", 0))
    return bool(not_before - _LEEWAY <= now < claims["exp"] + _LEEWAY) and "aud" not in claims
