"""Sealers made from the deployment's secrets, one per purpose."""

from config.settings import Settings
from services.sealed_words import SealedWords
from signing.sealing import Sealer


def sealer(settings: Settings, purpose: str) -> Sealer:
    return Sealer([secret.get_secret_value() for secret in settings.link_secrets], purpose)


def sealed_words(settings: Settings) -> SealedWords:
    """What the API seals, the workers open."""
    return SealedWords(sealer(settings, "notice"))
