"""Hints for speech engines: names and terms that are likely to be said in a class.

An engine that has them writes "Noor" where it would write "nor". They are few and short, since an engine may also write
what it was told into speech that does not hold it.
"""

import re
from collections.abc import Iterable, Sequence

from transcription.engine import DecodedUtterance

_MAX_LETTERS = 400  # engines read no more than about 220 tokens
_WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")
_ECHOED_WORDS = 3
_ECHO_PROBABILITY = 0.5  # mean word probability below which the audio does not support what is written


def speech_hints(names: Iterable[str], terms: Iterable[str]) -> tuple[str, ...]:
    """Names first, then terms, each once, as many as an engine reads."""
    hints: list[str] = []
    letters = 0
    for hint in dict.fromkeys(" ".join(text.split()) for text in (*names, *terms)):
        letters += len(hint) + 2
        if not hint or letters > _MAX_LETTERS:
            continue
        hints.append(hint)
    return tuple(hints)


def echoes_hints(decoded: DecodedUtterance, hints: Sequence[str]) -> bool:
    """Whether an engine wrote its hints into noise: several words, all hints, that the audio hardly supports."""
    hinted = set(_words(" ".join(hints)))
    written = _words(decoded.text)
    if len(written) < _ECHOED_WORDS or not hinted.issuperset(written) or not decoded.words:
        return False
    return sum(word.probability for word in decoded.words) / len(decoded.words) < _ECHO_PROBABILITY


def _words(text: str) -> list[str]:
    return [word.lower() for word in _WORD.findall(text)]
