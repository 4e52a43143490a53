"""What goes wrong in a class besides absences and recordings opens an exception, which is resolved when it is over."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from sqlmodel import col

from activities.class_watch import ClassWatch
from activities.presence_record import PresenceRecord
from domain.presence.events import EventKind, EventSource, SessionEvent
from domain.record.recording import AudioSegment
from domain.sessions.states import SessionState
from models.exception_case import ExceptionCase
from models.repositories import recordings
from models.session import Session
from services.double_bookings import DoubleBookings
from services.transcript_check import check_transcript
from tests.activities.school_rows import REGION, SchoolRows, now
from workflows.contracts.common import SessionRef

pytestmark = pytest.mark.adapter

K = EventKind
MINUTE = timedelta(minutes=1)


class Watched:
    """The school's class, which is live, and a watch over it."""

    def __init__(self, school: SchoolRows) -> None:
        self.school = school
        self.restart()

    def restart(self) -> None:
        record = PresenceRecord(self.school.database, REGION)
        self.watch = ClassWatch(self.school.database, REGION, record)

    async def begin(self, ago: timedelta, lasts: timedelta = timedelta(hours=1)) -> None:
        """Live since then; Ada teaches Noor and Leo."""
        start = self.school.starts_at = now() - ago
        await self.school.change_session(
            state=SessionState.LIVE, starts_at=start, ends_at=start + lasts, opened_at=start, live_at=start
        )

    async def happen(
        self,
        name: str,
        kind: EventKind,
        ago: timedelta,
        sid: str = "",
        source: EventSource = EventSource.WEBHOOK,
        **data: Any,
    ) -> None:
        who, sid = str((await self.school.participants())[name].id), sid or f"PA_{name}"
        at = now() - ago
        await self.school.record(
            SessionEvent(source, f"{sid}{kind}{at.isoformat()}", kind, at, who, sid, data=data)
        )

    async def come(self, *names: str, ago: timedelta) -> None:
        for name in names:
            await self.happen(name, K.PARTICIPANT_JOINED, ago)

    async def cases(self) -> dict[tuple[str, str], ExceptionCase]:
        """By kind, and who they are about."""
        names = {str(person_id): name for name, person_id in self.school.people.items()}
        return {(case.kind, names.get(case.occasion, "")): case for case in await self.school.cases()}

    async def look(self) -> set[tuple[str, str]]:
        """The open cases after a look."""
        await self.watch.look()
        return {about for about, case in (await self.cases()).items() if case.resolved_at is None}


@pytest.fixture
def watched(school: SchoolRows) -> Watched:
    return Watched(school)


async def test_an_instructor_who_leaves_students_alone_is_reported_until_they_are_back(
    watched: Watched,
) -> None:
    await watched.begin(20 * MINUTE)
    await watched.come("Ada", "Leo", ago=20 * MINUTE)
    assert await watched.look() == set()
    await watched.happen("Ada", K.PARTICIPANT_LEFT, 4 * MINUTE, reason="client_initiated")

    assert await watched.look() == {("instructor_left_early", "")}
    watched.restart()
    assert await watched.look() == {("instructor_left_early", "")}
    await watched.happen("Ada", K.PARTICIPANT_JOINED, timedelta(), "PA_again")

    assert await watched.look() == set()
    case = (await watched.cases())["instructor_left_early", ""]
    assert (case.count, case.resolution.split(" after ")[0]) == (1, "Somebody teaches the class again")


async def test_a_case_that_ops_have_resolved_is_not_opened_again_while_its_cause_lasts(
    watched: Watched,
) -> None:
    await watched.begin(20 * MINUTE)
    await watched.come("Ada", "Leo", ago=20 * MINUTE)
    await watched.happen("Ada", K.PARTICIPANT_LEFT, 4 * MINUTE, reason="client_initiated")
    await watched.look()
    await watched.school.change(
        ExceptionCase,
        col(ExceptionCase.session_id) == watched.school.session.session_id,
        state="resolved",
        resolved_at=now(),
    )

    watched.restart()

    assert await watched.look() == set()
    assert len(await watched.school.cases()) == 1


async def test_people_of_whom_no_webhook_tells_are_reported_until_it_does(watched: Watched) -> None:
    await watched.begin(20 * MINUTE)
    await watched.happen("Leo", K.PARTICIPANT_SEEN, 10 * MINUTE, source=EventSource.WATCH)

    assert await watched.look() == {("webhook_gap", "")}
    await watched.come("Leo", ago=10 * MINUTE)

    assert await watched.look() == set()


