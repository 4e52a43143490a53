"""Voice activity detection: finds spans of speech in a track by its energy. Pure.

It detects only that somebody speaks; neither words nor emotions are derived.
"""

from dataclasses import dataclass

LOUD = 300.0  # rms of 32,768; a silent track has about 10, speech 1,000 and more
OVER_FLOOR = 4.0
FLOOR_RISE_PER_SECOND = 1.02
MAX_FLOOR = 400.0
PAUSE_SECONDS = 5.0  # a longer silence ends a span: a class of an hour has some hundreds at most
MAX_SPAN_SECONDS = 60.0  # a longer span is reported in parts, so that live pages show it
MIN_VOICED_SECONDS = 0.3


@dataclass(frozen=True)
class SpeechSpan:
    """A span of speech that may contain short pauses."""

    started: float  # clock seconds
    ended: float
    voiced_seconds: float  # pauses not counted


class VoiceActivityDetector:
    """Compares energy with an adaptive noise floor, with hysteresis: speech goes on above half the starting level."""

    def __init__(self) -> None:
        self._floor = MAX_FLOOR / 4
        self._speaking = False
        self._started = self._last_voice = self._voiced = 0.0

    def push(self, rms: float, ended: float, seconds: float) -> SpeechSpan | None:
        """Adds a frame with its level, the clock second of its end and its length in seconds.

        Returns the span that this frame ends, if any.
        """
        if self._is_voice(rms, seconds):
            if not self._voiced:
                self._started = ended - seconds
            self._last_voice, self._voiced = ended, self._voiced + seconds
        silent, long = ended - self._last_voice, ended - self._started
        if self._voiced and (silent > PAUSE_SECONDS or long >= MAX_SPAN_SECONDS):
            return self.finish()
        return None

    def finish(self) -> SpeechSpan | None:
        """Ends and returns the open span, if there is one."""
        voiced, self._voiced = self._voiced, 0.0
        if voiced < MIN_VOICED_SECONDS:
            return None
        return SpeechSpan(self._started, self._last_voice, round(voiced, 3))

    def _is_voice(self, rms: float, seconds: float) -> bool:
        self._floor = min(rms, self._floor * FLOOR_RISE_PER_SECOND**seconds, MAX_FLOOR)
        threshold = max(LOUD, OVER_FLOOR * self._floor)
        self._speaking = rms > (threshold / 2 if self._speaking else threshold)
        return self._speaking
