"""Rules of signing in: lifetimes of links, rate limits of attempts, and the page to go to afterwards."""

import ipaddress
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from urllib.parse import urlsplit

from domain.people.access import AccessRole

SIGN_IN_LINK_TTL = timedelta(minutes=15)
INVITATION_TTL = timedelta(days=3)  # for so long its mail is tried; it holds no link that ends
FAMILY_LINK_TTL = timedelta(days=30)  # in a mail that stays in a mailbox
DISPUTE_LINK_TTL = timedelta(days=30)
UNSUBSCRIBE_LINK_TTL = timedelta(days=400)
_MAX_PATH_LENGTH = 500


class Attempt(StrEnum):
    """The kinds of attempts that count towards a lock-out."""

    LINK_TO_ADDRESS_FROM_NETWORK = "link to address from network"
    LINK_TO_ADDRESS = "link to address"
    LINK_FROM_NETWORK = "link from network"
    PROVIDER_FROM_NETWORK = "identity provider from network"
    BAD_TOKEN_FROM_NETWORK = "bad token from network"
    BAD_JOIN_CODE_FROM_NETWORK = "bad join code from network"


@dataclass(frozen=True)
class Limit:
    """At most `count` attempts per `window`."""

    count: int
    window: timedelta


# A whole school may share one address: what one person needs is limited per account and network, and the limits of a
# network only stop floods. Tokens and codes are too long to be guessed at such a rate.
LIMITS = {
    Attempt.LINK_TO_ADDRESS_FROM_NETWORK: Limit(5, timedelta(minutes=15)),
    Attempt.LINK_TO_ADDRESS: Limit(15, timedelta(minutes=15)),
    Attempt.LINK_FROM_NETWORK: Limit(600, timedelta(minutes=15)),
    Attempt.PROVIDER_FROM_NETWORK: Limit(600, timedelta(minutes=15)),
    Attempt.BAD_TOKEN_FROM_NETWORK: Limit(300, timedelta(minutes=15)),
    Attempt.BAD_JOIN_CODE_FROM_NETWORK: Limit(300, timedelta(minutes=15)),
}

_HOMES = {AccessRole.INSTRUCTOR: "/teaching", AccessRole.GUARDIAN: "/family"}


def home_path(role: AccessRole) -> str:
    """The page that a role starts on after signing in."""
    return _HOMES.get(role, "/today")


def safe_path(path: str | None) -> str | None:
    """The path if it stays on this site, else None (prevents open redirects).

    Browsers drop tabs and line ends, and read a backslash as a slash.
    """
    if not path or len(path) > _MAX_PATH_LENGTH or not path.isprintable() or "\\" in path:
        return None
    if not path.startswith("/") or path.startswith(("//", "/sign-")):
        return None
    try:
        parts = urlsplit(path)
    except ValueError:
        return None
    return path if not parts.scheme and not parts.netloc else None


def network_of(host: str) -> str:
    """The network of one subscriber: an IPv4 address, or the /64 of an IPv6 address."""
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
    """The domain of a mail address, lower-case."""
    return address.rpartition("@")[2].lower()
