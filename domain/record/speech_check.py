"""Compares how long each speaker talked with the words of their transcript, to find one that is complete but empty.

Talk is what the recorder's voice detection measured, words are what is stored. Noise counts as talk for moments, never
for half a minute; slow speech has a word every two seconds.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from domain.record.transcript import Utterance

_TALKED_FROM = 30.0  # seconds; who talked less may have said nothing that can be written down
_FEWEST_WORDS_PER_SECOND = 0.1


@dataclass(frozen=True)
class Speech:
    """What a speaker said in a class."""

    talk_seconds: float
    words: int

    @property
    def is_missing(self) -> bool:
        """Whether the speaker talked, and the transcript has next to nothing of it."""
        enough = self.talk_seconds * _FEWEST_WORDS_PER_SECOND
        return self.talk_seconds >= _TALKED_FROM and self.words < enough


def speech_of(talk_seconds: Mapping[str, float], transcript: Iterable[Utterance]) -> dict[str, Speech]:
    """By the speaker's identity. An utterance of which the engine gives no words has those of its text."""
    words: dict[str, int] = {}
    for utterance in transcript:
        count = len(utterance.words) or len(utterance.text.split())
        words[utterance.identity] = words.get(utterance.identity, 0) + count
    return {
        identity: Speech(talk_seconds.get(identity, 0.0), words.get(identity, 0))
        for identity in sorted(talk_seconds.keys() | words.keys())
    }


def missing_speakers(speech: Mapping[str, Speech]) -> tuple[str, ...]:
    """The identities of those who talked and are not in the transcript."""
    return tuple(identity for identity, own in speech.items() if own.is_missing)


def is_empty(speech: Mapping[str, Speech]) -> bool:
    """Whether people talked, and the transcript has next to nothing of anybody."""
    if not missing_speakers(speech):
        return False
    whole = Speech(
        sum(one.talk_seconds for one in speech.values()), sum(one.words for one in speech.values())
    )
    return whole.is_missing
