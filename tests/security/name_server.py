"""A real name server on this machine, whose TXT records a test publishes."""

from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from dnslib import QTYPE, RCODE, RR, TXT, DNSRecord
from dnslib.server import BaseResolver, DNSLogger, DNSServer


@dataclass
class NameServer(BaseResolver):  # type: ignore[misc]
    """Answers with the texts in `records`, by name; other names do not exist."""

    records: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    address: str = ""

    def resolve(self, request: DNSRecord, handler: object) -> DNSRecord:
        reply = request.reply()
        texts = self.records[str(request.q.qname).rstrip(".").lower()]
        for text in texts:
            reply.add_answer(RR(request.q.qname, QTYPE.TXT, rdata=TXT(text), ttl=60))
        if not texts:
            reply.header.rcode = RCODE.NXDOMAIN
        return reply


@contextmanager
def name_server() -> Iterator[NameServer]:
    names = NameServer()
    server = DNSServer(names, address="127.0.0.1", port=0, logger=DNSLogger("-"))
    names.address = "{}:{}".format(*server.server.server_address)
    server.start_thread()
    try:
        yield names
    finally:
        server.stop()
        server.server.server_close()
