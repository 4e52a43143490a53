"""The sockets of a process and of all below it, and from where each can be reached."""

import socket
import struct
from collections.abc import Iterator
from pathlib import Path

_LISTENING = "0A"  # the state of a TCP socket in /proc/net


def exposed(pid: int) -> set[tuple[str, int]]:
    """Protocol and port of each socket that other machines can reach."""
    sockets = set(open_to_others(pid))
    assert any(loopback for _, _, loopback in sockets), "its ports are found at all"
    return {(kind, port) for kind, port, loopback in sockets if not loopback}


def open_to_others(pid: int) -> Iterator[tuple[str, int, bool]]:
    """Protocol and port of each socket that takes what comes to it, and whether only from this machine."""
    inodes = {inode for member in family(pid) for inode in socket_inodes(member)}
    for kind in ("tcp", "tcp6", "udp", "udp6"):
        for line in Path(f"/proc/{pid}/net/{kind}").read_text().splitlines()[1:]:
            fields = line.split()
            local, remote, state, inode = fields[1], fields[2], fields[3], fields[9]
            takes_all = state == _LISTENING if kind.startswith("tcp") else remote.endswith(":0000")
            if inode in inodes and takes_all:
                address, port = local.split(":")
                yield kind, int(port, 16), is_loopback(address)


def family(pid: int) -> list[int]:
    """The process and all below it."""
    children = [
        int(child)
        for task in Path(f"/proc/{pid}/task").iterdir()
        for child in (task / "children").read_text().split()
    ]
    return [pid, *(member for child in children for member in family(child))]


def socket_inodes(pid: int) -> Iterator[str]:
    for descriptor in Path(f"/proc/{pid}/fd").iterdir():
        try:
            target = str(descriptor.readlink())
        except FileNotFoundError:  # closed meanwhile
            continue
        if target.startswith("socket:["):
            yield target[len("socket:[") : -1]


def is_loopback(address: str) -> bool:
    """Of an address as /proc/net writes it: words of four bytes, each in the machine's own order."""
    raw = b"".join(struct.pack("=I", int(address[at : at + 8], 16)) for at in range(0, len(address), 8))
    if len(raw) == 4:
        return raw[0] == 127
    text = socket.inet_ntop(socket.AF_INET6, raw)
    return text == "::1" or text.startswith("::ffff:127.")
