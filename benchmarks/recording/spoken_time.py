"""A voice that says what time it is: a tone whose pitch rises with the time, and starts again every minute.

Stored audio so tells by itself which moments of the voice it holds. The date of a segment need only be right to half a
minute, and sound that was made up where packets were missing does not count as heard.
"""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

Pcm = NDArray[np.int16]

PERIOD = 60.0  # seconds
LOWEST, RISE = (
    500.0,
    50.0,
)  # Hz, Hz per second: up to 3,500 Hz; the tone has no jump of phase at the end of a period
LEVEL = 8000.0
WINDOW = 0.1  # seconds whose pitch is measured together
HOP = WINDOW / 2
_AUDIBLE = 500.0  # rms of a window with a voice
_TONAL = 0.8  # share of a window's energy that lies around its pitch, where it holds a voice alone
_POINTS = 8192


def speak(at: float, samples: int, rate: int) -> Pcm:
    """The samples of the voice from second `at` of the epoch on."""
    seconds = at % PERIOD + np.arange(samples) / rate
    tone = LEVEL * np.sin(2 * np.pi * (LOWEST * seconds + RISE * seconds**2 / 2))
    return tone.astype(np.int16)


def spoken_at(pcm: Pcm, rate: int, dated: float) -> Iterator[tuple[float, float]]:
    """The date of each window of the samples that holds the voice, and when it was spoken, as seconds of the epoch.

    Both are of the middle of the window. `dated` is the date of the first sample.
    """
    size, hop = round(WINDOW * rate), round(HOP * rate)
    if len(pcm) < size:
        return
    windows = np.lib.stride_tricks.sliding_window_view(pcm, size)[::hop].astype(np.float64)
    pitches = _pitches(windows, rate)
    for number, pitch in enumerate(pitches):
        if not np.isnan(pitch):
            date = dated + (number * hop + size / 2) / rate
            seconds = (pitch - LOWEST) / RISE
            yield date, seconds + PERIOD * round((date - seconds) / PERIOD)


def _pitches(windows: NDArray[np.float64], rate: int) -> NDArray[np.float64]:
    """The pitch of each window in Hz, NaN where it holds no clear tone."""
    power = np.abs(np.fft.rfft(windows * np.hanning(windows.shape[1]), _POINTS)) ** 2 + 1e-9
    peak = np.clip(power.argmax(axis=1), 1, power.shape[1] - 2)
    rows = np.arange(len(windows))
    left, middle, right = (np.log(power[rows, peak + step]) for step in (-1, 0, 1))
    bend = np.minimum(left - 2 * middle + right, -1e-9)  # 0 in digital silence
    pitch = (peak + 0.5 * (left - right) / bend) * rate / _POINTS
    width = round(4 / WINDOW * _POINTS / rate)
    around = np.array(
        [row[max(0, p - width) : p + width + 1].sum() for row, p in zip(power, peak, strict=True)]
    )
    clear = (around > _TONAL * power.sum(axis=1)) & (np.sqrt((windows**2).mean(axis=1)) > _AUDIBLE)
    return np.where(clear, pitch, np.nan)
