"""Posts signed messages to URLs of customers, by the Standard Webhooks specification.

The signature is an HMAC-SHA256 over id, time and body, so that its reader can tell who sent a message, refuse an old
one, and recognise one that was sent twice.
"""

import hashlib
import hmac
from base64 import b64decode, b64encode
from datetime import datetime

import httpx2

from domain.errors import Unavailable, Undeliverable
from integrations.egress_guard import outside_transport, require_public_url

_PREFIX = "whsec_"
_TIMEOUT = 15.0  # seconds


class SignedWebhooks:
    def __init__(self, *, local: bool, timeout: float = _TIMEOUT) -> None:
        """With `local`, private addresses and plain http are allowed."""
        self._local = local
        self._timeout = timeout

    async def check(self, url: str) -> None:
        """Raises InvalidInput for a URL that is not https or points into a private network, Unavailable."""
        await require_public_url(url, local=self._local)

    async def post(self, url: str, secret: str, message_id: str, body: str, at: datetime) -> None:
        """Post a message. Raises InvalidInput, Undeliverable if it is refused for good, and Unavailable."""
        await self.check(url)
        payload, seconds = body.encode(), str(int(at.timestamp()))
        headers = {
            "content-type": "application/json",
            "user-agent": "Homeroom",
            "webhook-id": message_id,
            "webhook-timestamp": seconds,
            "webhook-signature": f"v1,{signature(secret, message_id, seconds, payload)}",
        }
        try:
            async with (
                httpx2.AsyncClient(
                    transport=outside_transport(local=self._local), timeout=self._timeout, trust_env=False
                ) as client,
                client.stream("POST", url, content=payload, headers=headers) as answer,
            ):
                status = answer.status_code
        except httpx2.HTTPError as error:
            raise Unavailable("the webhook isn't responding") from error
        if 200 <= status < 300:
            return
        if status in (408, 425, 429) or status >= 500:
            raise Unavailable(f"the webhook answered {status}")
        raise Undeliverable(f"the webhook answered {status}", next_step="Check its URL and its secret.")


def signature(secret: str, message_id: str, timestamp: str, body: bytes) -> str:
    """The signature of a message with a secret of the form whsec_<base64>."""
    key = b64decode(secret.removeprefix(_PREFIX))
    signed = b".".join([message_id.encode(), timestamp.encode(), body])
    return b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
