"""Compares the numbers of an utterance with those of a second decoding of the same sound."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher

from domain.record.transcript import Utterance, Word
from transcription.engine import DecodedWord, Sound, SpeechEngine, SpeechSpan

_TOKEN = re.compile(r"\d+|[^\W\d_]+")


@dataclass(frozen=True)
class NumbersToCompare:
    """An utterance with numbers that was decoded once, and its sound."""

    utterance: Utterance
    sound: Sound  # the utterance's span alone

    def compare(self, engine: SpeechEngine) -> Utterance:
        """The utterance with the alternatives of a second decoding, which has no hints."""
        whole = SpeechSpan(0, len(self.sound))
        second = engine.decode(self.sound, [whole], [self.utterance.language], again=True)
        return with_alternatives(self.utterance, second[0].words if second else ())


def with_alternatives(utterance: Utterance, second: Sequence[DecodedWord]) -> Utterance:
    """The utterance, with the second decoding's text at each number that differs from it.

    “7 to 12” and “7-12” have the same numbers, and so have “three” and “3”: only digits are compared with digits.
    """
    own, other = _tokens(utterance.words), _tokens(second)
    alternatives = {word: "" for token, word in own if token.isdigit()}
    matcher = SequenceMatcher(None, [t for t, _ in own], [t for t, _ in other], autojunk=False)
    for operation, start, end, other_start, other_end in matcher.get_opcodes():
        written = " ".join(token for token, _ in other[other_start:other_end])
        numbers = [token for token, _ in own[start:end] if token.isdigit()]
        others = [token for token, _ in other[other_start:other_end] if token.isdigit()]
        if operation == "equal" or not numbers or not others or numbers == others:
            continue
        alternatives.update({word: written for token, word in own[start:end] if token.isdigit()})
    words = tuple(
        replace(word, alternative=alternatives.get(position, word.alternative))
        for position, word in enumerate(utterance.words)
    )
    return replace(utterance, words=words)


def _tokens(words: Sequence[Word | DecodedWord]) -> list[tuple[str, int]]:
    """The tokens of all words, each with the position of its word."""
    return [
        (token, position)
        for position, word in enumerate(words)
        for token in _TOKEN.findall(word.text.lower())
    ]
