"""The index of audio segments, and the transcript made from them."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from domain.errors import NotFound
from domain.intervals import Interval
from domain.record.recording import AudioSegment
from domain.record.transcript import Caption, Utterance, Word
from models.recording import AudioSegmentRow
from models.transcript import UtteranceRow


async def register(db: AsyncSession, segments: Sequence[AudioSegment]) -> None:
    """Index segments that are in the object store; indexed ones stay as they are."""
    if not segments:
        return
    rows = [{name: getattr(segment, name) for name in segment.__dataclass_fields__} for segment in segments]
    await db.execute(insert(AudioSegmentRow).values(rows).on_conflict_do_nothing())


async def segments(db: AsyncSession, session_id: UUID, *, waiting: bool = False) -> list[AudioSegment]:
    """A session's segments by track and time; only those not yet transcribed where `waiting`."""
    query = sa.select(AudioSegmentRow).where(col(AudioSegmentRow.session_id) == session_id)
    if waiting:
        query = query.where(~col(AudioSegmentRow.transcribed))
    order = (col(AudioSegmentRow.started_at), col(AudioSegmentRow.seq))
    return [_as_segment(row) for row in await db.scalars(query.order_by(*order))]


async def count_segments(db: AsyncSession, session_id: UUID) -> tuple[int, int]:
    """How many segments a session has, and of these, how many are not yet transcribed."""
    total = sa.func.count()
    query = sa.select(total, total.filter(~col(AudioSegmentRow.transcribed)))
    stored, waiting = (await db.execute(query.where(col(AudioSegmentRow.session_id) == session_id))).one()
    return stored, waiting


async def segment_at(db: AsyncSession, session_id: UUID, identity: str, at: datetime) -> list[AudioSegment]:
    """The segments of a speaker around a time."""
    query = sa.select(AudioSegmentRow).where(
        col(AudioSegmentRow.session_id) == session_id,
        col(AudioSegmentRow.identity) == identity,
        col(AudioSegmentRow.started_at) > at - timedelta(minutes=3),
        col(AudioSegmentRow.started_at) <= at + timedelta(minutes=1),
    )
    return [_as_segment(row) for row in await db.scalars(query.order_by(col(AudioSegmentRow.started_at)))]


async def segments_of(db: AsyncSession, session_id: UUID, utterance: Utterance) -> list[AudioSegment]:
    """The segments that hold an utterance, in order of time."""
    query = sa.select(AudioSegmentRow).where(
        col(AudioSegmentRow.session_id) == session_id,
        col(AudioSegmentRow.track_sid) == utterance.track_sid,
        col(AudioSegmentRow.started_at) > utterance.starts_at - timedelta(minutes=3),
        col(AudioSegmentRow.started_at) < utterance.ends_at,
    )
    found = [_as_segment(row) for row in await db.scalars(query.order_by(col(AudioSegmentRow.started_at)))]
    return [segment for segment in found if segment.ended_at > utterance.starts_at]


async def segment(db: AsyncSession, session_id: UUID, key: str) -> AudioSegment:
    """Raises NotFound."""
    row = await db.get(AudioSegmentRow, key)
    if row is None or row.session_id != session_id:
        raise NotFound("this class has no such recording")
    return _as_segment(row)


async def mark_transcribed(db: AsyncSession, keys: Sequence[str], late_at: datetime | None = None) -> None:
    """`late_at`: the time now, where the class was documented without these segments."""
    if keys:
        await db.execute(
            sa.update(AudioSegmentRow)
            .where(col(AudioSegmentRow.key).in_(list(keys)))
            .values(transcribed=True, late_at=late_at)
        )


@dataclass(frozen=True)
class LateSegment:
    """A segment that was transcribed after its class had been documented."""

    segment: AudioSegment
    transcribed_at: datetime

    def holds(self, utterance: Utterance) -> bool:
        """Whether a part of the utterance was said in it."""
        return (
            utterance.track_sid == self.segment.track_sid
            and utterance.starts_at < self.segment.ended_at
            and utterance.ends_at > self.segment.started_at
        )


async def late_segments(db: AsyncSession, session_id: UUID) -> list[LateSegment]:
    """In order of time."""
    query = (
        sa.select(AudioSegmentRow)
        .where(col(AudioSegmentRow.session_id) == session_id, col(AudioSegmentRow.late_at).is_not(None))
        .order_by(col(AudioSegmentRow.started_at), col(AudioSegmentRow.seq))
    )
    return [
        LateSegment(_as_segment(row), row.late_at)
        for row in await db.scalars(query)
        if row.late_at is not None
    ]


