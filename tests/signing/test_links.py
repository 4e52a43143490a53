"""Signed links: claims, expiry, purpose and forged tokens."""

import base64
import hashlib
import hmac
import json
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import jwt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import LinkExpired, LinkForAnotherClass, LinkInvalid
from domain.people.roles import Role
from signing.links import ConsoleLink, JoinLink, LinkSigner
from tests.links import token_of

pytestmark = pytest.mark.unit

OLD, NEW = "an-old-secret-of-thirty-two-characters-or-more", "a-new-secret-of-thirty-two-characters-or-more"
SESSION, OTHER = UUID(int=1), UUID(int=2)
LINK = JoinLink(SESSION, UUID(int=3), UUID(int=4), Role.STUDENT)
UNTIL = datetime(2026, 3, 3, 12, tzinfo=UTC)
DESK = ConsoleLink(UUID(int=3), UUID(int=5), UNTIL - timedelta(hours=1))
BEFORE = UNTIL - timedelta(seconds=1)
SIGNER = LinkSigner([NEW], "https://school.example/")


TOKEN = token_of(SIGNER.join_url(LINK, UNTIL))
DESK_TOKEN = token_of(SIGNER.console_url(DESK, UNTIL), "token")
CLAIMS = jwt.decode(TOKEN, NEW, algorithms=["HS256"], audience="join", options={"verify_exp": False})


def part(value: Any) -> str:
    data = value if isinstance(value, bytes) else json.dumps(value).encode()
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def refused(token: str) -> bool:
    with pytest.raises(LinkInvalid):
        SIGNER.read_join(token, SESSION, BEFORE)
    return True


def test_a_link_points_to_its_class_and_returns_the_signed_claims() -> None:
    url = urlsplit(SIGNER.join_url(LINK, UNTIL))

    assert (url.scheme, url.netloc, url.path) == ("https", "school.example", f"/join/{SESSION}")
    assert SIGNER.read_join(TOKEN, SESSION, BEFORE) == LINK
    assert SIGNER.read_console(DESK_TOKEN, BEFORE) == DESK


def test_a_link_carries_ids_and_no_names() -> None:
    assert CLAIMS.keys() == {"aud", "exp", "session", "organization", "participant", "role", "version"}


def test_a_link_from_a_release_without_versions_has_the_first() -> None:
    claims = {name: value for name, value in CLAIMS.items() if name != "version"}
    assert SIGNER.read_join(jwt.encode(claims, NEW, algorithm="HS256"), SESSION, BEFORE).version == 0


def test_a_link_is_valid_until_the_second_it_expires() -> None:
    assert SIGNER.read_join(TOKEN, SESSION, UNTIL - timedelta(microseconds=1)) == LINK
    for late in (UNTIL, UNTIL + timedelta(days=400)):
        with pytest.raises(LinkExpired):
            SIGNER.read_join(TOKEN, SESSION, late)
        with pytest.raises(LinkExpired):
            SIGNER.read_console(DESK_TOKEN, late)


def test_a_link_for_another_class_raises_its_own_error() -> None:
    with pytest.raises(LinkForAnotherClass):
        SIGNER.read_join(TOKEN, OTHER, BEFORE)


def test_a_link_is_valid_only_for_its_purpose() -> None:
    assert refused(DESK_TOKEN)
    with pytest.raises(LinkInvalid):
        SIGNER.read_console(TOKEN, BEFORE)


@given(st.integers(0, len(TOKEN) - 1), st.characters(codec="ascii"))
def test_a_link_with_any_changed_character_is_refused(position: int, character: str) -> None:
    """Base64 ignores some bits of a part's last character, so two spellings decode to one signature."""
    changed = TOKEN[:position] + character + TOKEN[position + 1 :]

    try:
        read = SIGNER.read_join(changed, SESSION, BEFORE)
    except LinkInvalid:
        return
    assert read == LINK


@given(
    st.one_of(
        st.text(), st.text(alphabet="abcXYZ019-_."), st.integers(0, len(TOKEN)).map(lambda n: TOKEN[:n])
    )
)
def test_malformed_tokens_are_refused(token: str) -> None:
    assert token == TOKEN or refused(token)


@pytest.mark.parametrize(
    "changed",
    [
        {"role": "instructor"},
        {"session": str(OTHER)},
        {"participant": str(UUID(int=9))},
        {"organization": str(UUID(int=9))},
        {"exp": 99_999_999_999},
        {"aud": "desk"},
    ],
)
def test_changed_claims_under_the_old_signature_are_refused(changed: dict[str, Any]) -> None:
    head, _, signature = TOKEN.split(".")

    assert refused(f"{head}.{part(CLAIMS | changed)}.{signature}")


@pytest.mark.parametrize("algorithm", ["none", "None", "NONE", "nOnE"])
@pytest.mark.parametrize("signature", ["", TOKEN.split(".")[2]])
def test_an_unsigned_token_is_refused(algorithm: str, signature: str) -> None:
    assert refused(f"{part({'alg': algorithm, 'typ': 'JWT'})}.{part(CLAIMS)}.{signature}")


@pytest.mark.parametrize(("name", "digest"), [("HS384", hashlib.sha384), ("HS512", hashlib.sha512)])
def test_another_algorithm_with_the_right_secret_is_refused(name: str, digest: Any) -> None:
    signed = f"{part({'alg': name, 'typ': 'JWT'})}.{part(CLAIMS)}"

    assert refused(f"{signed}.{part(hmac.new(NEW.encode(), signed.encode(), digest).digest())}")


@pytest.mark.parametrize("name", ["RS256", "ES256", "EdDSA", "HS256 ", "hs256", ""])
def test_a_right_signature_with_another_declared_algorithm_is_refused(name: str) -> None:
    signed = f"{part({'alg': name, 'typ': 'JWT'})}.{part(CLAIMS)}"

    assert refused(f"{signed}.{part(hmac.new(NEW.encode(), signed.encode(), hashlib.sha256).digest())}")


@pytest.mark.parametrize("missing", ["exp", "aud", "organization"])
def test_a_signed_link_without_a_required_claim_is_refused(missing: str) -> None:
    claims = {name: value for name, value in CLAIMS.items() if name != missing}

    assert refused(jwt.encode(claims, NEW, algorithm="HS256"))


def test_a_link_signed_with_another_secret_is_refused() -> None:
    stranger = LinkSigner(["somebody-else's-secret-of-thirty-two-characters"], "https://school.example")

    assert refused(token_of(stranger.join_url(LINK, UNTIL)))


def test_during_rotation_both_secrets_verify_and_the_first_signs() -> None:
    before, during, after = (LinkSigner(keys, "https://x.example") for keys in ([OLD], [NEW, OLD], [NEW]))
    old, new = (token_of(signer.join_url(LINK, UNTIL)) for signer in (before, during))

    assert during.read_join(old, SESSION, BEFORE) == during.read_join(new, SESSION, BEFORE) == LINK
    assert after.read_join(new, SESSION, BEFORE) == LINK
    with pytest.raises(LinkInvalid):
        after.read_join(old, SESSION, BEFORE)


def test_an_expired_link_signed_with_the_old_secret_raises_expired() -> None:
    old = token_of(LinkSigner([OLD], "https://x.example").join_url(LINK, UNTIL))

    with pytest.raises(LinkExpired):
        LinkSigner([NEW, OLD], "https://x.example").read_join(old, SESSION, UNTIL)
