"""Languages (ISO 639-1): of the speech engines, of the texts for people, and the choice of the best one on offer."""

from collections.abc import Sequence
from typing import Final

SPEECH_LANGUAGES: Final = frozenset(
    (
        "af am ar as az ba be bg bn bo br bs ca cs cy da de el en es et eu fa fi fo fr gl gu ha he hi hr ht hu hy "
        "id is it ja jw ka kk km kn ko la lb ln lo lt lv mg mi mk ml mn mr ms mt my ne nl nn no oc pa pl ps pt ro "
        "ru sa sd si sk sl sn so sq sr su sv sw ta te tg th tk tl tr tt uk ur uz vi yi yo zh"
    ).split()
)

TEXT_LANGUAGES: Final = ("en", "es", "de", "fr", "ar")
"""The languages of mails and of the pages of families and instructors. Readers of other languages get English."""

_MAX_HEADER = 500  # characters of an `Accept-Language` header that are read


def best_language(requested: str, offered: Sequence[str]) -> str:
    """The requested language if it is offered, with or without its region; else English, else the first offered."""
    requested_tag = requested.lower().replace("_", "-")
    for tag in (requested_tag, requested_tag.partition("-")[0], "en"):
        for language in offered:
            if language.lower() == tag:
                return language
    return offered[0]


def browser_language(accepted: str, offered: Sequence[str]) -> str:
    """The offered language that a browser's `Accept-Language` header wants most; else English."""
    ranked = sorted((_ranked(part) for part in accepted[:_MAX_HEADER].split(",")), key=lambda item: -item[0])
    wanted = (tag.partition("-")[0] for weight, tag in ranked if weight > 0)
    return next((language for language in wanted if language in offered), "en")


def _ranked(part: str) -> tuple[float, str]:
    """The weight of one language range, with the range."""
    tag, _, parameter = part.partition(";")
    name, _, weight = parameter.strip().partition("=")
    try:
        return (float(weight) if name.strip() == "q" else 1.0), tag.strip().lower()
    except ValueError:
        return 0.0, ""
