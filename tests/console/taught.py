"""`Hall` brings a class into review in seconds: a real workflow with a recording and a transcript written directly."""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

import psycopg
from temporalio.client import Client

from cli.demo_class.school import NAMES
from domain.cases.kinds import ExceptionKind
from domain.presence.events import SessionEvent
from domain.record.documentation import Statement
from models.database import Database
from models.repositories import documents, events, recordings
from services.cases import NewCase, open_case
from services.substitution_start import SubstitutionByCommand
from storage.object_store import open_store
from tests.campus import Campus, School
from tests.console.lesson import LASTS, Lesson
from wiring.temporal import connect
from workflows.client import LateAudioClient, SessionClient, session_workflow_id
from workflows.contracts.common import SessionRef
from workflows.session.facts import SessionFacts
from workflows.session.messages import PresenceSignal, Substitute

SOON = timedelta(minutes=2)
BRIEF = timedelta(seconds=15)  # how long a class is planned that a test waits out
AT_ONCE = timedelta(seconds=2)  # a class is live from its planned start on


@dataclass(frozen=True)
class Hall:
    campus: Campus

    async def open_class(self, school: School, starts_in: timedelta = SOON, lasts: timedelta = LASTS) -> str:
        """A class whose room is open."""
        session_id = await school.book(starts_in, lasts=lasts)
        await school.run_until(session_id, "open")
        return session_id

    async def live_class(
        self, school: School, starts_in: timedelta = AT_ONCE, lasts: timedelta = LASTS
    ) -> str:
        session_id = await self.open_class(school, starts_in, lasts)
        now = datetime.now(UTC)
        client = await self._client()
        await client.report_presence(UUID(session_id), PresenceSignal(now, 1, now, None))
        await school.run_until(session_id, "live")
        return session_id

    async def ask_for_substitute(self, session_id: object) -> None:
        """By the signal that an admin sends in the Temporal UI."""
        temporal = await self._temporal()
        handle = temporal.get_workflow_handle(session_workflow_id(UUID(str(session_id))))
        await handle.signal("substitute", Substitute())

    async def starts_substitutions(self) -> SubstitutionByCommand:
        """What the watch calls when an instructor does not come."""
        return SubstitutionByCommand(await self._client())

    async def open_case(self, school: School, session_id: object) -> None:
        async with school.transaction() as db:
            kind = ExceptionKind.SUBSTITUTION_REQUESTED
            case = NewCase.about_session(school.id, UUID(str(session_id)), kind, "best_fit", {})
            await open_case(db, case, datetime.now(UTC))

    async def facts(self, session_id: object) -> SessionFacts:
        """The workflow's view of a class."""
        return await (await self._client()).facts(UUID(str(session_id)))

    async def events_of(self, session_id: object) -> int:
        """How long the history of a class is."""
        temporal = await self._temporal()
        handle = temporal.get_workflow_handle(session_workflow_id(UUID(str(session_id))))
        return len((await handle.fetch_history()).events)

    async def record(self, lesson: Lesson, *observed: SessionEvent) -> None:
        """Record further events of a class."""
        async with (
            aclosing(Database(self.campus.database.application)) as database,
            database.tenant(lesson.organization_id) as db,
        ):
            await events.record(
                db, lesson.organization_id, [(lesson.session_id, event) for event in observed]
            )

    async def taught_class(
        self,
        school: School,
        starts_in: timedelta = AT_ONCE,
        statements: Callable[[Lesson], Sequence[Statement]] = Lesson.statements,
    ) -> Lesson:
        """A class that was taught for half an hour until now, and waits for its review."""
        session_id = await self.live_class(school, starts_in)
        lesson = await self._lesson(school, session_id)
        await self._write(lesson, statements(lesson))
        await school.post(f"/v1/sessions/{session_id}/end")
        await school.run_until(session_id, "review")
        # In a thread, because it waits for row locks that a worker on this event loop may hold.
        await asyncio.to_thread(self._set_times, lesson)
        return lesson

    async def silent_class(self, school: School) -> Lesson:
        """A class that was taught for half an hour and closed without a draft: nothing of it was stored."""
        session_id = await self.live_class(school, lasts=BRIEF)
        lesson = await self._lesson(school, session_id)
        await school.post(f"/v1/sessions/{session_id}/end")
        await school.run_until(session_id, "closed")
        await asyncio.to_thread(self._set_times, lesson)
        return lesson

    async def store_late(self, lesson: Lesson) -> None:
        """What was said in a class comes into the store after all, and is transcribed."""
        settings = self.campus.settings
        segments = await lesson.store_audio(
            open_store(settings.object_store_url, settings.object_store_options)
        )
        ref = SessionRef(lesson.organization_id, lesson.session_id)
        now = datetime.now(UTC)
        async with (
            aclosing(Database(self.campus.database.application)) as database,
            database.tenant(ref.organization_id) as db,
        ):
            await recordings.register(db, segments)
            await recordings.mark_transcribed(db, [segment.key for segment in segments], late_at=now)
            await recordings.add_utterances(db, ref.organization_id, ref.session_id, lesson.utterances())
            await events.record(
                db, ref.organization_id, [(ref.session_id, event) for event in lesson.events()]
            )
            case = NewCase.about_session(
                ref.organization_id, ref.session_id, ExceptionKind.RECORDING_LATE, "dead", {"seconds": "50"}
            )
            await open_case(db, case, now)
        await LateAudioClient(await self._temporal(), settings.region).came(ref)

    async def _client(self) -> SessionClient:
        return SessionClient(await self._temporal(), self.campus.settings.region)

    async def _temporal(self) -> Client:
        settings = self.campus.settings
        return await connect(settings.temporal_address, settings.temporal_namespace)

    async def _lesson(self, school: School, session_id: str) -> Lesson:
        links = await school.get(f"/v1/sessions/{session_id}/join-links")
        people = {
            speaker: next(link["participant_id"] for link in links if name in link["name"])
            for speaker, name in NAMES.items()
        }
        starts_at = datetime.now(UTC).replace(microsecond=0) - LASTS - timedelta(minutes=2)
        return Lesson(school.id, UUID(session_id), starts_at, people)

    async def _write(self, lesson: Lesson, statements: Sequence[Statement]) -> None:
        settings = self.campus.settings
        store = open_store(settings.object_store_url, settings.object_store_options)
        segments = await lesson.store_audio(store)
        tenant, session_id = lesson.organization_id, lesson.session_id
        async with (
            aclosing(Database(self.campus.database.application)) as database,
            database.tenant(tenant) as db,
        ):
            await recordings.register(db, segments)
            await recordings.mark_transcribed(db, [segment.key for segment in segments])
            await recordings.add_utterances(db, tenant, session_id, lesson.utterances())
            await events.record(db, tenant, [(session_id, event) for event in lesson.events()])
            await documents.add_revision(
                db,
                tenant,
                session_id,
                tuple(statements),
                author="engine:extractive",
                reason="drafted from the transcript",
                based_on=0,
                at=datetime.now(UTC),
            )

    def _set_times(self, lesson: Lesson) -> None:
        """Move the class into the past, where the lesson says that it was taught."""
        ends_at = lesson.starts_at + LASTS
        with psycopg.connect(self.campus.database.superuser) as connection:
            connection.execute(
                "update session set starts_at = %s, live_at = %s, ends_at = %s, ended_at = %s where id = %s",
                [lesson.starts_at, lesson.starts_at, ends_at, ends_at, lesson.session_id],
            )
            connection.execute("delete from booked_time where session_id = %s", [lesson.session_id])
