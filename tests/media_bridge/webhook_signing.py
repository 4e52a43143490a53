"""Signs webhooks as LiveKit's server does."""

import base64
import hashlib
from datetime import timedelta

from livekit.api import AccessToken

KEY, SECRET = "key", "a-secret-of-thirty-two-characters-or-more"


def authorization(body: bytes, *, key: str = KEY, secret: str = SECRET, minutes: int = 5) -> str:
    digest = base64.b64encode(hashlib.sha256(body).digest()).decode()
    return AccessToken(key, secret).with_sha256(digest).with_ttl(timedelta(minutes=minutes)).to_jwt()
