"""Sends alerts to hosted services, such as Slack or PagerDuty, through the library Apprise.

Apprise makes its own connections, which can't be held to checked addresses. So only services are allowed whose plugin
calls hosts that are fixed in its code, without options and without following redirects; everything else, such as a
server of one's own, is reached by a signed webhook (`integrations/signed_webhooks.py`).
"""

import asyncio
from collections.abc import Mapping
from importlib import import_module
from typing import Any

from apprise.asset import AppriseAsset
from apprise.common import PersistentStoreMode

from domain.errors import InvalidInput, Unavailable

# The scheme of a URL, with the plugin's module and class. Each is imported when it is used: all together take seconds.
_PLUGINS: Mapping[str, tuple[str, str]] = {
    "discord": ("discord", "NotifyDiscord"),
    "gchat": ("google_chat", "NotifyGoogleChat"),
    "opsgenie": ("opsgenie", "NotifyOpsgenie"),
    "pagerduty": ("pagerduty", "NotifyPagerDuty"),
    "pover": ("pushover", "NotifyPushover"),
    "slack": ("slack", "NotifySlack"),
    "tgram": ("telegram", "NotifyTelegram"),
    "wxteams": ("webexteams", "NotifyWebexTeams"),
}
# Reaches any host: only for a machine whose addresses are no secret to its users.
_LOCAL_PLUGINS: Mapping[str, tuple[str, str]] = {"json": ("custom_json", "NotifyJSON")}
SCHEMES = tuple(_PLUGINS)


class HostedServices:
    def __init__(self, *, local: bool = False, timeout: float = 30) -> None:
        """With `local`, json:// is allowed too, which leads to any host. `timeout` in seconds is that of one alert."""
        self._plugins = {**_PLUGINS, **_LOCAL_PLUGINS} if local else _PLUGINS
        self._timeout = timeout
        self._asset = AppriseAsset(
            app_id="Homeroom",
            app_desc="Homeroom",
            http_redirects=False,
            secure_logging=True,
            storage_mode=PersistentStoreMode.MEMORY,
        )

    async def check(self, url: str) -> None:
        """Raises InvalidInput for a URL that no allowed service has."""
        await asyncio.to_thread(self._plugin, url)

    async def send(self, url: str, title: str, text: str) -> None:
        """Send one alert. Raises InvalidInput as `check` does, and Unavailable if the service does not take it."""
        try:
            async with asyncio.timeout(self._timeout):
                taken = await asyncio.to_thread(self._notify, url, title, text)
        except TimeoutError as error:
            raise Unavailable("the service isn't responding") from error
        if not taken:
            raise Unavailable("the service did not take the alert")

    def _notify(self, url: str, title: str, text: str) -> bool:
        return bool(self._plugin(url).notify(title=title, body=text))

    def _plugin(self, url: str) -> Any:
        scheme, _, rest = url.partition("://")
        if scheme not in self._plugins:
            raise InvalidInput(
                f"no channel can be made of a URL that starts with {scheme}://",
                next_step=f"Use one of {', '.join(SCHEMES)}, a webhook (https://), or an email address.",
            )
        if "?" in rest:
            raise InvalidInput("this URL must not have options after a question mark")
        module, name = self._plugins[scheme]
        plugin = getattr(import_module(f"apprise.plugins.{module}"), name)
        try:
            parsed = plugin.parse_url(url)
            return plugin(**parsed, asset=self._asset)
        except (TypeError, ValueError, AttributeError) as error:
            raise InvalidInput(f"this isn't a complete {scheme}:// URL") from error
