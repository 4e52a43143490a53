"""Opens the object store that a URL names."""

from typing import Any

from obstore.store import ObjectStore, from_url

_CLIENT_OPTIONS = frozenset({"allow_http", "allow_invalid_certificates", "connect_timeout", "timeout"})
_FLAGS = frozenset({"allow_http", "allow_invalid_certificates"})


def open_store(url: str, options: dict[str, str]) -> ObjectStore:
    """Opens a store. `options` are those of the store (for S3: aws_endpoint, …) and of its HTTP client (allow_http,
    timeout, …)."""
    if url.startswith("file:"):
        return from_url(url, mkdir=True)
    client: dict[str, Any] = {k: v for k, v in options.items() if k in _CLIENT_OPTIONS}
    client |= {k: client[k].lower() == "true" for k in _FLAGS & client.keys()}
    config: dict[str, Any] = {k: v for k, v in options.items() if k not in _CLIENT_OPTIONS}
    return from_url(url, config=config, client_options=client)  # type: ignore[call-overload, no-any-return]
