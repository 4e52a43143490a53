"""A transcript: utterances with speaker, times and words, on the one room clock."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True)
class Word:
    start_ms: int  # from the start of its utterance
    end_ms: int
    text: str
    probability: float  # 0 to 1


@dataclass(frozen=True)
class Utterance:
    """One stretch of speech of one participant. `id` is derived from track and start, so decoding twice gives one."""

    id: UUID
    identity: str  # the speaker, known from the track
    track_sid: str
    starts_at: datetime  # UTC
    ends_at: datetime
    text: str
    words: tuple[Word, ...]
    language: str  # ISO 639-1
    confidence: float  # 0 to 1, mean word probability
    engine: str


def in_time_order(utterances: list[Utterance]) -> list[Utterance]:
    return sorted(utterances, key=lambda u: (u.starts_at, u.ends_at, str(u.id)))
