"""Webhooks arrive signed at a real HTTP receiver; failures say whether a retry helps; private addresses are refused."""

import asyncio
import hashlib
import hmac
import json
from base64 import b64decode, b64encode
from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest

from domain.errors import InvalidInput, Unavailable, Undeliverable
from integrations.signed_webhooks import SignedWebhooks, signature
from tests.integrations.receiver import Receiver, receiving

pytestmark = pytest.mark.adapter

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
NOON = datetime(2030, 3, 4, 12, tzinfo=UTC)
BODY = json.dumps({"type": "test", "text": "ü"})


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async with receiving() as opened:
        yield opened


async def post(url: str, *, local: bool = True, timeout: float = 15) -> None:
    await SignedWebhooks(local=local, timeout=timeout).post(url, SECRET, "msg_1", BODY, NOON)


async def test_a_message_arrives_with_a_signature_that_its_reader_can_verify(receiver: Receiver) -> None:
    await post(receiver.url)

    (request,) = receiver.requests
    assert request.body == BODY.encode()
    assert request.headers["webhook-id"] == "msg_1"
    assert request.headers["webhook-timestamp"] == str(int(NOON.timestamp()))
    signed = b"msg_1." + request.headers["webhook-timestamp"].encode() + b"." + request.body
    key = b64decode(SECRET.removeprefix("whsec_"))
    expected = b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    assert request.headers["webhook-signature"] == f"v1,{expected}"


def test_the_signature_is_that_of_the_specification() -> None:
    """The example of the Standard Webhooks specification."""
    body = b'{"test": 2432232314}'
    found = signature(SECRET, "msg_p5jXN8AQM9LWM0D4loKWxJek", "1614265330", body)

    assert found == "g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


@pytest.mark.parametrize("status, error", [(404, Undeliverable), (429, Unavailable), (503, Unavailable)])
async def test_a_refusal_is_final_unless_a_retry_can_help(
    receiver: Receiver, status: int, error: type[Exception]
) -> None:
    receiver.status = status
    with pytest.raises(error, match=f"answered {status}"):
        await post(receiver.url)


async def test_a_redirect_is_not_followed(receiver: Receiver) -> None:
    receiver.status, receiver.location = 302, f"{receiver.url}/elsewhere"
    with pytest.raises(Undeliverable, match="answered 302"):
        await post(receiver.url)
    assert len(receiver.requests) == 1


async def test_a_receiver_that_does_not_answer_is_given_up_in_time(receiver: Receiver) -> None:
    receiver.hangs = True
    async with asyncio.timeout(30):
        with pytest.raises(Unavailable):
            await post(receiver.url, timeout=0.2)


@pytest.mark.parametrize("url", ["https://127.0.0.1/hook", "https://10.0.0.8/hook", "https://[::1]/hook"])
async def test_private_addresses_are_refused(url: str) -> None:
    with pytest.raises(InvalidInput, match="private network"):
        await post(url, local=False)


async def test_plain_http_is_refused(receiver: Receiver) -> None:
    with pytest.raises(InvalidInput, match="https"):
        await post(receiver.url, local=False)
    assert receiver.requests == []
