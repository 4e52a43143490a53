"""Grants and claims of join tokens, read back by decoding the tokens."""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import jwt
import pytest
from livekit.api import TokenVerifier, VideoGrants

from domain.people.roles import Role
from media_bridge.tokens import CAPTURE_GRANTS, GRANTS, TokenMinter

pytestmark = pytest.mark.unit

KEY, SECRET = "key", "a-secret-of-thirty-two-characters-or-more"
SESSION = UUID("018f0000-0000-7000-8000-000000000001")
ROOM = f"session-{SESSION}"
MINTER = TokenMinter(KEY, SECRET)


def grants_in(token: str) -> VideoGrants:
    claims = TokenVerifier(KEY, SECRET).verify(token)
    assert claims.video is not None
    return claims.video


@pytest.mark.parametrize("role", list(Role))
def test_a_token_grants_exactly_its_roles_grants(role: Role) -> None:
    token = MINTER.mint(role, SESSION, "someone")

    assert grants_in(token) == replace(GRANTS[role], room=ROOM)


@pytest.mark.parametrize("role", list(Role))
def test_every_grant_is_set_so_that_no_default_applies(role: Role) -> None:
    claims = jwt.decode(MINTER.mint(role, SESSION, "someone"), SECRET, algorithms=["HS256"])

    grants = set(claims["video"])
    assert {"canPublish", "canSubscribe", "canPublishData", "canPublishSources"} <= grants
    assert {"roomAdmin", "roomCreate", "roomList", "roomRecord", "canUpdateOwnMetadata", "hidden"} <= grants


def test_a_token_says_the_version_of_the_link_it_was_given_for() -> None:
    attributes = [
        TokenVerifier(KEY, SECRET)
        .verify(MINTER.mint(Role.STUDENT, SESSION, "one", link_version=v))
        .attributes
        for v in (0, 2)
    ]
    assert attributes == [{}, {"link_version": "2"}]


def test_only_the_instructor_may_share_a_screen_and_no_role_administers_the_room() -> None:
    may_share = {role for role in Role if "screen_share" in (GRANTS[role].can_publish_sources or [])}

    assert may_share == {Role.INSTRUCTOR}
    assert not any(grants.room_admin or grants.can_update_own_metadata for grants in GRANTS.values())


def test_the_recorder_joins_hidden_as_a_recording_agent() -> None:
    claims = jwt.decode(MINTER.mint_capture(SESSION), SECRET, algorithms=["HS256"])

    assert claims["kind"] == "agent"
    assert claims["sub"] == f"capture-{SESSION}"
    video = grants_in(MINTER.mint_capture(SESSION))
    assert video == replace(CAPTURE_GRANTS, room=ROOM)
    assert (video.hidden, video.recorder, video.can_publish, video.can_subscribe) == (True, True, False, True)


def test_a_token_carries_the_identity_but_no_name_or_metadata() -> None:
    claims = jwt.decode(MINTER.mint(Role.STUDENT, SESSION, "someone"), SECRET, algorithms=["HS256"])

    assert claims["sub"] == "someone"
    assert claims.keys().isdisjoint({"name", "metadata", "attributes"})


def test_a_token_expires_after_its_ttl() -> None:
    token = MINTER.mint(Role.STUDENT, SESSION, "someone", ttl=timedelta(minutes=3))

    claims = jwt.decode(token, SECRET, algorithms=["HS256"])
    assert claims["exp"] - claims["nbf"] == 180
