"""A recorder that falls silent with its worker is on record within seconds; a worker that is back says so."""

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
from obstore.store import LocalStore
from temporalio.client import Client, WorkflowExecutionStatus

from activities.capture_journal import CaptureJournal
from activities.capture_watch import EVERY_SECONDS, CaptureWatch
from activities.progress import utc_now
from activities.spool_keeper import SpoolKeeper
from domain.presence.events import EventKind, EventSource, SessionEvent
from domain.record.recording_watch import PATIENCE, SILENT_AFTER
from domain.sessions.states import SessionState
from media_bridge.recorder.open_segment import OpenSegment
from media_bridge.recorder.spool import Spool
from models.exception_case import ExceptionCase
from models.repositories import events, recordings
from models.repositories.captures import RecorderNow
from models.written_sessions import WRITES_SESSIONS
from tests.activities.school_rows import REGION, SchoolRows
from tests.media_bridge.dead_recorder import frames, write_ahead
from tests.stack import TestTemporal
from wiring.temporal import connect
from workflows import options
from workflows.client import LateAudioClient
from workflows.ids import late_audio_workflow_id

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


def recorder(recording: bool = True, **more: Any) -> RecorderNow:
    ago = timedelta() if recording else None
    values = {"connected": recording, "recorded_ago": ago, "heard_ago": ago} | more
    return RecorderNow(recording, **values)


async def capture_events(school: SchoolRows) -> list[EventKind]:
    async with school.database.tenant(school.id) as db:
        kept = await events.of_session(db, school.session.session_id)
    return [event.kind for event in kept if event.kind in (K.CAPTURE_LOST, K.CAPTURE_RESUMED)]


async def test_a_silent_recorder_is_recorded_as_lost_once(live: SchoolRows) -> None:
    watch = CaptureWatch(live.database, "local")
    await journal(live).note_recording(recorder())
    await watch.look()
    assert await capture_events(live) == []
    await age_report(live, SILENT_AFTER + timedelta(seconds=1))
    await watch.look()
    await watch.look()

    assert await capture_events(live) == [K.CAPTURE_LOST]


async def test_a_worker_that_is_back_records_that_it_records(live: SchoolRows) -> None:
    """It was frozen: its recorder never stopped, and starts no new recording."""
    await journal(live).note_recording(recorder())
    await age_report(live, SILENT_AFTER + timedelta(seconds=1))
    await CaptureWatch(live.database, "local").look()
    back = journal(live)
    await back.note_recording(recorder())
    await back.note_recording(recorder())

    assert await capture_events(live) == [K.CAPTURE_LOST, K.CAPTURE_RESUMED]


async def test_a_deaf_recorder_is_recorded_as_lost_until_it_hears(live: SchoolRows) -> None:
    own = journal(live)
    for recording in (True, False, False, True):
        await own.note_recording(recorder(recording))

    assert await capture_events(live) == [K.CAPTURE_LOST, K.CAPTURE_RESUMED]


async def test_a_class_without_a_recorder_has_none_to_lose(school: SchoolRows) -> None:
    await school.change_session(state=SessionState.LIVE, live_at=school.starts_at)
    await journal(school).note_recording(recorder(False))

    assert await capture_events(school) == []


async def cases(school: SchoolRows) -> list[tuple[str, str]]:
    async with school.database.tenant(school.id) as db:
        rows = await db.scalars(sa.select(ExceptionCase))
        return sorted((row.kind, row.occasion) for row in rows)


async def join(school: SchoolRows, at: datetime) -> None:
    person = (await school.participants())["Noor"]
    await school.record(
        SessionEvent(*(EventSource.WEBHOOK, "joined", K.PARTICIPANT_JOINED, at, str(person.id), "PA_1"))
    )


async def test_a_class_that_nobody_records_is_told_once_while_somebody_is_in_it(school: SchoolRows) -> None:
    await school.change_session(state=SessionState.LIVE, live_at=utc_now() - timedelta(minutes=1))
    watch = CaptureWatch(school.database, "local")
    await watch.look()
    assert await cases(school) == []  # an empty room has nothing to record
    await join(school, utc_now() - timedelta(seconds=30))
    await watch.look()
    await CaptureWatch(school.database, "local").look()

    ((kind, _),) = await cases(school)
    assert kind == "recording_missing"


