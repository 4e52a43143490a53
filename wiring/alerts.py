"""Builds what sends alerts to channels, for the API's test messages and the workers' outbox."""

from config.settings import Settings
from integrations.alert_services import HostedServices
from integrations.mail import SmtpMailer
from integrations.signed_webhooks import SignedWebhooks
from models.database import Database
from services.alert_channels import AlertSender
from services.channel_targets import ChannelTargets
from wiring.signing import sealer


def channel_targets(settings: Settings) -> ChannelTargets:
    """Checks the addresses of channels, and seals them with their secrets."""
    local = settings.allow_private_addresses
    services, webhooks = HostedServices(local=local), SignedWebhooks(local=local)
    return ChannelTargets(sealer(settings, "alert channel"), services, webhooks)


def alert_sender(settings: Settings, database: Database) -> AlertSender:
    mailer = SmtpMailer(settings.smtp_url.get_secret_value(), settings.mail_from)
    local = settings.allow_private_addresses
    services, webhooks = HostedServices(local=local), SignedWebhooks(local=local)
    return AlertSender(database, mailer, channel_targets(settings), services, webhooks)
