"""Which URLs from customers the egress guard lets through."""

import pytest

from domain.errors import InvalidInput, Unavailable
from integrations.egress_guard import require_public_url

pytestmark = pytest.mark.adapter


@pytest.mark.parametrize(
    "url",
    [
        "https://127.0.0.1/",
        "https://localhost/",
        "https://10.0.0.1/",
        "https://169.254.169.254/latest/meta-data",
        "https://[::1]/",
        "https://[fe80::1]/",
        "https://[::ffff:127.0.0.1]/",
        "https://0.0.0.0/",
        "https://2130706433/",
        "http://192.0.2.1/",
        "ftp://school.example/",
        "https://user:password@1.1.1.1/",
        "https:///nowhere",
        "https://1.1.1.1:99999/",
        "",
    ],
)
async def test_private_and_malformed_urls_are_refused(url: str) -> None:
    with pytest.raises((InvalidInput, Unavailable)):
        await require_public_url(url, local=False)


async def test_public_urls_are_allowed() -> None:
    await require_public_url("https://1.1.1.1/", local=False)


async def test_a_local_deployment_may_call_private_addresses() -> None:
    await require_public_url("http://127.0.0.1:5000/", local=True)
    with pytest.raises(InvalidInput):
        await require_public_url("file:///etc/passwd", local=True)
