"""Synthesizes the voices of the demo class: one neural voice at three pitches, cached as WAV files."""

import hashlib
import json
import os
import wave
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from cli.demo_class.script import LESSON, Speaker, Turn

RATE = 48_000  # Hz, mono, 16 bit
_VERSION = "hibari-0.2.1/1"
_LEVEL = 0.5  # of full scale at the loudest sample

Pcm = NDArray[np.int16]


@dataclass(frozen=True)
class Voice:
    pitch: float  # factor on the voice's own pitch
    speed: float


VOICES = {
    Speaker.INSTRUCTOR: Voice(0.94, 0.95),
    Speaker.FIRST_STUDENT: Voice(1.12, 0.98),
    Speaker.SECOND_STUDENT: Voice(1.22, 0.95),
}


def synthesise(turns: Sequence[Turn], progress: Callable[[int, int], None]) -> list[Pcm]:
    """The audio of each turn, from the cache where possible. `progress` receives turns done and in total."""
    folder = _cache()
    folder.mkdir(parents=True, exist_ok=True)
    speak = _Synthesiser()
    sounds = []
    for number, turn in enumerate(turns, 1):
        path = folder / f"{_key(turn)}.wav"
        if not path.exists():
            _write(path, speak(turn))
        sounds.append(read_wav(path))
        progress(number, len(turns))
    return sounds


def write_instructor_wav(path: Path, lead_in: float = 3.0, pause: float = 3.0) -> list[Turn]:
    """Write a WAV with all turns of the instructor, separated by silence; returns those turns."""
    turns = [turn for turn in LESSON if turn.speaker == Speaker.INSTRUCTOR]
    parts: list[Pcm] = [np.zeros(int(lead_in * RATE), np.int16)]
    for sound in synthesise(turns, lambda *_: None):
        parts += [sound, np.zeros(int(pause * RATE), np.int16)]
    _write(path, np.concatenate(parts))
    return turns


class _Synthesiser:
    def __init__(self) -> None:
        self._tts = None

    def __call__(self, turn: Turn) -> Pcm:
        from hibari import SAMPLE_RATE, Hibari

        self._tts = self._tts or Hibari(threads=2)
        voice = VOICES[turn.speaker]
        spoken = np.asarray(self._tts(turn.text, speed=voice.speed / voice.pitch, seed=7), np.float32)  # type: ignore[misc]
        # Playing the audio faster raises the pitch; it is synthesized slower to keep the tempo.
        length = int(len(spoken) * RATE / SAMPLE_RATE / voice.pitch)
        positions = np.linspace(0, len(spoken) - 1, length)
        sound = np.interp(positions, np.arange(len(spoken)), spoken)
        loudest = float(np.max(np.abs(sound))) or 1.0
        return (sound / loudest * _LEVEL * 32767).astype(np.int16)


def read_wav(path: Path) -> Pcm:
    with wave.open(str(path), "rb") as file:
        return np.frombuffer(file.readframes(file.getnframes()), np.int16)


def _write(path: Path, sound: Pcm) -> None:
    new = path.with_suffix(f".{os.getpid()}.new")
    with wave.open(str(new), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(sound.tobytes())
    new.rename(path)


def _key(turn: Turn) -> str:
    voice = VOICES[turn.speaker]
    described = json.dumps([_VERSION, turn.text, voice.pitch, voice.speed])
    return hashlib.sha256(described.encode()).hexdigest()[:20]


def _cache() -> Path:
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "homeroom" / "voices"
