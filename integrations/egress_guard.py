"""Addresses that customers give us to call: only what is really outside."""

import asyncio
import ipaddress
import socket
from urllib.parse import urlsplit

from domain.errors import InvalidInput, Unavailable


async def refuse_inside(url: str, *, local: bool) -> None:
    """Raises InvalidInput for what is no https address or leads into our own network, Unavailable for no such host.

    `local`: a deployment on one machine, which itself has no TLS, may call its neighbours.
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
        found = await asyncio.get_running_loop().getaddrinfo(parts.hostname, port, type=socket.SOCK_STREAM)
    except OSError as error:
        raise Unavailable("the host of this URL can't be found") from error
    if not all(ipaddress.ip_address(str(one[4][0]).partition("%")[0]).is_global for one in found):
        raise InvalidInput("this URL points into a private network")
