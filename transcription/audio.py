"""Decodes stored audio files into samples."""

import io
from collections.abc import Sequence
from datetime import datetime

import av
import numpy as np
from av.error import FFmpegError

from domain.errors import MalformedEvent
from transcription.engine import RATE, Sound


def decode_audio(data: bytes) -> Sound:
    """Decodes FLAC or Ogg-Opus to mono samples at 16 kHz. Raises MalformedEvent for any other content."""
    resampler = av.AudioResampler("flt", "mono", RATE)
    try:
        with av.open(io.BytesIO(data), "r") as container:
            chunks = [r.to_ndarray()[0] for f in container.decode(audio=0) for r in resampler.resample(f)]
            chunks += [r.to_ndarray()[0] for r in resampler.resample(None)]
    except (FFmpegError, IndexError) as error:
        raise MalformedEvent("an audio segment cannot be read") from error
    return np.concatenate(chunks).astype(np.float32) if chunks else np.zeros(0, np.float32)


def sound_between(pieces: Sequence[tuple[datetime, Sound]], start: datetime, end: datetime) -> Sound:
    """The sound from `start` to `end` out of pieces with the time of their first sample; silent where there is none."""
    sound = np.zeros(_samples(start, end), np.float32)
    for begins, piece in pieces:
        at = _samples(start, begins)
        heard = piece[max(-at, 0) : max(len(sound) - at, 0)]
        sound[max(at, 0) : max(at, 0) + len(heard)] = heard
    return sound


def _samples(start: datetime, end: datetime) -> int:
    return round((end - start).total_seconds() * RATE)
