"""Chooses the ports of the local stack: the usual ones, or free ones if those are busy."""

import socket
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Final

PREFERRED: Final[Mapping[str, int]] = MappingProxyType(
    {
        "api": 8000,
        "webhooks": 8001,
        "postgres": 5433,
        "temporal": 7233,
        "temporal_ui": 8233,
        "livekit": 7880,
        "livekit_udp": 7882,
        "smtp": 1025,
        "mailbox": 8025,
    }
)
_UDP: Final = frozenset({"livekit_udp"})


def choose_ports(previous: Mapping[str, int], preferred: Mapping[str, int] = PREFERRED) -> dict[str, int]:
    """For each name the port of the last run, else the usual one, else any; the first that is free."""
    chosen: dict[str, int] = {}
    held: list[socket.socket] = []  # kept open until all are chosen, so that no port is chosen twice
    try:
        for name, usual in preferred.items():
            sock = _first_free(name, (previous.get(name, usual), usual, 0))
            held.append(sock)
            chosen[name] = sock.getsockname()[1]
    finally:
        for sock in held:
            sock.close()
    return chosen


def free_ports(*names: str) -> dict[str, int]:
    """Any free port for each name; for tests."""
    return choose_ports({}, dict.fromkeys(names, 0))


def _first_free(name: str, candidates: Iterable[int]) -> socket.socket:
    kind = socket.SOCK_DGRAM if name in _UDP else socket.SOCK_STREAM
    for port in candidates:
        sock = socket.socket(socket.AF_INET, kind)
        if kind == socket.SOCK_STREAM:
            # As the servers do: otherwise connections in TIME_WAIT would make a port look busy.
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            sock.bind(("127.0.0.1", port))
        except OSError:
            sock.close()
            continue
        return sock
    raise OSError(f"no free port for {name}")
