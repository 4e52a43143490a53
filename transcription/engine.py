"""What a speech engine does: decode utterances that are already cut."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

RATE = 16_000  # Hz, mono, everywhere in this package

Sound = NDArray[np.float32]  # samples from -1 to 1


@dataclass(frozen=True)
class SpeechSpan:
    """A stretch of speech in a sound, in samples."""

    start: int
    end: int


@dataclass(frozen=True)
class DecodedWord:
    start: float  # seconds from the start of the sound
    end: float
    text: str
    probability: float  # 0 to 1


@dataclass(frozen=True)
class DecodedUtterance:
    span: SpeechSpan
    text: str
    words: tuple[DecodedWord, ...]
    language: str
    no_speech: float  # probability that this is no speech, 0 to 1
    compression: float  # ratio of the text's size to its compressed size; high for loops


class SpeechEngine(Protocol):
    @property
    def name(self) -> str:
        """Engine and model, kept with each utterance."""
        ...

    def decode(
        self, sound: Sound, spans: Sequence[SpeechSpan], languages: Sequence[str]
    ) -> list[DecodedUtterance]:
        """Decode each span by itself. `languages` are those that may be spoken; with several, each span has its own.

        A span without words is left out. Blocking: call it in a thread.
        """
        ...