async def test_a_class_that_keeps_people_from_their_next_one_is_reported_until_they_leave(
    watched: Watched,
) -> None:
    school = watched.school
    await watched.begin(65 * MINUTE)
    await watched.come("Ada", "Leo", ago=60 * MINUTE)
    following = await school.book_with_another_instructor("Leo", starts_at=now() + timedelta(days=1))
    assert await watched.look() == set()
    started = {"starts_at": now() - MINUTE, "ends_at": now() + 59 * MINUTE, "state": SessionState.OPEN}
    await school.change(Session, col(Session.id) == following.session_id, **started)

    assert await watched.look() == {("class_overran", "")}
    case = (await watched.cases())["class_overran", ""]
    assert case.detail["student_id"] == str(school.people["Leo"])
    assert case.detail["next_session_id"] == str(following.session_id)
    await watched.happen("Leo", K.PARTICIPANT_LEFT, timedelta(), reason="client_initiated")

    assert await watched.look() == set()


async def quality(
    watched: Watched, name: str, level: str, ago: timedelta, source: EventSource = EventSource.CLIENT
) -> None:
    await watched.happen(name, K.QUALITY, ago, source=source, level=level)


async def test_a_poor_connection_names_the_person_the_direction_and_how_long(watched: Watched) -> None:
    await watched.begin(30 * MINUTE)
    await watched.come("Ada", "Leo", ago=30 * MINUTE)
    for minute in range(4, 0, -1):
        await quality(watched, "Leo", "poor", minute * MINUTE)
        await quality(watched, "Ada", "excellent", minute * MINUTE)
        heard: dict[str, Any] = {"concealed_samples": 500_000, "total_samples": 2_000_000, "packets": 100}
        await watched.happen("Leo", K.AUDIO_CONCEALED, minute * MINUTE, source=EventSource.CAPTURE, **heard)

    assert await watched.look() == {("poor_connection", "Leo")}
    case = (await watched.cases())["poor_connection", "Leo"]
    assert case.detail["direction"] == "to_class"
    assert case.detail["student_id"] == str(watched.school.people["Leo"])
    since = datetime.fromisoformat(case.detail["since"])
    assert abs(since - (now() - 4 * MINUTE)) < MINUTE
    await quality(watched, "Leo", "excellent", timedelta())

    assert await watched.look() == set()
    assert "after this was opened" in (await watched.cases())["poor_connection", "Leo"].resolution


async def store(school: SchoolRows, track: str, count: int, first_ago: timedelta) -> list[AudioSegment]:
    """Segments of half a minute each, one after the other."""
    first = AudioSegment(
        organization_id=school.id,
        session_id=school.session.session_id,
        identity=str((await school.participants())["Leo"].id),
        participant_sid="PA_Leo",
        track_sid=track,
        recorder_id="r1",
        seq=0,
        started_at=now() - first_ago,
        samples=30 * 16_000,
        sample_rate=16_000,
        codec="flac",
        key=f"{track}-0",
        sha256="",
        size=0,
    )
    stored = [
        replace(
            first, seq=seq, key=f"{track}-{seq}", started_at=first.started_at + timedelta(seconds=30 * seq)
        )
        for seq in range(count)
    ]
    async with school.database.tenant(school.id) as db:
        await recordings.register(db, stored)
    return stored


async def test_a_transcript_that_does_not_keep_up_is_reported_until_it_has_caught_up(
    watched: Watched,
) -> None:
    await watched.begin(30 * MINUTE)
    await store(watched.school, "TR_muted", 1, 25 * MINUTE)  # its end waits for what is said next
    await store(watched.school, "TR_new", 4, 2 * MINUTE)
    assert await watched.look() == set()
    waiting = await store(watched.school, "TR_slow", 4, 10 * MINUTE)

    assert await watched.look() == {("transcript_behind", "")}
    async with watched.school.database.tenant(watched.school.id) as db:
        await recordings.mark_transcribed(db, [segment.key for segment in waiting])

    assert await watched.look() == set()


async def test_a_class_that_ends_early_is_reported_until_it_is_reopened(watched: Watched) -> None:
    await watched.begin(30 * MINUTE)
    await watched.school.change_session(state=SessionState.DOCUMENTING, ended_at=now())

    assert await watched.look() == {("class_ended_early", "")}
    assert (await watched.cases())["class_ended_early", ""].detail["minutes"] == "30"
    await watched.school.change_session(state=SessionState.LIVE, ended_at=None)

    assert await watched.look() == set()


