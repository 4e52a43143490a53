"""The operator of a deployment in a browser: proved by the operator's token, and good for creating organizations only.

The session is a sealed cookie that names no organization, so no other page accepts it. It ends after half an hour, and
at once when the operator's token is changed.
"""

import hmac
import json
import logging
from datetime import timedelta
from uuid import UUID, uuid4

from domain.errors import NotAuthenticated, SignInRefused
from signing.hashing import hash_secret
from signing.sealing import Sealer, Unsealable

OPERATOR_SESSION_TTL = timedelta(minutes=30)
logger = logging.getLogger(__name__)


class OperatorAccess:
    def __init__(self, operator_token: str, sessions: Sealer) -> None:
        """`sessions` seals the cookie."""
        self._token_hash = hash_secret(operator_token)
        self._sessions = sessions

    def sign_in(self, token: str) -> str:
        """The value of the cookie. Raises SignInRefused."""
        if not hmac.compare_digest(hash_secret(token), self._token_hash):
            raise SignInRefused(
                "this is not the operator's token",
                next_step="It is the value of HOMEROOM_ADMIN_TOKEN in the settings of this deployment.",
            )
        logger.info("operator signed in")
        return self._sessions.seal(json.dumps({"id": str(uuid4()), "token": self._token_hash}))

    def session_of(self, cookie: str) -> UUID:
        """The id of the session. Raises NotAuthenticated."""
        try:
            session = json.loads(self._sessions.open(cookie, max_age=OPERATOR_SESSION_TTL))
        except Unsealable as error:
            raise NotAuthenticated("you are signed out", next_step="Enter the operator's token.") from error
        if not hmac.compare_digest(session["token"], self._token_hash):
            raise NotAuthenticated("the operator's token has changed", next_step="Enter the new one.")
        return UUID(session["id"])
