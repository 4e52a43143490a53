"""Email domains with letters beyond ASCII: in Unicode for people, in ASCII for mail servers (IDNA 2008, UTS 46)."""

import idna


def ascii_domain(domain: str) -> str:
    """The domain as mail servers and DNS take it, such as `xn--mller-kva.example`. Raises ValueError."""
    return domain if domain.isascii() else idna.encode(domain, uts46=True).decode()


def unicode_domain(domain: str) -> str:
    """The domain as people read it; both forms of a domain give the same. Raises ValueError."""
    encoded = ascii_domain(domain)
    return idna.decode(encoded) if "xn--" in encoded.lower() else encoded


def readable_address(address: str) -> str:
    """The address with its domain in Unicode, the form in which addresses are stored. Raises ValueError."""
    name, at, domain = address.rpartition("@")
    return f"{name}{at}{unicode_domain(domain)}"


def address_forms(address: str) -> tuple[str, ...]:
    """The forms in which an address may be stored. Raises ValueError."""
    return tuple(dict.fromkeys((readable_address(address), deliverable_address(address))))


def deliverable_address(address: str) -> str:
    """The address with its domain in ASCII. Raises ValueError."""
    name, at, domain = address.rpartition("@")
    return f"{name}{at}{ascii_domain(domain)}"
