"""Audio clips of a class, cut from the stored segments."""

import io
import wave
from collections.abc import Sequence
from datetime import datetime

import numpy as np
import obstore
from numpy.typing import NDArray
from obstore.store import ObjectStore

from domain.errors import NotFound
from domain.record.recording import AudioSegment
from transcription.audio import decode_audio

SAMPLE_RATE = 16_000  # Hz


async def cut(store: ObjectStore, segments: Sequence[AudioSegment], start: datetime, end: datetime) -> bytes:
    """One speaker's audio between two moments, as WAV with 16 kHz mono; gaps in the recording are silence.

    Raises NotFound if nothing in between was recorded.
    """
    overlapping = [segment for segment in segments if segment.started_at < end and segment.ended_at > start]
    if not overlapping:
        raise NotFound("there is no recording of this part", next_step="The session's record shows the gap.")
    clip = np.zeros(round((end - start).total_seconds() * SAMPLE_RATE), dtype=np.float32)
    for segment in overlapping:
        stored = await obstore.get_async(store, segment.key)
        samples = decode_audio(bytes(await stored.bytes_async()))
        _copy_samples(clip, samples, round((segment.started_at - start).total_seconds() * SAMPLE_RATE))
    return _wav(clip)


def _copy_samples(clip: NDArray[np.float32], samples: NDArray[np.float32], offset: int) -> None:
    first, last = max(offset, 0), min(offset + len(samples), len(clip))
    if first < last:
        clip[first:last] = samples[first - offset : last - offset]


def _wav(clip: NDArray[np.float32]) -> bytes:
    buffer = io.BytesIO()
    with wave.open(buffer, "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(SAMPLE_RATE)
        out.writeframes((np.clip(clip, -1, 1) * 32767).astype("<i2").tobytes())
    return buffer.getvalue()
