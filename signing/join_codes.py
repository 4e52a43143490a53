"""Makes the join code of a participant, and the hash by which it is found.

A code is derived from the deployment's secret, so that it can be shown again although only its hash is stored. The hash
is keyed: with 50 bits, a plain one could be tried out by whoever has a copy of the database.
"""

import hashlib
import hmac
from collections.abc import Sequence
from uuid import UUID

from domain.people.join_codes import code_from


class JoinCodeMaker:
    """The first secret makes new codes; codes made with any of them stay valid."""

    def __init__(self, secrets: Sequence[str]) -> None:
        self._secrets = [secret.encode() for secret in secrets]

    def code(self, participant_id: UUID, stored_hash: str | None, link_version: int = 0) -> tuple[str, str]:
        """The code and its hash, of one version of the participant's link.

        A code whose hash is stored is kept, also if it was made with an older secret.
        """
        made = [self._made(secret, participant_id, link_version) for secret in self._secrets]
        return next((one for one in made if one[1] == stored_hash), made[0])

    def hashes(self, code: str) -> list[str]:
        """The hashes under which a code may be stored, one per secret."""
        return [_keyed(secret, "join code hash", code).hex() for secret in self._secrets]

    def _made(self, secret: bytes, participant_id: UUID, link_version: int) -> tuple[str, str]:
        named = f"{participant_id} {link_version}" if link_version else str(participant_id)
        code = code_from(int.from_bytes(_keyed(secret, "join code", named), "big"))
        return code, _keyed(secret, "join code hash", code).hex()


def _keyed(secret: bytes, purpose: str, value: str) -> bytes:
    return hmac.new(secret, f"{purpose}\n{value}".encode(), hashlib.sha256).digest()