WHAT_REPORTS_SAY = ("recorded_at", "recording_since", "heard_at", "hearing_since")


async def age_report(
    school: SchoolRows, by: timedelta, names: tuple[str, ...] = ("at", *WHAT_REPORTS_SAY)
) -> None:
    """Make the recorder's latest report, and what it says, so much older."""
    aged = ", ".join(
        f"'{name}', (capture_report ->> '{name}')::timestamptz - cast(:by as interval)" for name in names
    )
    async with school.database.tenant(school.id) as db:
        await db.execute(
            sa.text(
                "update live_room set capture_seen_at = capture_seen_at - cast(:by as interval), "
                f"capture_report = capture_report || jsonb_build_object({aged})"
            ),
            {"by": by},
            execution_options={WRITES_SESSIONS: [school.session.session_id]},
        )


@pytest.fixture
async def taught(live: SchoolRows) -> SchoolRows:
    """A class that is recorded, with somebody in the room since five minutes."""
    began = utc_now() - timedelta(minutes=5)
    await live.change_session(live_at=began)
    await join(live, began)
    await journal(live).note_recording(recorder())
    return live


async def the_case(school: SchoolRows) -> ExceptionCase:
    async with school.database.tenant(school.id) as db:
        return (await db.scalars(sa.select(ExceptionCase))).one()


@pytest.mark.parametrize(
    ("now", "kind", "reason"),
    [
        (None, "recording_missing", "silent"),
        (recorder(False), "recording_missing", "not_connected"),
        (recorder(False, connected=True, receives=False), "recording_missing", "no_packets"),
        (
            recorder(False, connected=True, unheard_tracks=1, recorded_ago=timedelta()),
            "track_not_subscribed",
            "not_subscribed",
        ),
    ],
)
async def test_the_case_of_a_stretch_closes_itself_with_the_length_of_the_gap(
    taught: SchoolRows, now: RecorderNow | None, kind: str, reason: str
) -> None:
    on = SessionEvent(
        *(EventSource.CAPTURE, "on", K.TRACK_PUBLISHED, utc_now() - timedelta(minutes=4)),
        *(str((await taught.participants())["Noor"].id), "PA_1", "TR_1"),
        data={"source": "microphone"},
    )
    await taught.record(on)
    watch = CaptureWatch(taught.database, "local")
    await watch.look()
    assert await cases(taught) == []
    if now is None:
        await age_report(taught, timedelta(seconds=40))
    else:
        await age_report(taught, timedelta(seconds=40), WHAT_REPORTS_SAY)
        await journal(taught).note_recording(now)
    await watch.look()
    await watch.look()
    opened = await the_case(taught)
    assert (opened.kind, opened.detail["reason"], opened.state) == (kind, reason, "open")

    writing = journal(taught)
    for again in (K.CAPTURE_STARTED, K.CAPTURE_SUBSCRIBED_AGAIN):
        writing.add_event(SessionEvent(EventSource.CAPTURE, again, again, utc_now(), hidden=True))
    await writing.write()
    await writing.note_recording(recorder())
    await watch.look()
    assert (await the_case(taught)).state == "open"  # it has to last
    repairs = {("recorder_started", "worked"), ("subscribed_again", "waiting")}
    expected = repairs if kind == "track_not_subscribed" else {("recorder_started", "worked")}
    assert set((await taught.tried())[kind]) == expected
    await age_report(taught, timedelta(seconds=5))
    await watch.look()
    await watch.look()

    resolved = await the_case(taught)
    assert (resolved.state, resolved.resolved_by) == ("self_resolved", "homeroom")
    assert resolved.detail["from"] == opened.occasion
    assert 34 < float(resolved.detail["seconds"]) < 40
    assert resolved.resolution == f"Recorded again after {resolved.detail['seconds']} s."
    (speaker,) = resolved.evidence
    assert speaker["id"] == on.identity
    assert speaker["seconds"] == resolved.detail["seconds"]


