"""Reads TXT records, in which the owners of domains publish what is true of them."""

from collections.abc import Sequence

import dns.asyncresolver
import dns.exception
import dns.name
import dns.resolver
from dns.rdtypes.ANY.TXT import TXT

from domain.errors import Unavailable

_TIMEOUT = 5.0  # seconds for one name, all servers together


class TextRecords:
    """A resolver of TXT records, without a cache: who has just published one need not wait."""

    def __init__(self, servers: Sequence[str] = ()) -> None:
        """`servers` are `address` or `address:port`; without them those of the system are asked."""
        self._servers = tuple(servers)

    async def read(self, name: str) -> list[str]:
        """The texts at a name, none if it does not exist. Raises Unavailable if no server answers."""
        try:
            resolver = self._resolver()
            answer = await resolver.resolve(dns.name.from_text(name), "TXT", lifetime=_TIMEOUT)
        except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer):
            return []
        except (dns.exception.DNSException, OSError) as error:
            raise Unavailable(f"the records of {name} can't be read") from error
        texts = [record for record in answer if isinstance(record, TXT)]
        return [b"".join(record.strings).decode("utf-8", "replace") for record in texts]

    def _resolver(self) -> dns.asyncresolver.Resolver:
        if not self._servers:
            return dns.asyncresolver.Resolver()
        resolver = dns.asyncresolver.Resolver(configure=False)
        nameservers: list[str | dns.nameserver.Nameserver] = []
        for server in self._servers:
            address, _, port = server.rpartition(":") if server.count(":") == 1 else (server, "", "53")
            nameservers.append(dns.nameserver.Do53Nameserver(address, int(port)))
        resolver.nameservers = nameservers
        return resolver
