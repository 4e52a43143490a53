"""Compares the numbers of an utterance with those of a second decoding of the same sound."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher

from domain.record.transcript import Utterance
from transcription.engine import DecodedUtterance, DecodedWord, Sound, SpeechEngine, SpeechSpan

_TOKEN = re.compile(r"\d+|[^\W\d_]+")


@dataclass(frozen=True)
class NumbersToCompare:
    """An utterance with numbers that was decoded once, and its sound."""

    utterance: Utterance
    decoded: DecodedUtterance
    sound: Sound  # the utterance's span alone

    def compare(self, engine: SpeechEngine) -> Utterance | None:
        """The utterance with the alternatives of a second decoding, which has no hints; None if there are none."""
        whole = SpeechSpan(0, len(self.sound))
        second = engine.decode(self.sound, [whole], [self.decoded.language], again=True)
        compared = with_alternatives(self.decoded, second[0] if second else None)
        if compared is self.decoded:
            return None
        words = zip(self.utterance.words, compared.words, strict=True)
        return replace(
            self.utterance,
            words=tuple(replace(word, alternative=found.alternative) for word, found in words),
        )


def has_numbers(decoded: DecodedUtterance) -> bool:
    """Whether there is anything to compare."""
    return any(character.isdigit() for character in decoded.text)


def with_alternatives(decoded: DecodedUtterance, second: DecodedUtterance | None) -> DecodedUtterance:
    """The utterance, with the second decoding's text at each number that differs from it.

    “7 to 12” and “7-12” have the same numbers, and so have “three” and “3”: only digits are compared with digits.
    """
    if second is None:
        return decoded
    own, other = _tokens(decoded.words), _tokens(second.words)
    alternatives: dict[int, str] = {}
    matcher = SequenceMatcher(None, [t for t, _ in own], [t for t, _ in other], autojunk=False)
    for operation, start, end, other_start, other_end in matcher.get_opcodes():
        written = " ".join(token for token, _ in other[other_start:other_end])
        numbers = [token for token, _ in own[start:end] if token.isdigit()]
        others = [token for token, _ in other[other_start:other_end] if token.isdigit()]
        if operation == "equal" or not numbers or not others or numbers == others:
            continue
        alternatives.update({word: written for token, word in own[start:end] if token.isdigit()})
    if not alternatives:
        return decoded
    words = tuple(
        replace(word, alternative=alternatives.get(position, ""))
        for position, word in enumerate(decoded.words)
    )
    return replace(decoded, words=words)


def _tokens(words: Sequence[DecodedWord]) -> list[tuple[str, int]]:
    """The tokens of all words, each with the position of its word."""
    return [
        (token, position)
        for position, word in enumerate(words)
        for token in _TOKEN.findall(word.text.lower())
    ]
