"""Which URLs from customers the egress guard lets through."""

import socket
from ipaddress import ip_address
from typing import Any

import httpx2
import pytest

from domain.errors import InvalidInput, Unavailable
from integrations.egress_guard import PublicOnlyTransport, is_public, require_public_url

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


@pytest.mark.parametrize(
    "address",
    [
        "10.0.0.1",
        "100.64.0.1",
        "192.0.0.8",
        "192.88.99.1",
        "198.18.0.1",
        "224.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "::7f00:1",
        "::8.8.8.8",
        "::ffff:10.0.0.1",
        "64:ff9b::10.0.0.1",
        "64:ff9b:1::8.8.8.8",
        "2001:0:4136:e378:8000:63bf:3fff:fdd2",
        "2002:a00:1::1",
        "fc00::1",
        "fe80::1",
        "fec0::1",
        "ff02::1",
    ],
)
def test_addresses_that_are_or_carry_a_private_one_are_not_public(address: str) -> None:
    assert not is_public(ip_address(address))


@pytest.mark.parametrize(
    "address",
    ["1.1.1.1", "2606:4700::1111", "::ffff:8.8.8.8", "64:ff9b::8.8.8.8", "2002:808:808::1"],
)
def test_addresses_of_the_internet_are_public(address: str) -> None:
    assert is_public(ip_address(address))


async def test_a_host_that_turns_private_after_the_check_is_not_reached(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """DNS rebinding: the second answer leads to this machine. The connection uses the first one."""
    answers = iter(["1.1.1.1", "127.0.0.1"])
    reached: list[str] = []
    original = socket.getaddrinfo

    def resolve(host: str, port: int, *rest: Any, **named: Any) -> Any:
        return original(next(answers) if host == "rebinding.example" else host, port, *rest, **named)

    async def note(request: httpx2.Request) -> httpx2.Response:
        reached.append(f"{request.url.host} as {request.extensions['sni_hostname']}")
        raise httpx2.ConnectError("nobody is there")

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    monkeypatch.setattr(httpx2.AsyncHTTPTransport, "handle_async_request", lambda _, request: note(request))
    async with httpx2.AsyncClient(transport=PublicOnlyTransport(), trust_env=False) as client:
        with pytest.raises(httpx2.ConnectError):
            await client.get("https://rebinding.example/")
        with pytest.raises(InvalidInput, match="private network"):
            await client.get("https://rebinding.example/")
    assert reached == ["1.1.1.1 as rebinding.example"]
