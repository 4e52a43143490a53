"""Multipart forms are UTF-8. Another charset, which standard clients never send, would let a sender choose the decoder.

Some of Python's, such as `unicode_escape`, make texts that cannot be stored, shown or hashed.
"""

from collections.abc import Mapping

from python_multipart.multipart import parse_options_header

from domain.errors import UnsupportedMedia

_UTF8 = frozenset({b"utf-8", b"utf8", b"us-ascii"})


def require_utf8_form(headers: Mapping[bytes, bytes]) -> None:
    """Raises UnsupportedMedia for a multipart form that names another charset."""
    content_type = headers.get(b"content-type", b"")
    if b"charset" not in content_type.lower():
        return
    kind, options = parse_options_header(content_type)  # as the parser of the form reads it
    if kind.startswith(b"multipart/") and options.get(b"charset", b"utf-8").lower() not in _UTF8:
        raise UnsupportedMedia("the charset of this form isn't supported", next_step="Send UTF-8.")
