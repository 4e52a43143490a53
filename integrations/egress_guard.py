"""Guards requests to URLs from customers against reaching private networks (SSRF)."""

import asyncio
import ipaddress
import socket
from urllib.parse import urlsplit

from domain.errors import InvalidInput, Unavailable


async def require_public_url(url: str, *, local: bool) -> None:
    """Raises InvalidInput if a URL is not https or resolves to a private address, Unavailable if its host is unknown.

    With `local`, for a deployment on one machine, http and private addresses are allowed.
    """
    try:
        parts = urlsplit(url)
        port = parts.port or 443
    except ValueError as error:
        raise InvalidInput("this isn't a valid URL") from error
    if parts.scheme != "https" and not (local and parts.scheme == "http"):
        raise InvalidInput("this URL must start with https://")
    if not parts.hostname or parts.username is not None or parts.password is not None:
        raise InvalidInput("this URL needs a host, and no user or password")
    if local:
        return
    try:
        resolved = await asyncio.get_running_loop().getaddrinfo(parts.hostname, port, type=socket.SOCK_STREAM)
    except OSError as error:
        raise Unavailable("the host of this URL can't be found") from error
    if not all(ipaddress.ip_address(str(address[4][0]).partition("%")[0]).is_global for address in resolved):
        raise InvalidInput("this URL points into a private network")
