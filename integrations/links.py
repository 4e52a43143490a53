"""Signed links: a JWT that names one thing one person may do, in one class, until a time."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import jwt

from domain.errors import LinkExpired, LinkForAnotherClass, LinkInvalid
from domain.roles import Role

_ALGORITHM = "HS256"
_JOIN, _DESK = "join", "desk"
LINK_OUTLIVES_CLASS = timedelta(days=1)


@dataclass(frozen=True)
class JoinLink:
    session_id: UUID
    organization_id: UUID
    participant_id: UUID
    role: Role


@dataclass(frozen=True)
class DeskLink:
    """Opens the pages of one organization."""

    organization_id: UUID


class LinkSigner:
    """The first secret signs, all of them verify."""

    def __init__(self, secrets: Sequence[str], public_url: str) -> None:
        self._secrets = tuple(secrets)
        self._base = public_url.rstrip("/")

    def join_url(self, link: JoinLink, expires_at: datetime) -> str:
        token = self._sign(
            _JOIN,
            expires_at,
            session=link.session_id,
            organization=link.organization_id,
            participant=link.participant_id,
            role=link.role,
        )
        return f"{self._base}/join/{link.session_id}?t={token}"

    def read_join(self, token: str, session_id: UUID, now: datetime) -> JoinLink:
        """Raises LinkInvalid, LinkExpired or LinkForAnotherClass."""
        claims = self._read(_JOIN, token, now)
        link = JoinLink(
            UUID(claims["session"]),
            UUID(claims["organization"]),
            UUID(claims["participant"]),
            Role(claims["role"]),
        )
        if link.session_id != session_id:
            raise LinkForAnotherClass
        return link

    def desk_url(self, link: DeskLink, expires_at: datetime, path: str = "/today") -> str:
        return f"{self._base}{path}?desk={self._sign(_DESK, expires_at, organization=link.organization_id)}"

    def read_desk(self, token: str, now: datetime) -> DeskLink:
        return DeskLink(UUID(self._read(_DESK, token, now)["organization"]))

    def session_page(self, session_id: UUID) -> str:
        return f"{self._base}/sessions/{session_id}"

    def _sign(self, purpose: str, expires_at: datetime, **claims: Any) -> str:
        payload = {"aud": purpose, "exp": int(expires_at.timestamp())} | {
            k: str(v) for k, v in claims.items()
        }
        return jwt.encode(payload, self._secrets[0], algorithm=_ALGORITHM)

    def _read(self, purpose: str, token: str, now: datetime) -> dict[str, Any]:
        for secret in self._secrets:
            try:
                claims: dict[str, Any] = jwt.decode(
                    token,
                    secret,
                    algorithms=[_ALGORITHM],
                    audience=purpose,
                    options={"verify_exp": False, "require": ["exp", "aud", "organization"]},
                )
            except jwt.InvalidTokenError:
                continue
            if claims["exp"] <= now.timestamp():
                raise LinkExpired
            return claims
        raise LinkInvalid
