"""The interface of a speech engine, which decodes given spans of speech."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

RATE = 16_000  # Hz, mono, everywhere in this package

Sound = NDArray[np.float32]  # samples from -1 to 1


@dataclass(frozen=True)
class SpeechSpan:
    """A span of speech in a sound; start and end are sample offsets."""

    start: int
    end: int


@dataclass(frozen=True)
class DecodedWord:
    """A word with its times."""

    start: float  # seconds from the start of the sound
    end: float
    text: str
    probability: float  # 0 to 1


@dataclass(frozen=True)
class DecodedUtterance:
    """The text of one span, with the engine's quality measures."""

    span: SpeechSpan
    text: str
    words: tuple[DecodedWord, ...]
    language: str
    no_speech: float | None  # probability that the span holds no speech, 0 to 1; None: not measured


class SpeechEngine(Protocol):
    """Decodes speech. The pipelines of the models are not thread-safe; `load_engine` returns an engine that is."""

    @property
    def name(self) -> str:
        """Engine and model; stored with each utterance."""
        ...

    def decode(
        self,
        sound: Sound,
        spans: Sequence[SpeechSpan],
        languages: Sequence[str],
        hints: Sequence[str] = (),
        *,
        again: bool = False,
    ) -> list[DecodedUtterance]:
        """Decodes each span separately. `languages` are the candidates, of which one is detected for each span.

        `hints` are names and terms that may be said; the engine prefers their spelling. `again` decodes in
        another way, to compare with a first decoding of the same spans.
        Spans without words are left out. Blocking: call it in a thread.
        """
        ...
