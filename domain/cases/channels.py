"""The words of alert channels: where exceptions are told of besides the mail of single people."""

from datetime import datetime, time
from enum import StrEnum

from domain.cases.kinds import Severity
from domain.notices.timing import next_allowed


class ChannelKind(StrEnum):
    MAIL = "mail"  # an address that several people read
    WEBHOOK = "webhook"  # a URL of the organization's own, signed
    APPRISE = "apprise"  # a service that the library Apprise speaks


def kind_of(target: str) -> ChannelKind:
    """The kind of channel that an address or URL is for."""
    if target.lower().startswith(("https://", "http://")):
        return ChannelKind.WEBHOOK
    return ChannelKind.APPRISE if "://" in target else ChannelKind.MAIL


def told_at(
    severity: Severity,
    at: datetime,
    zone: str,
    quiet_from: time | None,
    quiet_until: time | None,
    *,
    only_critical: bool,
) -> datetime | None:
    """When a person is told of a case that is to be told at `at`, by their preferences; None: not at all.

    Critical cases are told at once, whatever the hour.
    """
    if severity == Severity.CRITICAL:
        return at
    return None if only_critical else next_allowed(at, zone, quiet_from, quiet_until)
