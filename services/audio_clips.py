"""The sound of one stretch of class, cut from the stored segments."""

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

RATE = 16_000  # Hz


async def cut(store: ObjectStore, segments: Sequence[AudioSegment], start: datetime, end: datetime) -> bytes:
    """WAV, 16 kHz mono, of what one speaker's segments hold between two moments; what was not recorded is silence.

    Raises NotFound where nothing of it was recorded.
    """
    touching = [segment for segment in segments if segment.started_at < end and segment.ended_at > start]
    if not touching:
        raise NotFound("there is no recording of this part", next_step="The session's record shows the gap.")
    sound = np.zeros(round((end - start).total_seconds() * RATE), dtype=np.float32)
    for segment in touching:
        stored = await obstore.get_async(store, segment.key)
        samples = decode_audio(bytes(await stored.bytes_async()))
        _lay(sound, samples, round((segment.started_at - start).total_seconds() * RATE))
    return _wav(sound)


def _lay(sound: NDArray[np.float32], samples: NDArray[np.float32], offset: int) -> None:
    first, last = max(offset, 0), min(offset + len(samples), len(sound))
    if first < last:
        sound[first:last] = samples[first - offset : last - offset]


def _wav(sound: NDArray[np.float32]) -> bytes:
    buffer = io.BytesIO()
    with wave.open(buffer, "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(RATE)
        out.writeframes((np.clip(sound, -1, 1) * 32767).astype("<i2").tobytes())
    return buffer.getvalue()
