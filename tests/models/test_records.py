"""Attendance, audio segments, the transcript and the timeline can be written again without harm."""

from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID, uuid4

import pytest

from domain.errors import NotFound
from domain.intervals import Interval
from domain.record.recording import AudioSegment
from domain.record.transcript import Utterance, Word
from domain.sessions.states import SessionState
from domain.sessions.timeline import Outcome, Step, TimelineEntry
from models.database import Database
from models.record import AttendanceRow
from models.repositories import recordings, records, sessions
from tests.models.rows import NOON, Tenant, another_session

pytestmark = pytest.mark.adapter


async def test_attendance_filed_again_is_replaced(database: Database, tenant: Tenant) -> None:
    for seconds in (10.0, 20.0):
        row = AttendanceRow(**tenant["attendance"] | {"seconds": seconds, "engagement": {"talk": seconds}})
        async with database.tenant(tenant.id) as db:
            await records.file_attendance(db, [row])
    async with database.tenant(tenant.id) as db:
        (filed,) = await records.attendance(db, tenant.session_id)
    assert (filed.seconds, filed.engagement) == (20.0, {"talk": 20.0})


def segment(tenant: Tenant, session_id: UUID, seq: int) -> AudioSegment:
    return AudioSegment(
        tenant.id,
        session_id,
        "someone",
        "PA_1",
        "TR_1",
        "recorder",
        seq,
        NOON + timedelta(seconds=30 * seq),
        1,
        48_000,
        "flac",
        f"{session_id}/{seq}",
        "0" * 64,
        1,
    )


async def test_segment_registered_again_stays_transcribed(database: Database, tenant: Tenant) -> None:
    session_id = await another_session(database, tenant)
    both = [segment(tenant, session_id, seq) for seq in (1, 0)]
    async with database.tenant(tenant.id) as db:
        await recordings.register(db, both)
        await recordings.mark_transcribed(db, [both[1].key])
        await recordings.register(db, both)
        await recordings.register(db, [])
        assert [stored.seq for stored in await recordings.segments(db, session_id)] == [0, 1]
        assert await recordings.segments(db, session_id, waiting=True) == [both[0]]


def utterance(text: str, seconds: float) -> Utterance:
    at = NOON + timedelta(seconds=seconds)
    words = (Word(0, 500, text, 0.5),)
    return Utterance(uuid4(), "someone", "TR_1", at, at + timedelta(seconds=1), text, words, "en", 0.5, "e")


async def test_transcript_is_in_time_order_and_stored_utterances_stay(
    database: Database, tenant: Tenant
) -> None:
    session_id = await another_session(database, tenant)
    late, early = utterance("late", 5), utterance("early", 1)
    async with database.tenant(tenant.id) as db:
        await recordings.add_utterances(db, tenant.id, session_id, [late, early])
        await recordings.add_utterances(db, tenant.id, session_id, [replace(late, text="else")])
        assert await recordings.transcript(db, session_id) == [early, late]
        assert await recordings.utterance(db, session_id, late.id) == late
        assert await recordings.transcribed_spans(db, session_id) == {
            "TR_1": [Interval(one.starts_at, one.ends_at) for one in (early, late)]
        }


async def test_utterance_of_another_class_is_not_found(database: Database, tenant: Tenant) -> None:
    session_id = await another_session(database, tenant)
    async with database.tenant(tenant.id) as db:
        with pytest.raises(NotFound):
            await recordings.utterance(db, session_id, tenant["utterance"]["id"])


async def test_timeline_entry_written_again_is_replaced(database: Database, tenant: Tenant) -> None:
    session_id = await another_session(database, tenant)
    planned = TimelineEntry(Step.REMINDER, Outcome.PLANNED, "24h", NOON)
    done = replace(planned, outcome=Outcome.DONE, finished_at=NOON, note="2 sent")
    async with database.tenant(tenant.id) as db:
        for entry in (planned, done, replace(planned, occasion="1h", planned_at=None)):
            await sessions.write_timeline(db, tenant.id, session_id, [entry])
        await sessions.write_timeline(db, tenant.id, session_id, [])
        written = await sessions.timeline(db, session_id)
    assert [(row.occasion, row.outcome, row.note) for row in written] == [
        ("24h", Outcome.DONE, "2 sent"),
        ("1h", Outcome.PLANNED, ""),
    ]


async def test_late_write_does_not_undo_a_newer_one(database: Database, tenant: Tenant) -> None:
    session_id = await another_session(database, tenant)
    done = TimelineEntry(Step.ROOM, Outcome.DONE, revision=7)
    running = replace(done, outcome=Outcome.RUNNING, revision=6)
    async with database.tenant(tenant.id) as db:
        for entry in (done, running):
            await sessions.write_timeline(db, tenant.id, session_id, [entry])
        await sessions.enter_state(db, session_id, 2, state=SessionState.LIVE)
        await sessions.enter_state(db, session_id, 1, state=SessionState.OPEN)
        assert [row.outcome for row in await sessions.timeline(db, session_id)] == [Outcome.DONE]
        assert (await sessions.get_session(db, session_id)).state == SessionState.LIVE


@pytest.mark.parametrize(("done_at", "outcome"), [(NOON, Outcome.DONE), (None, Outcome.RUNNING)])
async def test_note_is_written_only_to_running_entries(
    database: Database, tenant: Tenant, done_at: datetime | None, outcome: Outcome
) -> None:
    session_id = await another_session(database, tenant)
    running = TimelineEntry(Step.ROOM, Outcome.RUNNING, started_at=NOON)
    failed = TimelineEntry(Step.CREDENTIALS, Outcome.FAILED, note="unavailable")
    async with database.tenant(tenant.id) as db:
        await sessions.write_timeline(db, tenant.id, session_id, [running, failed])
        await sessions.note_running(db, session_id, [running, failed], done_at, "made")
        outcomes = {row.step: (row.outcome, row.note) for row in await sessions.timeline(db, session_id)}
    assert outcomes == {Step.ROOM: (outcome, "made"), Step.CREDENTIALS: (Outcome.FAILED, "unavailable")}