def test_a_watch_that_dies_with_the_recorder_is_back_before_the_case_is_due() -> None:
    """What it decides follows from what is stored, so the next watch counts on from the recorder's last report."""
    watch = options.WATCH
    noticed = watch["heartbeat_timeout"] + watch["retry_policy"].initial_interval
    looks = timedelta(seconds=EVERY_SECONDS)

    assert max(noticed, *PATIENCE.values()) + 2 * looks <= timedelta(seconds=15)


async def test_a_recorder_of_the_release_before_reports_only_that_it_records(taught: SchoolRows) -> None:
    async with taught.database.tenant(taught.id) as db:
        await db.execute(
            sa.text("update live_room set capture_report = '{}', capture_seen_at = now()"),
            execution_options={WRITES_SESSIONS: [taught.session.session_id]},
        )
    await CaptureWatch(taught.database, "local").look()

    assert await cases(taught) == []


async def test_a_store_that_takes_nothing_is_told_once_until_everything_is_stored(live: SchoolRows) -> None:
    own = journal(live)
    since = utc_now() - timedelta(seconds=30)
    await own.note_risks({"store": since}, {"store"})
    await own.note_risks({"store": since, "disk": since}, {"store", "disk"})
    assert [(kind, occasion.split()[0]) for kind, occasion in await cases(live)] == [
        ("recording_at_risk", "disk"),
        ("recording_at_risk", "store"),
    ]
    await own.note_risks({"store": since}, {"store"})
    assert await states(live) == {"disk": "self_resolved", "store": "open"}

    await journal(live).all_is_stored()  # of the next attempt on this machine

    assert await states(live) == {"disk": "self_resolved", "store": "self_resolved"}


async def test_a_store_that_refuses_again_later_is_told_again(live: SchoolRows) -> None:
    own = journal(live)
    for seconds in (40, 20):
        risks = {"store": utc_now() - timedelta(seconds=seconds)}
        await own.note_risks(risks, risks)
        await own.note_risks({}, ())
    risks = {"store": utc_now()}
    await own.note_risks(risks, risks)

    assert await states(live) == {"store": "open"}


async def states(school: SchoolRows) -> dict[str, str]:
    async with school.database.tenant(school.id) as db:
        rows = await db.scalars(sa.select(ExceptionCase))
        return {row.detail["part"]: row.state.value for row in rows}


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
    told = await the_case(live)
    assert float(told.detail["seconds"]) > 150  # the gap has grown since the case was opened
    assert [(one["id"], one["seconds"]) for one in told.evidence] == [
        (str(person.id), told.detail["seconds"])
    ]


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


@pytest.fixture
async def temporal(temporal_server: TestTemporal) -> Client:
    return await connect(temporal_server.address, temporal_server.namespace)


def spool_keeper(school: SchoolRows, folder: Path, temporal: Client) -> SpoolKeeper:
    store = LocalStore(folder / "store", mkdir=True)
    return SpoolKeeper(school.database, store, folder / "spool", LateAudioClient(temporal, REGION))


async def test_what_a_dead_machine_left_is_stored_and_indexed_when_it_is_back(
    live: SchoolRows, tmp_path: Path, temporal: Client
) -> None:
    session_id = await left_in_spool(live, tmp_path / "spool", live.starts_at)
    keeper = spool_keeper(live, tmp_path, temporal)

    assert await keeper.look() == 1
    assert await keeper.look() == 0
    async with live.database.tenant(live.id) as db:
        (segment,) = await recordings.segments(db, session_id, waiting=True)
    assert segment.samples == 20 * 1_600
    assert await cases(live) == []


async def test_audio_that_comes_after_the_class_was_documented_is_told_and_transcribed(
    live: SchoolRows, tmp_path: Path, temporal: Client
) -> None:
    session_id = await left_in_spool(live, tmp_path / "spool", live.starts_at)
    await live.change_session(state=SessionState.REVIEW)
    await spool_keeper(live, tmp_path, temporal).look()

    assert await cases(live) == [("recording_late", "dead")]
    workflow = await temporal.get_workflow_handle(late_audio_workflow_id(session_id)).describe()
    assert workflow.status == WorkflowExecutionStatus.RUNNING
