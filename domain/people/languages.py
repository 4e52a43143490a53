"""Languages that the speech engines know, ISO 639-1."""

from collections.abc import Sequence
from typing import Final

SPOKEN: Final = frozenset(
    (
        "af am ar as az ba be bg bn bo br bs ca cs cy da de el en es et eu fa fi fo fr gl gu ha he hi hr ht hu hy "
        "id is it ja jw ka kk km kn ko la lb ln lo lt lv mg mi mk ml mn mr ms mt my ne nl nn no oc pa pl ps pt ro "
        "ru sa sd si sk sl sn so sq sr su sv sw ta te tg th tk tl tr tt uk ur uz vi yi yo zh"
    ).split()
)


def best_language(wanted: str, offered: Sequence[str]) -> str:
    """The wanted language where it is offered, with or without its region; else English, else the first."""
    exact = wanted.lower().replace("_", "-")
    for tag in (exact, exact.partition("-")[0], "en"):
        for language in offered:
            if language.lower() == tag:
                return language
    return offered[0]
