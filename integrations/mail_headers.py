"""Header fields of mails: text of users is encoded by RFC 2047 and never parsed, so that it cannot become a header."""

import re
from base64 import b64encode

_MAX_WORD = 39  # bytes of UTF-8 in one encoded word, so that a line stays below 76 characters
# Text that every mail program reads as it stands, alone or as the name before an address.
_PLAIN = re.compile(r"[A-Za-z0-9 ]{1,60}")
_CONTROL = re.compile(r"[^\x20-\x7e]")
_MAX_LINE = 998


def text_field(name: str, text: str) -> bytes:
    """A field with text for people, such as Subject."""
    return raw_field(name, encoded(text))


def mailbox_field(name: str, display_name: str, address: str) -> bytes:
    """A field with one mailbox. The address is ASCII and verified before."""
    shown = encoded(display_name)
    # A line with an encoded word has at most 76 characters.
    space = "\r\n " if shown.startswith("=?") else " "
    return raw_field(name, f"{shown}{space}<{address}>" if shown else address)


def raw_field(name: str, value: str) -> bytes:
    """A field with a value that is written as it stands. Raises ValueError for more than one line of ASCII."""
    lines = value.split("\r\n ")
    if any(_CONTROL.search(line) for line in lines) or any(
        len(line) > _MAX_LINE - len(name) for line in lines
    ):
        raise ValueError("a header has characters or a length that mails cannot carry")
    return f"{name}: {value}\r\n".encode("ascii")


def encoded(text: str) -> str:
    """The text on one line as it stands in a header: plain where that is safe, else as folded encoded words."""
    one_line = " ".join(text.split())
    if not one_line or _PLAIN.fullmatch(one_line):
        return one_line
    words = [f"=?utf-8?b?{b64encode(part).decode()}?=" for part in _parts(one_line)]
    return "\r\n ".join(words)


def _parts(text: str) -> list[bytes]:
    """The text in UTF-8, in parts that end between characters."""
    parts = [b""]
    for char in text:
        # A lone surrogate has no UTF-8.
        octets = char.encode("utf-8", "replace")
        if len(parts[-1]) + len(octets) > _MAX_WORD:
            parts.append(b"")
        parts[-1] += octets
    return parts
