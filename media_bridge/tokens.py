"""Who may do what in a room: LiveKit tokens by role. They carry opaque identities, no name, no metadata."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from types import MappingProxyType
from uuid import UUID

from livekit.api import AccessToken, VideoGrants

from domain.people.roles import Role, capture_identity, room_name

JOIN_TTL = timedelta(minutes=10)  # time to join; once in, the server refreshes the token itself

# Every field is set: what LiveKit's library leaves out it leaves permissive.
_NOTHING = VideoGrants(
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

# Chat and the raised hand are data messages, hence data for all who take part.
_SPEAKER = replace(
    _NOTHING, can_publish=True, can_publish_data=True, can_publish_sources=["camera", "microphone"]
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
CAPTURE_GRANTS = replace(_NOTHING, can_publish_data=True, hidden=True, recorder=True)


class TokenMinter:
    """Mints LiveKit join tokens."""

    def __init__(self, api_key: str, api_secret: str) -> None:
        self._key, self._secret = api_key, api_secret

    def mint(self, role: Role, session_id: UUID, identity: str, ttl: timedelta = JOIN_TTL) -> str:
        """A token with which `identity` can join the session's room within `ttl`, as `role`."""
        return self._token(GRANTS[role], session_id, identity, ttl).to_jwt()

    def mint_capture(self, session_id: UUID, ttl: timedelta = JOIN_TTL) -> str:
        """A token for the hidden recorder of the session."""
        token = self._token(CAPTURE_GRANTS, session_id, capture_identity(session_id), ttl)
        return token.with_kind("agent").to_jwt()

    def _token(self, grants: VideoGrants, session_id: UUID, identity: str, ttl: timedelta) -> AccessToken:
        token = AccessToken(self._key, self._secret).with_identity(identity).with_ttl(ttl)
        return token.with_grants(replace(grants, room=room_name(session_id)))
