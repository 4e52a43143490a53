"""Which URLs of the library Apprise a channel may have: hosted services only, and nothing that reaches elsewhere."""

import pytest

from domain.errors import InvalidInput
from integrations.alert_services import SCHEMES, HostedServices

pytestmark = pytest.mark.adapter

COMPLETE = {
    "discord": "discord://4174216298/JHMHI8qBe7bk2ZwO5U711o3dV_js",
    "gchat": "gchat://workspace/key/token",
    "opsgenie": "opsgenie://a1b2c3d4-e5f6-7890-abcd-ef1234567890",
    "pagerduty": f"pagerduty://{'A' * 31}@{'B' * 31}",
    "pover": f"pover://{'u' * 30}@{'t' * 30}",
    "slack": "slack://T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ/#general",
    "tgram": "/".join(
        ("tgram:/", ":".join(("123456789", "AAfghijklmnopqrstuvwxyz0123456789ab")), "12315544/")
    ),
    "wxteams": f"wxteams://{'a' * 80}",
}


@pytest.mark.parametrize("scheme", SCHEMES)
async def test_hosted_services_are_allowed(scheme: str) -> None:
    await HostedServices().check(COMPLETE[scheme])


@pytest.mark.parametrize(
    "url",
    [
        "json://127.0.0.1/x",
        "jsons://10.0.0.1/x",
        "xml://localhost",
        "form://169.254.169.254",
        "ntfy://localhost/topic",
        "gotify://10.0.0.1/token",
        "matrix://user:pass@localhost",
        "mailto://user:pass@localhost",
        "file:///etc/passwd",
        "syslog://",
        "dbus://",
        "SLACK://T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ",
    ],
)
async def test_whatever_reaches_other_hosts_or_this_machine_is_refused(url: str) -> None:
    with pytest.raises(InvalidInput, match="no channel can be made"):
        await HostedServices().check(url)


async def test_options_are_refused() -> None:
    """Some plugins read files and other hosts that their options name."""
    with pytest.raises(InvalidInput, match="options"):
        await HostedServices().check(f"{COMPLETE['slack']}?template=/etc/passwd")


@pytest.mark.parametrize("url", ["slack://", "slack://T1", "discord://1", "tgram://x", "pagerduty://a"])
async def test_incomplete_urls_are_refused_without_repeating_them(url: str) -> None:
    with pytest.raises(InvalidInput, match="complete"):
        await HostedServices().check(url)
