"""The demo class as stored segments: a track for each speaker, cut into files."""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import uuid4

import numpy as np

from cli.demo_class.script import LESSON, Speaker
from cli.demo_class.voices import RATE as VOICE_RATE
from cli.demo_class.voices import Pcm, synthesise
from domain.record.recording import AudioSegment
from media_bridge.recorder.flac import encode_flac
from media_bridge.recorder.segment_writer import SAMPLE_RATE

_STEP = VOICE_RATE // SAMPLE_RATE
_SESSION, _ORGANIZATION, _RECORDER = uuid4(), uuid4(), str(uuid4())
# Microphones are not opened at the same time, so the files of different tracks do not end together.
_OFFSETS = {speaker: 0.7 * position for position, speaker in enumerate(Speaker)}


@dataclass(frozen=True)
class StoredSegment:
    segment: AudioSegment
    data: bytes


def class_tracks() -> dict[Speaker, Pcm]:
    """One turn after the other on the track of its speaker, with silence on the other tracks."""
    spoken: list[tuple[Speaker, Pcm]] = []
    for turn, sound in zip(LESSON, synthesise(LESSON, lambda *_: None), strict=True):
        spoken.append((turn.speaker, _resampled(sound)))
        spoken.append((turn.speaker, np.zeros(int(turn.pause * SAMPLE_RATE), np.int16)))
    return {
        own: np.concatenate([sound if own == speaker else np.zeros_like(sound) for speaker, sound in spoken])
        for own in Speaker
    }


def stored(tracks: dict[Speaker, Pcm], seconds: int, begins_at: datetime) -> list[StoredSegment]:
    """The files of all tracks, in the order of their ends."""
    files = [file for speaker, pcm in tracks.items() for file in _files(speaker, pcm, seconds, begins_at)]
    return sorted(files, key=lambda file: file.segment.ended_at)


def _files(speaker: Speaker, pcm: Pcm, seconds: int, begins_at: datetime) -> Iterator[StoredSegment]:
    skipped = int(_OFFSETS[speaker] * SAMPLE_RATE)
    starts = range(skipped, len(pcm), seconds * SAMPLE_RATE)
    for seq, start in enumerate(starts):
        cut = pcm[start : start + seconds * SAMPLE_RATE]
        yield _stored(speaker, seq, cut, begins_at + timedelta(seconds=start / SAMPLE_RATE))


def _stored(speaker: Speaker, seq: int, pcm: Pcm, started_at: datetime) -> StoredSegment:
    data = encode_flac(pcm, SAMPLE_RATE)
    segment = AudioSegment(
        organization_id=_ORGANIZATION,
        session_id=_SESSION,
        identity=speaker,
        participant_sid=f"PA_{speaker}",
        track_sid=f"TR_{speaker}",
        recorder_id=_RECORDER,
        seq=seq,
        started_at=started_at,
        samples=len(pcm),
        sample_rate=SAMPLE_RATE,
        codec="flac",
        key=f"{speaker}-{seq}",
        sha256=hashlib.sha256(data).hexdigest(),
        size=len(data),
    )
    return StoredSegment(segment, data)


def _resampled(sound: Pcm) -> Pcm:
    whole = sound[: len(sound) // _STEP * _STEP].reshape(-1, _STEP)
    return np.asarray(whole.mean(axis=1), np.int16)


def seconds_of(tracks: Sequence[Pcm]) -> float:
    return sum(len(pcm) for pcm in tracks) / SAMPLE_RATE
