"""A recorder that falls silent with its worker is on record within seconds; a worker that is back says so."""

from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest
import sqlalchemy as sa
from obstore.store import LocalStore

from activities.capture_journal import CaptureJournal
from activities.capture_watch import SILENT_AFTER, CaptureWatch
from activities.progress import utc_now
from activities.spool_keeper import SpoolKeeper
from domain.presence.events import EventKind, EventSource, SessionEvent
from domain.sessions.states import SessionState
from media_bridge.recorder.open_segment import OpenSegment
from media_bridge.recorder.spool import Spool
from models.exception_case import ExceptionCase
from models.repositories import events, recordings
from models.written_sessions import WRITES_SESSIONS
from tests.activities.school_rows import SchoolRows
from tests.media_bridge.dead_recorder import frames, write_ahead

pytestmark = pytest.mark.adapter

K = EventKind


@pytest.fixture
async def live(school: SchoolRows) -> SchoolRows:
    """A class that is being recorded."""
    await school.change_session(state=SessionState.LIVE, live_at=school.starts_at)
    await school.record(SessionEvent(EventSource.CAPTURE, "started", K.CAPTURE_STARTED, utc_now()))
    return school


def journal(school: SchoolRows) -> CaptureJournal:
    return CaptureJournal(school.database, school.session)


async def capture_events(school: SchoolRows) -> list[EventKind]:
    async with school.database.tenant(school.id) as db:
        kept = await events.of_session(db, school.session.session_id)
    return [event.kind for event in kept if event.kind in (K.CAPTURE_LOST, K.CAPTURE_RESUMED)]


async def age_heartbeat(school: SchoolRows, by: timedelta) -> None:
    async with school.database.tenant(school.id) as db:
        await db.execute(
            sa.text("update live_room set capture_seen_at = now() - cast(:by as interval)"),
            {"by": by},
            execution_options={WRITES_SESSIONS: [school.session.session_id]},
        )


async def test_a_silent_recorder_is_recorded_as_lost_once(live: SchoolRows) -> None:
    watch = CaptureWatch(live.database, "local")
    await journal(live).note_recording(True)
    await watch.look()
    assert await capture_events(live) == []
    await age_heartbeat(live, SILENT_AFTER + timedelta(seconds=1))
    await watch.look()
    await watch.look()

    assert await capture_events(live) == [K.CAPTURE_LOST]


async def test_a_worker_that_is_back_records_that_it_records(live: SchoolRows) -> None:
    """It was frozen: its recorder never stopped, and starts no new recording."""
    await journal(live).note_recording(True)
    await age_heartbeat(live, SILENT_AFTER + timedelta(seconds=1))
    await CaptureWatch(live.database, "local").look()
    back = journal(live)
    await back.note_recording(True)
    await back.note_recording(True)

    assert await capture_events(live) == [K.CAPTURE_LOST, K.CAPTURE_RESUMED]


async def test_a_deaf_recorder_is_recorded_as_lost_until_it_hears(live: SchoolRows) -> None:
    own = journal(live)
    for recording in (True, False, False, True):
        await own.note_recording(recording)

    assert await capture_events(live) == [K.CAPTURE_LOST, K.CAPTURE_RESUMED]


async def test_a_class_without_a_recorder_has_none_to_lose(school: SchoolRows) -> None:
    await school.change_session(state=SessionState.LIVE, live_at=school.starts_at)
    await journal(school).note_recording(False)

    assert await capture_events(school) == []


async def cases(school: SchoolRows) -> list[tuple[str, str]]:
    async with school.database.tenant(school.id) as db:
        rows = await db.scalars(sa.select(ExceptionCase))
        return sorted((row.kind, row.occasion) for row in rows)


async def test_a_class_that_nobody_records_is_told_once_while_somebody_is_in_it(school: SchoolRows) -> None:
    await school.change_session(state=SessionState.LIVE, live_at=utc_now() - timedelta(minutes=1))
    watch = CaptureWatch(school.database, "local")
    await watch.look()
    assert await cases(school) == []  # an empty room has nothing to record
    person = (await school.participants())["Noor"]
    await school.record(
        SessionEvent(
            *(EventSource.WEBHOOK, "joined", K.PARTICIPANT_JOINED, utc_now(), str(person.id), "PA_1")
        )
    )
    await watch.look()
    await CaptureWatch(school.database, "local").look()

    ((kind, _),) = await cases(school)
    assert kind == "recording_missing"


async def test_a_store_that_takes_nothing_is_told_once(live: SchoolRows) -> None:
    own = journal(live)
    await own.open_risk_cases(["store"])
    await own.open_risk_cases(["store", "disk"])

    assert await cases(live) == [("recording_at_risk", "disk"), ("recording_at_risk", "store")]


async def test_a_gap_is_told_from_what_is_stored(live: SchoolRows) -> None:
    person = (await live.participants())["Noor"]
    await live.attend("Noor", minutes=5)
    on = SessionEvent(
        *(EventSource.CAPTURE, "on", K.TRACK_PUBLISHED, live.starts_at),
        *(str(person.id), "PA_Noor", "TR_1"),
        data={"source": "microphone"},
    )
    await live.record(on)
    own = journal(live)
    for minutes in (3, 4):
        await own.open_gap_cases(live.starts_at + timedelta(minutes=minutes))

    assert await cases(live) == [("recording_gap", live.starts_at.isoformat())]


async def left_in_spool(school: SchoolRows, folder: Path, at: datetime) -> UUID:
    session_id = school.session.session_id
    segment = OpenSegment(
        organization_id=school.id,
        session_id=session_id,
        identity=str((await school.participants())["Noor"].id),
        participant_sid="PA_1",
        track_sid="TR_1",
        recorder_id="dead",
        seq=0,
        sample_rate=16_000,
    )
    write_ahead(Spool(folder, session_id), {segment: frames(20)})
    return session_id


async def test_what_a_dead_machine_left_is_stored_and_indexed_when_it_is_back(
    live: SchoolRows, tmp_path: Path
) -> None:
    session_id = await left_in_spool(live, tmp_path / "spool", live.starts_at)
    keeper = SpoolKeeper(live.database, LocalStore(tmp_path / "store", mkdir=True), tmp_path / "spool")

    assert await keeper.look() == 1
    assert await keeper.look() == 0
    async with live.database.tenant(live.id) as db:
        (segment,) = await recordings.segments(db, session_id, waiting=True)
    assert segment.samples == 20 * 1_600
    assert await cases(live) == []


async def test_audio_that_comes_after_the_class_was_documented_is_told(
    live: SchoolRows, tmp_path: Path
) -> None:
    await left_in_spool(live, tmp_path / "spool", live.starts_at)
    await live.change_session(state=SessionState.REVIEW)
    keeper = SpoolKeeper(live.database, LocalStore(tmp_path / "store", mkdir=True), tmp_path / "spool")
    await keeper.look()

    assert await cases(live) == [("recording_late", "dead")]
