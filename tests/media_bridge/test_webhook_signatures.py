"""Only a token with valid claims, signed with the right secret, is accepted."""

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
    """A token with these claims and this header, correctly signed with HS256."""
    signed = part(header) + b"." + part(claims)
    signature = base64.urlsafe_b64encode(hmac.digest(secret.encode(), signed, "sha256")).rstrip(b"=")
    return f"{signed.decode()}.{signature.decode()}"


def without(claim: str) -> dict[str, Any]:
    return {name: value for name, value in CLAIMS.items() if name != claim}


def test_token_of_livekits_library_is_accepted() -> None:
    WebhookSignatures({KEY: SECRET}).verify(BODY, authorization(BODY))
    SIGNATURES.verify(BODY, token())


@pytest.mark.parametrize(
    "claims",
    [CLAIMS | {"nbf": NOW + 50}, CLAIMS | {"exp": NOW - 50}, without("nbf"), CLAIMS | {"iat": NOW + 50}],
    ids=["clock ahead", "clock behind", "no beginning", "issued soon"],
)
def test_clock_difference_of_a_minute_is_accepted(claims: dict[str, Any]) -> None:
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
    ids=[
        "expired",
        "not yet valid",
        "issued later",
        "no end",
        "no issuer",
        "no hash",
        "for somebody else",
        "unknown key",
        "key of old",
        "empty hash",
        "hash in other letters",
    ],
)
def test_invalid_claims_are_refused(claims: dict[str, Any]) -> None:
    with pytest.raises(SignatureInvalid):
        SIGNATURES.verify(BODY, token(claims))


@pytest.mark.parametrize("name", ["exp", "nbf", "iat", "iss", "sha256"])
@pytest.mark.parametrize("value", ["9999999999", ["key"], {"key": 1}])
def test_claim_of_a_wrong_type_is_refused(name: str, value: object) -> None:
    with pytest.raises(SignatureInvalid):
        SIGNATURES.verify(BODY, token(CLAIMS | {name: value}))


@pytest.mark.parametrize("claims", [[], "text", 1, None, {}])
def test_claims_that_are_not_an_object_are_refused(claims: object) -> None:
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
def test_header_cannot_choose_the_algorithm_or_key(header: object) -> None:
    with pytest.raises(SignatureInvalid):
        SIGNATURES.verify(BODY, token(header=header))


@pytest.mark.parametrize("algorithm", ["HS384", "HS512"])
def test_other_algorithm_is_refused_even_with_the_right_secret(algorithm: str) -> None:
    with pytest.raises(SignatureInvalid):
        SIGNATURES.verify(BODY, jwt.encode(CLAIMS, SECRET * 2, algorithm))


@pytest.mark.parametrize(
    "alter",
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
def test_altered_token_is_refused(alter: Callable[[str], str]) -> None:
    with pytest.raises(SignatureInvalid):
        SIGNATURES.verify(BODY, alter(token()))


def test_signature_with_the_secret_of_another_key_is_refused() -> None:
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
def test_tokens_are_judged_as_by_pyjwt(header: dict[str, str], claims: dict[str, Any]) -> None:
    """PyJWT takes the time from the machine's clock, so no claim is near its limit."""
    text = token(claims | {"sha256": CLAIMS["sha256"]}, header)
    try:
        jwt.decode(text, SECRET, ["HS256"], issuer=KEY, leeway=60, options={"require": ["exp"]})
    except jwt.InvalidTokenError:
        with pytest.raises(SignatureInvalid):
            SIGNATURES.verify(BODY, text)
    else:
        SIGNATURES.verify(BODY, text)
