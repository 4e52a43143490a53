"""A transcript: utterances with speaker, times and words."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from domain.record.scripts import separator


@dataclass(frozen=True)
class Word:
    """A word of an utterance."""

    start_ms: int  # from the start of its utterance
    end_ms: int
    text: str
    probability: float  # 0 to 1
    # What a second decoding wrote in place of this number, empty if the same; None before it was decoded again.
    alternative: str | None = None


@dataclass(frozen=True)
class Utterance:
    """One span of speech of a participant. `id` is derived from track and start, so it is the same if decoded twice."""

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

    @property
    def has_uncompared_numbers(self) -> bool:
        """Whether it has numbers that were decoded only once."""
        return any(word.alternative is None and has_digits(word.text) for word in self.words)


def has_digits(text: str) -> bool:
    return any(character.isdigit() for character in text)


@dataclass(frozen=True)
class Caption:
    """What the people in the class read of an utterance while it goes on."""

    id: UUID
    identity: str  # the speaker
    spoken_at: datetime  # UTC
    text: str
    language: str  # ISO 639-1


BEHIND_AFTER = timedelta(minutes=3)
"""For how long stored audio may wait for its transcript."""
_BEHIND_SEGMENTS, _BEHIND_SECONDS = 3, 90.0


def is_behind(segments: int, seconds: float) -> bool:
    """Whether a track of which so much has waited for BEHIND_AFTER is transcribed too slowly.

    The end of a track waits for what is said next, however long that takes: an utterance and its segment.
    """
    return segments >= _BEHIND_SEGMENTS and seconds >= _BEHIND_SECONDS


def in_time_order(utterances: list[Utterance]) -> list[Utterance]:
    """The utterances sorted by start, then end."""
    return sorted(utterances, key=lambda u: (u.starts_at, u.ends_at, str(u.id)))


def spaced_words(utterance: Utterance) -> Iterator[tuple[str, Word]]:
    """Each word with what is written before it: a space as in the utterance's text, or nothing."""
    at, before = 0, ""
    for word in utterance.words:
        start = utterance.text.find(word.text, at)
        between = utterance.text[at:start] if start >= 0 else None
        if between is None or between.strip():  # the words do not follow the text here
            yield (separator(before, word.text) if before else ""), word
        else:
            yield (" " if between and before else ""), word
        at, before = (start + len(word.text) if start >= 0 else at), word.text
