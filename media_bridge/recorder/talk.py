"""Finds stretches of speech energy in a track. Pure. It tells that somebody spoke, not what, and not how they felt."""

from dataclasses import dataclass

LOUD = 300.0  # rms of 32,768; a silent track has about 10, speech 1,000 and more
OVER_FLOOR = 4.0
FLOOR_RISE_PER_SECOND = 1.02
MAX_FLOOR = 400.0
PAUSE_SECONDS = 5.0  # a longer silence ends a stretch: a class of an hour has some hundreds at most
MAX_STRETCH_SECONDS = 60.0  # a longer one is told in parts, so that a live page sees it
MIN_VOICED_SECONDS = 0.3


@dataclass(frozen=True)
class Stretch:
    started: float  # clock seconds
    ended: float
    voiced_seconds: float  # the pauses inside it not counted


class TalkDetector:
    """Energy over an adaptive noise floor, with hysteresis: half the level that starts speech keeps it going."""

    def __init__(self) -> None:
        self._floor = MAX_FLOOR / 4
        self._speaking = False
        self._started = self._last_voice = self._voiced = 0.0

    def push(self, rms: float, ended: float, seconds: float) -> Stretch | None:
        """Takes a frame's level, the clock second of its end and its length; returns a stretch that is over."""
        if self._is_voice(rms, seconds):
            if not self._voiced:
                self._started = ended - seconds
            self._last_voice, self._voiced = ended, self._voiced + seconds
        silent, long = ended - self._last_voice, ended - self._started
        if self._voiced and (silent > PAUSE_SECONDS or long >= MAX_STRETCH_SECONDS):
            return self.finish()
        return None

    def finish(self) -> Stretch | None:
        """The stretch that is open, if any."""
        voiced, self._voiced = self._voiced, 0.0
        if voiced < MIN_VOICED_SECONDS:
            return None
        return Stretch(self._started, self._last_voice, round(voiced, 3))

    def _is_voice(self, rms: float, seconds: float) -> bool:
        self._floor = min(rms, self._floor * FLOOR_RISE_PER_SECOND**seconds, MAX_FLOOR)
        threshold = max(LOUD, OVER_FLOOR * self._floor)
        self._speaking = rms > (threshold / 2 if self._speaking else threshold)
        return self._speaking
