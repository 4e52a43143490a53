"""Filters out hallucinations: speech engines write words into noise and silence."""

from collections.abc import Sequence

import numpy as np

from transcription.engine import DecodedUtterance, Sound, SpeechSpan

RMS_FLOOR = 0.0015  # of full scale; a silent track with DTX is at 0.0003, quiet speech at 0.01
MAX_NO_SPEECH = 0.8
MAX_COMPRESSION = 2.4
_LOOP = 4  # the same words this often in a row are a loop


def above_noise_floor(sound: Sound, spans: Sequence[SpeechSpan]) -> list[SpeechSpan]:
    """The spans whose RMS level reaches RMS_FLOOR."""
    return [s for s in spans if float(np.sqrt(np.mean(np.square(sound[s.start : s.end])))) >= RMS_FLOOR]


def is_plausible(decoded: DecodedUtterance) -> bool:
    """Whether the utterance has text, is likely to be speech and does not loop."""
    return (
        bool(decoded.text.strip())
        and decoded.no_speech <= MAX_NO_SPEECH
        and decoded.compression <= MAX_COMPRESSION
        and not _loops(decoded.text.lower().split())
    )


def _loops(words: list[str]) -> bool:
    """Whether one to three words are repeated at least four times in a row."""
    for size in (1, 2, 3):
        for start in range(len(words) - size * _LOOP + 1):
            phrase = words[start : start + size]
            if all(words[start + k * size : start + (k + 1) * size] == phrase for k in range(1, _LOOP)):
                return True
    return False
