"""The addresses and secrets of alert channels: checked when they are given, sealed where they are stored."""

from urllib.parse import urlsplit

from domain.cases.channels import ChannelKind
from domain.errors import Undeliverable
from integrations.alert_services import HostedServices
from integrations.signed_webhooks import SignedWebhooks
from models.case_routing import AlertChannel
from signing.sealing import Sealer, Unsealable


class ChannelTargets:
    def __init__(self, sealer: Sealer, services: HostedServices, webhooks: SignedWebhooks) -> None:
        self._sealer = sealer
        self._services = services
        self._webhooks = webhooks

    async def check(self, kind: ChannelKind, target: str) -> str:
        """What may be shown of a target. Raises InvalidInput, Unavailable."""
        if kind == ChannelKind.WEBHOOK:
            await self._webhooks.check(target)
            return f"{urlsplit(target).scheme}://{urlsplit(target).netloc}"
        if kind == ChannelKind.APPRISE:
            await self._services.check(target)
            return f"{urlsplit(target).scheme}://"
        return target

    def seal(self, text: str) -> str:
        return self._sealer.seal(text)

    def open(self, channel: AlertChannel) -> tuple[str, str]:
        """Target and secret of a channel. Raises Undeliverable if another deployment has sealed them."""
        try:
            secret = self._sealer.open(channel.secret) if channel.secret else ""
            return self._sealer.open(channel.target), secret
        except Unsealable as error:
            raise Undeliverable("the channel's address can't be read; enter it again") from error