async def add_utterances(
    db: AsyncSession, organization_id: UUID, session_id: UUID, utterances: Sequence[Utterance]
) -> None:
    """Store utterances; stored ones stay as they are."""
    if not utterances:
        return
    rows = [
        {
            "organization_id": organization_id,
            "session_id": session_id,
            "id": u.id,
            "identity": u.identity,
            "track_sid": u.track_sid,
            "starts_at": u.starts_at,
            "ends_at": u.ends_at,
            "text": u.text,
            "words": [_stored_word(word) for word in u.words],
            "language": u.language,
            "confidence": u.confidence,
            "engine": u.engine,
        }
        for u in utterances
    ]
    await db.execute(insert(UtteranceRow).values(rows).on_conflict_do_nothing())


async def set_alternatives(db: AsyncSession, utterance: Utterance) -> None:
    """Store what a second decoding wrote in place of the utterance's numbers, the same ones too."""
    await db.execute(
        sa.update(UtteranceRow)
        .where(col(UtteranceRow.id) == utterance.id)
        .values(words=[_stored_word(word) for word in utterance.words])
    )


async def transcript(db: AsyncSession, session_id: UUID) -> list[Utterance]:
    """All utterances in time order."""
    query = sa.select(UtteranceRow).where(col(UtteranceRow.session_id) == session_id)
    order = (col(UtteranceRow.starts_at), col(UtteranceRow.ends_at), col(UtteranceRow.id))
    return [as_utterance(row) for row in await db.scalars(query.order_by(*order))]


async def latest_captions(
    db: AsyncSession, session_id: UUID, since: datetime | None, limit: int
) -> list[Caption]:
    """The last things said since the begin of the session's latest occurrence, in time order."""
    row = UtteranceRow
    shown = (col(row.id), col(row.identity), col(row.starts_at), col(row.text), col(row.language))
    query = sa.select(*shown).where(col(row.session_id) == session_id)
    if since is not None:
        query = query.where(col(row.starts_at) >= since)
    rows = await db.execute(query.order_by(col(row.starts_at).desc(), col(row.id).desc()).limit(limit))
    return [Caption(*found) for found in reversed(rows.all())]


async def speakers(db: AsyncSession, session_id: UUID) -> dict[UUID, str]:
    """The identity of the speaker by utterance id."""
    query = sa.select(col(UtteranceRow.id), col(UtteranceRow.identity))
    rows = await db.execute(query.where(col(UtteranceRow.session_id) == session_id))
    return {row.id: row.identity for row in rows}


def as_utterance(row: UtteranceRow) -> Utterance:
    return Utterance(
        row.id,
        row.identity,
        row.track_sid,
        row.starts_at,
        row.ends_at,
        row.text,
        tuple(Word(*word) for word in row.words),
        row.language,
        row.confidence,
        row.engine,
    )


def _as_segment(row: AudioSegmentRow) -> AudioSegment:
    return AudioSegment(**{name: getattr(row, name) for name in AudioSegment.__dataclass_fields__})


async def utterance(db: AsyncSession, session_id: UUID, utterance_id: UUID) -> Utterance:
    """Raises NotFound."""
    row = await db.get(UtteranceRow, utterance_id)
    if row is None or row.session_id != session_id:
        raise NotFound("this class has no such utterance")
    return as_utterance(row)


async def transcribed_spans(db: AsyncSession, session_id: UUID) -> dict[str, list[Interval]]:
    """The spans of the stored utterances by track, in order of time."""
    query = (
        sa.select(col(UtteranceRow.track_sid), col(UtteranceRow.starts_at), col(UtteranceRow.ends_at))
        .where(col(UtteranceRow.session_id) == session_id)
        .order_by(col(UtteranceRow.starts_at))
    )
    spans: dict[str, list[Interval]] = defaultdict(list)
    for track_sid, starts_at, ends_at in await db.execute(query):
        spans[track_sid].append(Interval(starts_at, ends_at))
    return spans


def _stored_word(word: Word) -> list[int | float | str]:
    """The word as the table holds it; an alternative is stored once there was a second decoding."""
    stored: list[int | float | str] = [word.start_ms, word.end_ms, word.text, round(word.probability, 3)]
    return stored if word.alternative is None else [*stored, word.alternative]
