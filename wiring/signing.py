"""What signs and seals with the deployment's secrets."""

from config.settings import Settings
from services.sealed_words import SealedWords
from signing.links import LinkSigner
from signing.sealing import Sealer


def link_signer(settings: Settings) -> LinkSigner:
    return LinkSigner([secret.get_secret_value() for secret in settings.link_secrets], settings.public_url)


def sealer(settings: Settings, purpose: str) -> Sealer:
    return Sealer([secret.get_secret_value() for secret in settings.link_secrets], purpose)


def sealed_words(settings: Settings) -> SealedWords:
    """What the API seals, the workers open."""
    return SealedWords(sealer(settings, "notice"))
