"""The record of a half-hour class: connections, utterances with audio, and the statements of its draft."""

import io
import wave
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID, uuid5

import numpy as np
import obstore
from obstore.store import ObjectStore

from cli.demo_class.script import LESSON, Speaker
from domain.presence.events import EventKind, EventSource, SessionEvent
from domain.record.documentation import CheckOutcome, Citation, Section, Statement
from domain.record.recording import AudioSegment
from domain.record.transcript import Utterance, Word

LASTS = timedelta(minutes=30)
WORD = timedelta(milliseconds=320)
RATE = 16_000  # Hz
_CONNECTIONS = {  # minutes of the class between which each was connected
    Speaker.INSTRUCTOR: ((-2, 29.5),),
    Speaker.FIRST_STUDENT: ((0.2, 11), (12.5, 29)),
    Speaker.SECOND_STUDENT: ((3, 17), (17.4, 22), (24, 28.6)),
}


@dataclass(frozen=True)
class Lesson:
    """`people` are participant ids, also the LiveKit identities."""

    organization_id: UUID
    session_id: UUID
    starts_at: datetime
    people: dict[Speaker, str]

    def utterances(self) -> list[Utterance]:
        pause = timedelta(minutes=27) / len(LESSON)
        return [
            self._utterance(turn.speaker, turn.text, self.starts_at + timedelta(minutes=1) + n * pause)
            for n, turn in enumerate(LESSON)
        ]

    def _utterance(self, speaker: Speaker, text: str, at: datetime) -> Utterance:
        words = tuple(
            Word(n * 320, n * 320 + 300, word, 0.4 if word == "sixth?" else 0.95)
            for n, word in enumerate(text.split())
        )
        ends_at = at + len(words) * WORD
        key = uuid5(self.session_id, f"{at}")
        return Utterance(
            key, self.people[speaker], f"TR_{speaker}", at, ends_at, text, words, "en", 0.9, "test"
        )

    def citation(self, part: str) -> Citation:
        """A citation of the first utterance that contains this text."""
        utterance = next(utterance for utterance in self.utterances() if part in utterance.text)
        return Citation(utterance.id, part)

    def statements(self) -> tuple[Statement, ...]:
        return (
            Statement(
                Section.TOPICS, "Adding fractions with different denominators.", (self.citation("different"),)
            ),
            Statement(
                Section.TOPICS, "Finding a common denominator.", (self.citation("common denominator"),)
            ),
            Statement(
                Section.PRACTISED, "Practised with thirds and sixths.", (self.citation("thirds and sixths"),)
            ),
            Statement(
                Section.COMPREHENSION,
                "Knew that one half plus one quarter is three quarters.",
                (self.citation("one half plus one quarter"), self.citation("three quarters")),
                "What is one half plus one quarter?",
                "three quarters",
                CheckOutcome.CORRECT,
            ),
            Statement(
                Section.COMPREHENSION,
                "Took one third plus one sixth for two ninths at first.",
                (self.citation("two ninths"), self.citation("Not quite")),
                "What is one third plus one sixth?",
                "two ninths",
                CheckOutcome.PARTLY,
            ),
            Statement(
                Section.HOMEWORK,
                "Page twelve, exercises one to four, until Thursday.",
                (self.citation("homework"),),
            ),
            Statement(Section.NEXT_STEPS, "Next time: subtracting fractions.", (self.citation("Next time"),)),
        )

    def events(self) -> Iterator[SessionEvent]:
        for speaker, spans in _CONNECTIONS.items():
            for number, (joined, left) in enumerate(spans):
                for kind, minute in (
                    (EventKind.PARTICIPANT_JOINED, joined),
                    (EventKind.PARTICIPANT_LEFT, left),
                ):
                    yield self._event(speaker, kind, minute, f"PA_{speaker}_{number}")
        for utterance in self.utterances():
            seconds = (utterance.ends_at - utterance.starts_at).total_seconds()
            yield SessionEvent(
                EventSource.CAPTURE,
                f"talk-{utterance.id}",
                EventKind.TALK,
                utterance.starts_at,
                utterance.identity,
                "PA_instructor_0" if utterance.identity == self.people[Speaker.INSTRUCTOR] else None,
                utterance.track_sid,
                data={"seconds": seconds, "until": utterance.ends_at.isoformat()},
            )

    def _event(self, speaker: Speaker, kind: EventKind, minute: float, sid: str) -> SessionEvent:
        at = self.starts_at + timedelta(minutes=minute)
        return SessionEvent(EventSource.WEBHOOK, f"{sid}-{kind}", kind, at, self.people[speaker], sid)

    async def store_audio(self, store: ObjectStore) -> list[AudioSegment]:
        """Store a tone as the audio of each utterance, as long as the utterance."""
        segments = []
        for number, utterance in enumerate(self.utterances()):
            samples = round((utterance.ends_at - utterance.starts_at).total_seconds() * RATE)
            key = f"{self.organization_id}/{self.session_id}/audio/{number}.wav"
            audio = _tone(samples)
            await obstore.put_async(store, key, audio)
            segments.append(
                AudioSegment(
                    self.organization_id,
                    self.session_id,
                    utterance.identity,
                    "PA",
                    utterance.track_sid,
                    "r",
                    number,
                    utterance.starts_at,
                    samples,
                    RATE,
                    "flac",
                    key,
                    "",
                    len(audio),
                )
            )
        return segments


def _tone(samples: int) -> bytes:
    wave_form = np.sin(np.arange(samples) * 2 * np.pi * 330 / RATE) * 9000
    buffer = io.BytesIO()
    with wave.open(buffer, "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(RATE)
        out.writeframes(wave_form.astype("<i2").tobytes())
    return buffer.getvalue()
