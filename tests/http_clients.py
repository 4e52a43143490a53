"""HTTP clients of tests."""

from collections.abc import Mapping

import httpx


def http_client(
    base_url: str = "",
    headers: Mapping[str, str] | None = None,
    *,
    timeout: float = 60,
    follow_redirects: bool = False,
) -> httpx.AsyncClient:
    """For servers on this machine, without TLS: loading certificates would take longer than many requests."""
    return httpx.AsyncClient(
        base_url=base_url, headers=headers, timeout=timeout, follow_redirects=follow_redirects, verify=False
    )