async def test_what_concerns_a_running_class_is_resolved_when_it_is_over(watched: Watched) -> None:
    await watched.begin(55 * MINUTE)
    await watched.come("Ada", "Leo", ago=50 * MINUTE)
    await watched.happen("Ada", K.PARTICIPANT_LEFT, 20 * MINUTE, reason="client_initiated")
    assert await watched.look() == {("instructor_left_early", "")}

    await watched.school.change_session(state=SessionState.ENDING, ended_at=now())

    assert await watched.look() == set()
    assert (await watched.cases())["instructor_left_early", ""].resolution == (
        "The class does not run any more."
    )


async def double_bookings(school: SchoolRows, session: SessionRef) -> list[tuple[str, bool]]:
    """The person of each case about a class, and whether it is open."""
    names = {str(person_id): name for name, person_id in school.people.items()}
    await DoubleBookings(school.database, REGION).look(now())
    async with school.database.tenant(school.id) as db:
        rows = await db.scalars(
            sa.select(ExceptionCase).where(col(ExceptionCase.session_id) == session.session_id)
        )
        return [(names[row.occasion], row.resolved_at is None) for row in rows]


async def test_a_student_in_two_classes_at_one_time_is_reported_until_one_is_moved(
    school: SchoolRows,
) -> None:
    """Noor's time was not held, as in rows that did not come by a booking."""
    second = await school.book_with_another_instructor("Noor", starts_at=school.starts_at + 120 * MINUTE)
    assert await double_bookings(school, second) == []
    same = {"starts_at": school.starts_at + 30 * MINUTE, "ends_at": school.starts_at + 90 * MINUTE}
    await school.change(Session, col(Session.id) == second.session_id, **same)

    assert await double_bookings(school, second) == [("Noor", True)]
    later = {"starts_at": school.starts_at + 60 * MINUTE, "ends_at": school.starts_at + 120 * MINUTE}
    await school.change(Session, col(Session.id) == second.session_id, **later)

    assert await double_bookings(school, second) == [("Noor", False)]


async def talk(school: SchoolRows, name: str, seconds: float) -> None:
    who = str((await school.participants())[name].id)
    at, sid = school.starts_at + MINUTE, f"PA_{name}"
    until = at + timedelta(seconds=seconds)
    said = {"seconds": seconds, "until": until.isoformat()}
    await school.record(
        SessionEvent(EventSource.WEBHOOK, f"{sid}:join", K.PARTICIPANT_JOINED, school.starts_at, who, sid),
        SessionEvent(EventSource.CAPTURE, f"{sid}:talk", K.TALK, at, who, sid, f"TR_{name}", data=said),
    )


async def check(school: SchoolRows) -> set[tuple[str, str]]:
    """The open cases after a check, by kind and person."""
    names = {str(person_id): name for name, person_id in school.people.items()}
    async with school.database.tenant(school.id) as db:
        await check_transcript(db, school.session, now())
    return {
        (case.kind, names.get(case.occasion, "")) for case in await school.cases() if case.resolved_at is None
    }


@pytest.fixture
async def over(school: SchoolRows) -> SchoolRows:
    """The class is over."""
    start = school.starts_at = now() - timedelta(hours=2)
    await school.change_session(
        state=SessionState.DOCUMENTING,
        starts_at=start,
        live_at=start,
        ended_at=start + timedelta(hours=1),
        ends_at=start + timedelta(hours=1),
    )
    return school


async def test_a_transcript_without_words_of_people_who_talked_is_reported(over: SchoolRows) -> None:
    assert await check(over) == set()  # nobody spoke
    await talk(over, "Ada", 300)
    await talk(over, "Leo", 20)

    assert await check(over) == {("transcript_empty", "")}
    assert await check(over) == {("transcript_empty", "")}


async def test_a_speaker_who_is_missing_in_the_transcript_is_reported_until_they_are_in_it(
    over: SchoolRows,
) -> None:
    for name in ("Ada", "Noor"):
        await talk(over, name, 60)
    await over.say("Ada", "one half plus one quarter is three quarters, and so on it goes")

    assert await check(over) == {("speaker_missing", "Noor")}
    await over.say("Noor", "two quarters plus one quarter is three quarters", minute=2)

    assert await check(over) == set()
