"""Guards requests to URLs from customers: against reaching private networks (SSRF), and against what answers them.

A customer's server may send without end, very slowly, or a little that unpacks to a lot, and its name may take long to
resolve.
"""

import asyncio
import socket
import ssl
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import cache, partial
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from urllib.parse import urlsplit

import httpx2

from domain.errors import InvalidInput, Unavailable

# Not reachable from the internet, whatever the registry of the running Python says: it changes with its release.
_PRIVATE: tuple[IPv4Network | IPv6Network, ...] = (
    IPv4Network("0.0.0.0/8"),
    IPv4Network("100.64.0.0/10"),  # carriers' own networks
    IPv4Network("192.0.0.0/24"),
    IPv4Network("192.88.99.0/24"),  # relays of 6to4
    IPv4Network("198.18.0.0/15"),
    IPv4Network("240.0.0.0/4"),
    IPv6Network("64:ff9b:1::/48"),  # NAT64 of one network (RFC 8215)
    IPv6Network("100::/64"),
    IPv6Network("2001::/23"),  # IETF protocols, Teredo among them
    IPv6Network("2001:db8::/32"),
    IPv6Network("3fff::/20"),
    IPv6Network("5f00::/16"),
    IPv6Network("fec0::/10"),  # site-local
)
_NAT64 = IPv6Network("64:ff9b::/96")  # RFC 6052
_COMPATIBLE = IPv6Network("::/96")
# Their own threads: a name whose servers don't answer holds one for half a minute, and must hold up nothing else.
_LOOKUPS = ThreadPoolExecutor(16, "lookups")
_LOOKUP_SECONDS = 10
_RESPONSE_SECONDS = 20  # from the request to the last byte
_RESPONSE_BYTES = 256 * 1024


@cache
def _certificates() -> ssl.SSLContext:
    """Read once: that holds up everything else in the process for longer than a request does."""
    return httpx2.create_ssl_context()


class PublicOnlyTransport(httpx2.AsyncBaseTransport):
    """Sends requests to public addresses only, each to the very address that was checked.

    A host is resolved once for each request, so that it cannot have a public address when it is checked and a
    private one when it is called. Raises InvalidInput or Unavailable, as `require_public_url` does.
    """

    def __init__(self) -> None:
        # A connection serves one request: two hosts at one address must not share a TLS session.
        self._transport = httpx2.AsyncHTTPTransport(
            verify=_certificates(), limits=httpx2.Limits(max_keepalive_connections=0)
        )

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        host = request.url.host
        failure: httpx2.TransportError | None = None
        for address in await _public_addresses(str(request.url)):
            request.url = request.url.copy_with(host=address)
            request.extensions = {**request.extensions, "sni_hostname": host}  # whose certificate is checked
            try:
                return await self._transport.handle_async_request(request)
            except (httpx2.ConnectError, httpx2.ConnectTimeout) as error:
                failure = error
        assert failure is not None
        raise failure

    async def aclose(self) -> None:
        await self._transport.aclose()


class ResponseTooLargeError(httpx2.TransportError):
    pass


class BoundedTransport(httpx2.AsyncBaseTransport):
    """Ends responses that are too large or take too long; raises ResponseTooLargeError or ReadTimeout.

    They come as they are: a compressed one, which nobody asked for, is refused.
    """

    def __init__(
        self,
        transport: httpx2.AsyncBaseTransport,
        max_bytes: int = _RESPONSE_BYTES,
        seconds: float = _RESPONSE_SECONDS,
    ) -> None:
        self._transport = transport
        self._max_bytes = max_bytes
        self._seconds = seconds

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        deadline = asyncio.get_running_loop().time() + self._seconds
        request.headers["accept-encoding"] = "identity"
        try:
            async with asyncio.timeout_at(deadline):
                response = await self._transport.handle_async_request(request)
        except TimeoutError as error:
            raise httpx2.ReadTimeout("the response takes too long") from error
        assert isinstance(response.stream, httpx2.AsyncByteStream)
        if response.headers.get("content-encoding", "identity") != "identity":
            await response.stream.aclose()
            raise httpx2.DecodingError("the response is compressed", request=request)
        response.stream = _BoundedStream(response.stream, self._max_bytes, deadline)
        return response

    async def aclose(self) -> None:
        await self._transport.aclose()


