"""Tokens that prove nothing, made with the right secret or without it."""

import base64
import hashlib
import hmac
import time
from collections.abc import Callable
from typing import Any

import jwt
import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import SignatureInvalid
from media_bridge.webhook_signatures import WebhookSignatures
from tests.media_bridge.webhook_signing import KEY, SECRET, authorization

pytestmark = pytest.mark.unit

BODY = b'{"event": "room_started"}'
OLD = "another-secret-of-thirty-two-characters"
NOW = int(time.time())
SIGNATURES = WebhookSignatures({KEY: SECRET, "old": OLD}, now=lambda: NOW)
HEADER: dict[str, Any] = {"alg": "HS256", "typ": "JWT"}
CLAIMS: dict[str, Any] = {
    "iss": KEY,
    "nbf": NOW,
    "exp": NOW + 300,
    "sha256": base64.b64encode(hashlib.sha256(BODY).digest()).decode(),
}

DAY = 86_400
TIMES = st.integers(NOW - 9 * DAY, NOW - DAY) | st.integers(NOW + DAY, NOW + 9 * DAY)


def part(value: object) -> bytes:
    return base64.urlsafe_b64encode(orjson.dumps(value)).rstrip(b"=")


def token(claims: object = CLAIMS, header: object = HEADER, secret: str = SECRET) -> str:
    """Whatever it says, with the signature that HS256 gives it."""
    signed = part(header) + b"." + part(claims)
    signature = base64.urlsafe_b64encode(hmac.digest(secret.encode(), signed, "sha256")).rstrip(b"=")
    return f"{signed.decode()}.{signature.decode()}"


def without(claim: str) -> dict[str, Any]:
    return {name: value for name, value in CLAIMS.items() if name != claim}


def test_livekits_own_token_is_accepted() -> None:
    WebhookSignatures({KEY: SECRET}).verify(BODY, authorization(BODY))
    SIGNATURES.verify(BODY, token())


@pytest.mark.parametrize(
    "claims",
    [CLAIMS | {"nbf": NOW + 50}, CLAIMS | {"exp": NOW - 50}, without("nbf"), CLAIMS | {"iat": NOW + 50}],
    ids=["clock ahead", "clock behind", "no beginning", "issued soon"],
)
def test_clocks_may_differ_by_a_minute(claims: dict[str, Any]) -> None:
    SIGNATURES.verify(BODY, token(claims))


@pytest.mark.parametrize(
    "claims",
    [
        CLAIMS | {"exp": NOW - 90},
        CLAIMS | {"nbf": NOW + 90},
        CLAIMS | {"iat": NOW + 90},
        without("exp"),
        without("iss"),
        without("sha256"),
        CLAIMS | {"aud": "somebody else"},
        CLAIMS | {"iss": "unknown"},
        CLAIMS | {"iss": "old"},
        CLAIMS | {"sha256": ""},
        CLAIMS | {"sha256": CLAIMS["sha256"].lower()},
    ],
    ids=str,
)
def test_claims_that_do_not_hold_are_refused(claims: dict[str, Any]) -> None:
    with pytest.raises(SignatureInvalid):
        SIGNATURES.verify(BODY, token(claims))


@pytest.mark.parametrize("name", ["exp", "nbf", "iat", "iss", "sha256"])
@pytest.mark.parametrize("value", ["9999999999", ["key"], {"key": 1}])
def test_claims_of_another_type_are_refused(name: str, value: object) -> None:
    with pytest.raises(SignatureInvalid):
        SIGNATURES.verify(BODY, token(CLAIMS | {name: value}))


@pytest.mark.parametrize("claims", [[], "text", 1, None, {}])
def test_claims_that_are_none_are_refused(claims: object) -> None:
    with pytest.raises(SignatureInvalid):
        SIGNATURES.verify(BODY, token(claims))


@pytest.mark.parametrize(
    "header",
    [
        HEADER | {"alg": "none"},
        HEADER | {"alg": "HS512"},
        HEADER | {"alg": "RS256"},
        HEADER | {"alg": ["HS256"]},
        HEADER | {"crit": ["exp"]},
        HEADER | {"jwk": {"kty": "oct", "k": "AAAA"}},
        {"typ": "JWT"},
        [],
        None,
    ],
    ids=str,
)
def test_a_header_cannot_choose_how_it_is_verified(header: object) -> None:
    with pytest.raises(SignatureInvalid):
        SIGNATURES.verify(BODY, token(header=header))


@pytest.mark.parametrize("algorithm", ["HS384", "HS512"])
def test_other_algorithms_are_refused_with_the_right_secret(algorithm: str) -> None:
    with pytest.raises(SignatureInvalid):
        SIGNATURES.verify(BODY, jwt.encode(CLAIMS, SECRET * 2, algorithm))


@pytest.mark.parametrize(
    "spoil",
    [
        lambda good: good.rpartition(".")[0],
        lambda good: good.rpartition(".")[0] + ".",
        lambda good: good[:-1],
        lambda good: good + "=",
        lambda good: good + "A",
        lambda good: f"{good}.{good.rpartition('.')[2]}",
        lambda good: "." + good,
        lambda good: good.replace(".", "..", 1),
        lambda good: good.replace(".", "", 1),
        lambda good: good.upper(),
        lambda good: "é" + good,
        lambda good: " ".join(good.partition(".")),
    ],
)
def test_a_spoilt_token_is_refused(spoil: Callable[[str], str]) -> None:
    with pytest.raises(SignatureInvalid):
        SIGNATURES.verify(BODY, spoil(token()))


def test_the_secret_of_another_key_is_refused() -> None:
    with pytest.raises(SignatureInvalid):
        SIGNATURES.verify(BODY, token(secret=OLD))
    SIGNATURES.verify(BODY, token(CLAIMS | {"iss": "old"}, secret=OLD))


@given(
    header=st.sampled_from([HEADER, {"alg": "HS256"}]),
    claims=st.fixed_dictionaries(
        {},
        optional={
            "iss": st.sampled_from([KEY, "old", "unknown"]),
            "exp": TIMES,
            "nbf": TIMES,
            "iat": TIMES,
            "aud": st.just("somebody"),
        },
    ),
)
def test_what_a_library_refuses_is_refused(header: dict[str, str], claims: dict[str, Any]) -> None:
    """The same tokens hold for PyJWT, whose clock is that of the machine."""
    text = token(claims | {"sha256": CLAIMS["sha256"]}, header)
    try:
        jwt.decode(text, SECRET, ["HS256"], issuer=KEY, leeway=60, options={"require": ["exp"]})
    except jwt.InvalidTokenError:
        with pytest.raises(SignatureInvalid):
            SIGNATURES.verify(BODY, text)
    else:
        SIGNATURES.verify(BODY, text)
