"""The address of the client of a request, behind proxies that are configured or without any."""

from collections.abc import Mapping, Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

from starlette.types import Scope

_Address = IPv4Address | IPv6Address
Networks = Sequence[IPv4Network | IPv6Network]


class ClientAddresses:
    """Believes X-Forwarded-For only from a trusted proxy, and in it only what trusted proxies have added.

    Each proxy appends the address that it was called from. Whatever stands before the first address that is not a
    trusted proxy was written by the client itself.
    """

    def __init__(self, trusted: Networks) -> None:
        self._trusted = tuple(trusted)

    def of(self, scope: Scope, headers: Mapping[bytes, bytes]) -> str:
        """The client's address; empty if the server does not know with whom it speaks."""
        peer = scope["client"][0] if scope.get("client") else ""
        if not self._trusted or b"x-forwarded-for" not in headers:
            return peer
        lines = [value for name, value in scope["headers"] if name == b"x-forwarded-for"]
        hops = b",".join(lines).decode("latin-1").split(",")
        client, nearest = peer, _address(peer)
        while nearest is not None and self._is_trusted(nearest) and hops:
            nearest = _address(hops.pop())
            if nearest is not None:
                client = str(nearest)
        return client

    def _is_trusted(self, address: _Address) -> bool:
        return any(address in network for network in self._trusted)


def _address(text: str) -> _Address | None:
    """An address as proxies write it: some add a port, and brackets around IPv6. None for anything else."""
    plain = text.strip()
    if plain.startswith("["):
        plain = plain[1:].partition("]")[0]
    elif plain.count(":") == 1:
        plain = plain.partition(":")[0]
    try:
        address = ip_address(plain)
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address
