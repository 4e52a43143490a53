"""What tests do with signed links."""

from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

from signing.links import ConsoleLink, LinkSigner

_HOUR = timedelta(hours=1)


def console_url(
    signer: LinkSigner, organization_id: UUID, path: str = "/today", lasts: timedelta = _HOUR
) -> str:
    """A link that opens the console of an organization at this page."""
    return signer.console_url(ConsoleLink(organization_id), datetime.now(UTC) + lasts, path)


def token_of(url: str, parameter: str = "t") -> str:
    return parse_qs(urlsplit(url).query)[parameter][0]
