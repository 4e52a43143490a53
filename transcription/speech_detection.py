"""Finds utterances in a track by voice activity detection (Silero VAD, as packaged with faster-whisper)."""

from faster_whisper.vad import VadOptions, get_speech_timestamps

from transcription.engine import RATE, Sound, SpeechSpan

LONGEST = 28.0  # seconds; decoders see 30
_OPTIONS = VadOptions(
    threshold=0.5,
    min_silence_duration_ms=600,
    min_speech_duration_ms=150,
    speech_pad_ms=200,
    max_speech_duration_s=LONGEST,
)
# Speech that ends less than this many samples before the end of the sound may go on in the next segment.
OPEN_END = int(1.0 * RATE)


def find_speech(sound: Sound) -> list[SpeechSpan]:
    """The spans of speech in order, padded by 0.2 s, none longer than 28 s."""
    if len(sound) < RATE // 10:
        return []
    return [SpeechSpan(int(s["start"]), int(s["end"])) for s in get_speech_timestamps(sound, _OPTIONS)]


def split_unfinished(spans: list[SpeechSpan], length: int) -> tuple[list[SpeechSpan], SpeechSpan | None]:
    """The complete spans, and the last one separately if it may go on beyond the end of the sound of `length`."""
    if spans and spans[-1].end > length - OPEN_END:
        return spans[:-1], spans[-1]
    return spans, None
