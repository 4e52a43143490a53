"""Filters out hallucinations: speech engines write words into noise and silence."""

import re
import zlib
from collections.abc import Sequence

import numpy as np

from domain.record.scripts import clusters, is_unspaced
from transcription.engine import DecodedUtterance, Sound, SpeechSpan

RMS_FLOOR = 0.0015  # of full scale; a silent track with DTX is at 0.0003, quiet speech at 0.01
MAX_NO_SPEECH = 0.8
MAX_COMPRESSION = 2.4
# Without a no-speech probability the words' own probabilities tell noise from speech.
MIN_WORD_PROBABILITY = 0.3
_LOOP = 4  # the same words this often in a row are a loop
_LETTER_LOOP = 8  # a single letter of a script without spaces is a syllable, as in laughter
_LONGEST_PHRASE = 3  # words
_LONGEST_UNSPACED_PHRASE = 20  # letters
# Whatever stands between words: spaces, and punctuation unless it is inside a number.
_BETWEEN_WORDS = re.compile(r"(?:[^\w\s]|_)+(?!\d)|(?<!\d)(?:[^\w\s]|_)+|\s+")
_MARKS = re.compile(r"[\s.,!?…、。，！？；：・「」『』]+")


def above_noise_floor(sound: Sound, spans: Sequence[SpeechSpan]) -> list[SpeechSpan]:
    """The spans whose RMS level reaches RMS_FLOOR."""
    return [s for s in spans if float(np.sqrt(np.mean(np.square(sound[s.start : s.end])))) >= RMS_FLOOR]


def is_plausible(decoded: DecodedUtterance) -> bool:
    """Whether the utterance has text, is likely to be speech and does not loop."""
    return (
        bool(decoded.text.strip())
        and _is_speech(decoded)
        and compression_ratio(decoded.text) <= MAX_COMPRESSION
        and not _loops(decoded.text.lower())
    )


def compression_ratio(text: str) -> float:
    """How much smaller the text is when compressed; high for loops.

    Each letter counts as one byte: in UTF-8, ordinary Thai or Hindi compresses as well as an English loop.
    """
    codes: dict[str, int] = {}
    coded = bytes(codes.setdefault(character, len(codes)) % 256 for character in text)
    return len(coded) / len(zlib.compress(coded))


def _is_speech(decoded: DecodedUtterance) -> bool:
    if decoded.no_speech is not None:
        return decoded.no_speech <= MAX_NO_SPEECH
    probabilities = [word.probability for word in decoded.words]
    return bool(probabilities) and sum(probabilities) / len(probabilities) >= MIN_WORD_PROBABILITY


def _loops(text: str) -> bool:
    """Whether a phrase is repeated at least four times in a row, with or without spaces between."""
    words = [word for word in _BETWEEN_WORDS.split(text) if word]
    letters = [cluster for cluster in clusters(_MARKS.sub("", text)) if is_unspaced(cluster[0])]
    return (
        _repeats(words, range(1, _LONGEST_PHRASE + 1), _LOOP)
        or _repeats(letters, range(1, 2), _LETTER_LOOP)
        or _repeats(letters, range(2, _LONGEST_UNSPACED_PHRASE + 1), _LOOP)
    )


def _repeats(words: Sequence[str], sizes: range, times: int) -> bool:
    """Whether a phrase of one of these sizes is repeated so many times in a row."""
    return any(
        all(words[start + n] == words[start + n + size] for n in range(size * (times - 1)))
        for size in sizes
        for start in range(len(words) - size * times + 1)
    )
