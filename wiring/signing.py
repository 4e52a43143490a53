"""Builds what signs links and encrypts stored values with the deployment's secrets."""

from config.settings import Settings
from services.sealed_content import SealedContent
from signing.links import LinkSigner
from signing.sealing import Sealer


def link_signer(settings: Settings) -> LinkSigner:
    """Signs links to the deployment's public URL; links signed with an older secret stay valid."""
    return LinkSigner([secret.get_secret_value() for secret in settings.link_secrets], settings.public_url)


def sealer(settings: Settings, purpose: str) -> Sealer:
    """A sealer whose values no sealer with another purpose can decrypt."""
    return Sealer([secret.get_secret_value() for secret in settings.link_secrets], purpose)


def sealed_content(settings: Settings) -> SealedContent:
    """Encrypts notice texts: the API seals them, the workers open them to send them."""
    return SealedContent(sealer(settings, "notice"))
