"""Encrypts the content of messages that hold a secret, such as a sign-in link, while they wait in the outbox."""

import json

from reports.contexts import RenderedMessage
from signing.sealing import Sealer


class SealedContent:
    def __init__(self, sealer: Sealer) -> None:
        self._sealer = sealer

    def seal(self, message: RenderedMessage) -> str:
        """The encrypted HTML and text of a message. The subject holds no secret and is not included."""
        return self._sealer.seal(json.dumps([message.html, message.text]))

    def open(self, sealed: str) -> tuple[str, str]:
        """The HTML and text that were sealed. Raises Unsealable."""
        html, text = json.loads(self._sealer.open(sealed))
        return html, text
