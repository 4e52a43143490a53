"""What tests do with signed links."""

import re
from datetime import UTC, datetime, timedelta
from html import unescape
from urllib.parse import parse_qs, urlsplit
from uuid import UUID, uuid4

import httpx

from signing.links import ConsoleLink, LinkSigner

_HOUR = timedelta(hours=1)


def console_url(
    signer: LinkSigner, organization_id: UUID, path: str = "/today", lasts: timedelta = _HOUR
) -> str:
    """A link that signs in to the console of an organization, once, and opens this page."""
    now = datetime.now(UTC)
    return signer.console_url(ConsoleLink(organization_id, uuid4(), now), now + lasts, path)


async def open_link(browser: httpx.AsyncClient, url: str) -> httpx.Response:
    """Opens a link that signs in, and presses its button, as its reader does."""
    shown = await browser.get(url)
    action = re.search(r'<form method="post" action="(/sign-in/operator|/sign-in/link|/family)"', shown.text)
    if action is None:  # refused, or signed in already
        return shown
    fields = re.findall(r'<input type="hidden" name="(token|next|t)" value="([^"]*)"', shown.text)
    return await browser.post(action[1], data={name: unescape(value) for name, value in fields})


def token_of(url: str, parameter: str = "t") -> str:
    return parse_qs(urlsplit(url).query)[parameter][0]
