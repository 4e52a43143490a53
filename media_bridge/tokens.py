"""Mints LiveKit join tokens, with grants by role. Tokens carry opaque identities, no names and no metadata."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from types import MappingProxyType
from uuid import UUID

from livekit.api import AccessToken, VideoGrants

from domain.people.roles import LINK_VERSION, Role, capture_identity, room_name

JOIN_TTL = timedelta(minutes=10)  # time to join; after that the server refreshes the token itself

# Every field is set, because LiveKit's library omits unset grants and the server treats some of them as allowed.
_LISTEN_ONLY = VideoGrants(
    room_create=False,
    room_list=False,
    room_record=False,
    room_admin=False,
    room_join=True,
    can_publish=False,
    can_subscribe=True,
    can_publish_data=False,
    can_publish_sources=[],
    can_update_own_metadata=False,  # it would let them rename themselves
    ingress_admin=False,
    hidden=False,
    recorder=False,
    agent=False,
    can_manage_agent_session=False,
    can_subscribe_metrics=False,
)

# Chat and raised hands are data messages, so every participant may publish data.
_SPEAKER = replace(
    _LISTEN_ONLY, can_publish=True, can_publish_data=True, can_publish_sources=["camera", "microphone"]
)

GRANTS: Mapping[Role, VideoGrants] = MappingProxyType(
    {
        Role.INSTRUCTOR: replace(
            _SPEAKER, can_publish_sources=["camera", "microphone", "screen_share", "screen_share_audio"]
        ),
        Role.STUDENT: _SPEAKER,
        Role.OBSERVER: _SPEAKER,
    }
)

# `recorder` makes browsers show that the room is being recorded.
CAPTURE_GRANTS = replace(_LISTEN_ONLY, can_publish_data=True, hidden=True, recorder=True)


class TokenMinter:
    """Mints LiveKit join tokens."""

    def __init__(self, api_key: str, api_secret: str) -> None:
        self._key, self._secret = api_key, api_secret

    def mint(
        self,
        role: Role,
        session_id: UUID,
        identity: str,
        ttl: timedelta = JOIN_TTL,
        link_version: int = 0,
    ) -> str:
        """A token with which `identity` can join the session's room as `role` within `ttl`.

        A connection made with it has the version of the join link as its attribute; without one it is 0.
        """
        token = self._token(GRANTS[role], session_id, identity, ttl)
        if link_version:
            token = token.with_attributes({LINK_VERSION: str(link_version)})
        return token.to_jwt()

    def mint_capture(self, session_id: UUID, ttl: timedelta = JOIN_TTL) -> str:
        """A token with which the session's hidden recorder can join its room within `ttl`."""
        token = self._token(CAPTURE_GRANTS, session_id, capture_identity(session_id), ttl)
        return token.with_kind("agent").to_jwt()

    def _token(self, grants: VideoGrants, session_id: UUID, identity: str, ttl: timedelta) -> AccessToken:
        token = AccessToken(self._key, self._secret).with_identity(identity).with_ttl(ttl)
        return token.with_grants(replace(grants, room=room_name(session_id)))
