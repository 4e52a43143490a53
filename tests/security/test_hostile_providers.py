"""What an identity provider of one organization sends costs the others nothing, and is never a fault of ours."""

import asyncio
import gzip
import json
import socket
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

import httpx2
import pytest

from domain.errors import HomeroomError, ProviderUnusable, Unavailable
from integrations.egress_guard import BoundedTransport, require_public_url
from integrations.openid import AuthorizationState, OpenIdConnect, Provider

pytestmark = pytest.mark.adapter

METADATA = "/.well-known/openid-configuration"
NESTED = b"[" * 100_000
Pages = dict[str, bytes]


@asynccontextmanager
async def provider(pages: Pages, headers: str = "", *, endless: str = "") -> AsyncIterator[str]:
    """The issuer of a server that sends these pages, `endless` without end."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        request = await reader.readuntil(b"\r\n\r\n")
        path = request.split(b" ")[1].decode()
        writer.write(f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n{headers}".encode())
        try:
            if path == endless:
                writer.write(b"\r\n")
                while True:
                    writer.write(b" " * 65_536)
                    await writer.drain()
            body = pages.get(path, b"{}")
            writer.write(b"Content-Length: %d\r\n\r\n%s" % (len(body), body))
            await writer.drain()
        except ConnectionError:
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1")
    try:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    finally:
        server.close()


def metadata(issuer: str, **changes: Any) -> bytes:
    endpoints = {
        name: f"{issuer}/{name}"
        for name in ("authorization_endpoint", "token_endpoint", "jwks_uri", "userinfo_endpoint")
    }
    return json.dumps({"issuer": issuer, **endpoints} | changes).encode()


LISTS = (
    "code_challenge_methods_supported",
    "id_token_signing_alg_values_supported",
    "token_endpoint_auth_methods_supported",
)
VALUES: tuple[Any, ...] = (5, True, "S256", {"S256": 1}, [5, None, ["S256"]], [])


async def test_no_description_of_a_provider_is_a_fault() -> None:
    pages: Pages = {}
    async with provider(pages) as issuer:
        client = OpenIdConnect("http://127.0.0.1/callback", local=True)
        descriptions = [metadata(issuer, **{name: value}) for name in LISTS for value in VALUES]
        descriptions += [metadata(issuer, jwks_uri=value) for value in (5, "", "http://[", "\ud800", ["a"])]
        for pages[METADATA] in [*descriptions, NESTED, b"null", b"\xff", b"9" * 100_000]:
            try:
                await client.begin(Provider(issuer, "client", "secret"))
                await client.check(issuer)
            except ProviderUnusable:
                pass


KEYS = (
    b"{}", b'{"keys": 5}', b'{"keys": [5]}', b'{"keys": [{}]}', b'{"keys": {"a": 1}}', b'{"keys": [{"kty": 5}]}',
    b'{"keys": [{"kty": "RSA", "n": 5, "e": []}]}', b'{"keys": [{"kty": "RSA", "n": "AA", "e": "AA"}]}',
    b'{"keys": [{"kty": "EC", "crv": "P-256", "x": "AA", "y": "AA"}]}', b'{"keys":' + NESTED,
)  # fmt: skip


@pytest.mark.parametrize("keys", KEYS)
async def test_no_key_set_is_a_fault(keys: bytes) -> None:
    pages: Pages = {"/jwks_uri": keys}
    async with provider(pages) as issuer:
        pages[METADATA] = metadata(issuer)
        client, us = OpenIdConnect("http://127.0.0.1/callback", local=True), Provider(issuer, "a", "b")
        pages["/token_endpoint"] = json.dumps({"access_token": "a", "id_token": "e30.e30.AA"}).encode()
        with pytest.raises(HomeroomError):
            await client.finish(us, AuthorizationState("s", "n", "v" * 43), "code", None, datetime.now(UTC))


TOKENS = (
    b"null", b"[]", b"5", b'"a"', b"{}", b'{"error": 5}', b'{"error": {"a": []}}', NESTED, b"\xff",
    b'{"id_token": "a"}', b'{"id_token": "..."}', b'{"access_token": 5, "id_token": "e30.e30."}',
    b'{"expires_in": "x", "id_token": "a.b.c"}', b'{"expires_at": [], "access_token": "a", "id_token": "a.b.c"}',
)  # fmt: skip


@pytest.mark.parametrize("token", TOKENS)
async def test_no_answer_to_a_code_is_a_fault(token: bytes) -> None:
    pages: Pages = {"/token_endpoint": token, "/jwks_uri": b'{"keys": []}'}
    async with provider(pages) as issuer:
        pages[METADATA] = metadata(issuer)
        client, us = OpenIdConnect("http://127.0.0.1/callback", local=True), Provider(issuer, "a", "b")
        with pytest.raises(HomeroomError):
            await client.finish(us, AuthorizationState("s", "n", "v" * 43), "code", None, datetime.now(UTC))


@pytest.mark.parametrize("endless", [METADATA, "/token_endpoint", "/jwks_uri"])
async def test_a_response_without_end_is_ended(endless: str) -> None:
    token = json.dumps({"access_token": "a", "id_token": "e30.e30.AA"}).encode()
    pages: Pages = {"/token_endpoint": token}
    async with provider(pages, endless=endless) as issuer:
        pages[METADATA] = metadata(issuer)
        client, us = OpenIdConnect("http://127.0.0.1/callback", local=True), Provider(issuer, "a", "b")
        with pytest.raises((ProviderUnusable, Unavailable)):
            await client.finish(us, AuthorizationState("s", "n", "v" * 43), "code", None, datetime.now(UTC))


async def test_a_little_that_unpacks_to_a_lot_is_not_unpacked() -> None:
    pages: Pages = {METADATA: gzip.compress(b" " * 10_000_000)}
    async with provider(pages, "Content-Encoding: gzip\r\n") as issuer:
        with pytest.raises(ProviderUnusable):
            await OpenIdConnect("http://127.0.0.1/callback", local=True).check(issuer)


async def test_a_response_that_trickles_is_ended() -> None:
    """However short its pauses are."""

    class Trickle(httpx2.AsyncByteStream):
        async def __aiter__(self) -> AsyncIterator[bytes]:
            while True:
                yield b" "
                await asyncio.sleep(0)

    class Server(httpx2.AsyncBaseTransport):
        async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
            return httpx2.Response(200, stream=Trickle())

    transport = BoundedTransport(Server(), max_bytes=10**9, seconds=0.05)
    async with httpx2.AsyncClient(transport=transport, trust_env=False) as client:
        with pytest.raises(httpx2.ReadTimeout):
            await client.get("http://trickle.example/")


async def test_names_that_do_not_resolve_hold_up_no_other_work(monkeypatch: pytest.MonkeyPatch) -> None:
    """Work on threads, such as the inspection of a file, goes on while every lookup waits for an answer."""
    answered, original = threading.Event(), socket.getaddrinfo

    def resolve(host: str, *rest: Any, **named: Any) -> Any:
        if host.endswith("slow.example"):
            answered.wait()
            raise socket.gaierror
        return original(host, *rest, **named)

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    lookups = [
        asyncio.ensure_future(require_public_url(f"https://{number}.slow.example/", local=False))
        for number in range(100)
    ]
    try:
        await asyncio.sleep(0)
        async with asyncio.timeout(30):
            assert await asyncio.to_thread(lambda: "done") == "done"
    finally:
        answered.set()
    assert all(
        isinstance(fault, Unavailable) for fault in await asyncio.gather(*lookups, return_exceptions=True)
    )
