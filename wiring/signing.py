"""What signs and seals with the deployment's secrets."""

from config.settings import Settings
from services.sealed_content import SealedContent
from signing.links import LinkSigner
from signing.sealing import Sealer


def link_signer(settings: Settings) -> LinkSigner:
    return LinkSigner([secret.get_secret_value() for secret in settings.link_secrets], settings.public_url)


def sealer(settings: Settings, purpose: str) -> Sealer:
    return Sealer([secret.get_secret_value() for secret in settings.link_secrets], purpose)


def sealed_content(settings: Settings) -> SealedContent:
    """What the API seals, the workers open."""
    return SealedContent(sealer(settings, "notice"))
