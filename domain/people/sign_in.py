"""Signing in: how long things last, how often one may try, and where somebody goes afterwards."""

import ipaddress
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from urllib.parse import urlsplit

from domain.people.access import AccessRole

LINK_LASTS = timedelta(minutes=15)
INVITATION_LASTS = timedelta(days=3)  # for so long its mail is tried; it holds no link that ends
FAMILY_LINK_LASTS = timedelta(days=30)  # in a mail that stays in a mailbox
_LONGEST_PATH = 500


class Attempt(StrEnum):
    """What is counted towards a lock-out."""

    LINK_TO_ADDRESS = "link to address"
    LINK_FROM_NETWORK = "link from network"
    BAD_TOKEN_FROM_NETWORK = "bad token from network"


@dataclass(frozen=True)
class Limit:
    count: int
    window: timedelta


LIMITS = {
    Attempt.LINK_TO_ADDRESS: Limit(5, timedelta(minutes=15)),
    Attempt.LINK_FROM_NETWORK: Limit(30, timedelta(minutes=15)),
    Attempt.BAD_TOKEN_FROM_NETWORK: Limit(30, timedelta(minutes=15)),
}

_HOMES = {AccessRole.INSTRUCTOR: "/teaching", AccessRole.GUARDIAN: "/family"}


def home_of(role: AccessRole) -> str:
    return _HOMES.get(role, "/today")


def path_within(wanted: str | None) -> str | None:
    """A path of this very site, or None for anything that a browser could take for another.

    Browsers drop tabs and line ends, and read a backslash as a slash.
    """
    if not wanted or len(wanted) > _LONGEST_PATH or not wanted.isprintable() or "\\" in wanted:
        return None
    if not wanted.startswith("/") or wanted.startswith(("//", "/sign-")):
        return None
    try:
        parts = urlsplit(wanted)
    except ValueError:
        return None
    return wanted if not parts.scheme and not parts.netloc else None


def network_of(host: str) -> str:
    """What one subscriber has: an IPv4 address, or the /64 of an IPv6 one."""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return host
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped:
            return str(address.ipv4_mapped)
        return str(ipaddress.ip_network((address, 64), strict=False))
    return str(address)


def domain_of(address: str) -> str:
    return address.rpartition("@")[2].lower()