class _BoundedStream(httpx2.AsyncByteStream):
    def __init__(self, stream: httpx2.AsyncByteStream, max_bytes: int, deadline: float) -> None:
        self._stream = stream
        self._max_bytes = max_bytes
        self._deadline = deadline

    async def __aiter__(self) -> AsyncIterator[bytes]:
        received, parts = 0, aiter(self._stream)
        while True:
            try:
                async with asyncio.timeout_at(self._deadline):
                    part = await anext(parts)
            except StopAsyncIteration:
                return
            except TimeoutError as error:
                raise httpx2.ReadTimeout("the response takes too long") from error
            received += len(part)
            if received > self._max_bytes:
                raise ResponseTooLargeError("the response is too large")
            yield part

    async def aclose(self) -> None:
        await self._stream.aclose()


def outside_transport(*, local: bool, max_bytes: int = _RESPONSE_BYTES) -> httpx2.AsyncBaseTransport:
    """The transport for URLs from customers; with `local` it also reaches private addresses.

    Give it to a client with `trust_env=False`: a proxy of the environment would resolve the host once more.
    """
    return BoundedTransport(
        httpx2.AsyncHTTPTransport(verify=_certificates()) if local else PublicOnlyTransport(), max_bytes
    )


async def require_public_url(url: str, *, local: bool) -> None:
    """Raises InvalidInput if a URL is not https or resolves to a private address, Unavailable if its host is unknown.

    With `local`, for a deployment on one machine, http and private addresses are allowed.
    """
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError as error:
        raise InvalidInput("this isn't a valid URL") from error
    if parts.scheme != "https" and not (local and parts.scheme == "http"):
        raise InvalidInput("this URL must start with https://")
    if not parts.hostname or parts.username is not None or parts.password is not None:
        raise InvalidInput("this URL needs a host, and no user or password")
    if not local:
        await _public_addresses(url)


def is_public(address: IPv4Address | IPv6Address) -> bool:
    """Whether an address is one of the internet, and so is every IPv4 address that it carries."""
    return all(
        one.is_global
        and not (one.is_multicast or one.is_reserved or one.is_link_local or one.is_unspecified)
        and not any(one in network for network in _PRIVATE if network.version == one.version)
        for one in _carried(address)
    )


def _carried(address: IPv4Address | IPv6Address) -> Iterator[IPv4Address | IPv6Address]:
    """The addresses that a packet to this one may reach: itself, or the IPv4 address that stands in it."""
    if isinstance(address, IPv4Address):
        yield address
    elif address.ipv4_mapped is not None:
        yield address.ipv4_mapped
    elif address in _NAT64:
        yield IPv4Address(int(address) & 0xFFFF_FFFF)
    elif address in _COMPATIBLE:
        yield address  # :: and ::1 among them: no longer used, never public
        yield IPv4Address(int(address) & 0xFFFF_FFFF)
    elif address.sixtofour is not None:
        yield address.sixtofour
    else:
        yield address


async def _public_addresses(url: str) -> list[str]:
    """The addresses of a URL's host, all of them public. Raises InvalidInput or Unavailable."""
    parts = urlsplit(url)
    look_up = partial(socket.getaddrinfo, parts.hostname, parts.port or 443, type=socket.SOCK_STREAM)
    try:
        async with asyncio.timeout(_LOOKUP_SECONDS):
            resolved = await asyncio.get_running_loop().run_in_executor(_LOOKUPS, look_up)
    except (OSError, UnicodeError) as error:  # TimeoutError is an OSError
        raise Unavailable("the host of this URL can't be found") from error
    addresses = [str(found[4][0]) for found in resolved]
    if not all(is_public(ip_address(address.partition("%")[0])) for address in addresses):
        raise InvalidInput("this URL points into a private network")
    return addresses
