"""The words of a message that holds a secret, sealed while they wait to be delivered."""

import json

from reports.contexts import RenderedMessage
from signing.sealing import Sealer


class SealedWords:
    def __init__(self, sealer: Sealer) -> None:
        self._sealer = sealer

    def seal(self, message: RenderedMessage) -> str:
        """The subject line is no secret and stays out."""
        return self._sealer.seal(json.dumps([message.html, message.text]))

    def open(self, sealed: str) -> tuple[str, str]:
        """HTML and text. Raises Unsealable."""
        html, text = json.loads(self._sealer.open(sealed))
        return html, text
