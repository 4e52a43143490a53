"""Sessions: their row, reserved time, participants, state and timeline."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from domain.errors import LinkReplaced, NotFound, TransitionRefused
from domain.people.access import AccessRole, Principal
from domain.people.display_names import told_apart
from domain.people.roles import Role, identity_of
from domain.record.student_names import ClassStudent
from domain.sessions.states import FINAL_STATES
from domain.sessions.timeline import Outcome, Step, TimelineEntry
from models.course import Topic
from models.live_status import LiveConnection
from models.people import StudentGuardian
from models.repositories import booked_times
from models.session import BookedTime, Participant, Session, SessionTopic, TimelineRow

_ORDER = {step: position for position, step in enumerate(Step)}
_TIMELINE_VALUES = ("outcome", "planned_at", "started_at", "finished_at", "note", "revision")


async def get_session(db: AsyncSession, session_id: UUID) -> Session:
    row = await db.get(Session, session_id)
    if row is None:
        raise _no_session(session_id)
    return row


async def lock(db: AsyncSession, session_id: UUID) -> Session:
    """The session as it is now, which nobody changes until the transaction ends. Raises NotFound.

    Whatever changes a class's times or its people locks it first: then what it decides holds at its commit.
    """
    query = sa.select(Session).where(col(Session.id) == session_id).with_for_update()
    row = (await db.scalars(query.execution_options(populate_existing=True))).one_or_none()
    if row is None:
        raise _no_session(session_id)
    return row


async def get_sessions(db: AsyncSession, session_ids: Collection[UUID]) -> list[Session]:
    """Those of the sessions that exist, as they are now, by start."""
    query = sa.select(Session).where(col(Session.id).in_(session_ids))
    return list(await db.scalars(query.order_by(col(Session.starts_at), col(Session.id))))


def _no_session(session_id: UUID) -> NotFound:
    return NotFound(f"there is no session {session_id}")


async def get_visible(db: AsyncSession, session_id: UUID, who: Principal) -> Session:
    """A session that the caller may see. Raises NotFound for any other, as for one that does not exist."""
    query = sa.select(Session).where(col(Session.id) == session_id, visible_to(who))
    row = (await db.scalars(query)).one_or_none()
    if row is None:
        raise _no_session(session_id)
    return row


def visible_to(who: Principal) -> sa.ColumnElement[bool]:
    """The condition for sessions of the organization that the caller may see."""
    if who.role == AccessRole.INSTRUCTOR:
        return col(Session.instructor_id) == who.person_id
    if who.role == AccessRole.GUARDIAN:
        children = sa.select(col(StudentGuardian.student_id)).where(
            col(StudentGuardian.guardian_id) == who.person_id
        )
        return _has(col(Participant.student_id).in_(children) & col(Participant.removed_at).is_(None))
    return sa.true()


def _has(person: sa.ColumnElement[bool]) -> sa.ColumnElement[bool]:
    query = sa.select(sa.literal(1)).where(col(Participant.session_id) == col(Session.id), person)
    return query.correlate(Session).exists()


async def by_external_id(db: AsyncSession, external_id: str) -> Session | None:
    query = sa.select(Session).where(col(Session.external_id) == external_id)
    return (await db.scalars(query)).one_or_none()


async def external_ids_in_use(db: AsyncSession, external_ids: Collection[str]) -> set[str]:
    """Those of these ids that a class has."""
    query = sa.select(col(Session.external_id)).where(col(Session.external_id).in_(external_ids))
    return {one for one in await db.scalars(query) if one}


async def hold_time(
    db: AsyncSession, session: Session, people: Sequence[UUID], starts_at: datetime, ends_at: datetime
) -> None:
    """Reserve the time of everybody in the class, replacing what the session reserved before. Raises DoubleBooked."""
    await booked_times.lock_people(db, people)
    await release_time(db, session.id)
    await booked_times.reserve(db, _owner(session), people, starts_at, ends_at)


async def hold_time_of(
    db: AsyncSession, session: Session, people: Sequence[UUID], since: datetime | None = None
) -> None:
    """Reserve the class's time for more people, from `since` on where it has begun. Raises DoubleBooked."""
    await booked_times.lock_people(db, people)
    start = session.starts_at if since is None else max(session.starts_at, since)
    await booked_times.reserve(db, _owner(session), people, start, session.ends_at)


def _owner(session: Session) -> booked_times.Owner:
    return booked_times.Owner(session.organization_id, session_id=session.id)


async def held_people(db: AsyncSession, session_id: UUID) -> list[UUID]:
    return list(
        await db.scalars(sa.select(col(BookedTime.person_id)).where(col(BookedTime.session_id) == session_id))
    )


async def release_time(db: AsyncSession, session_id: UUID) -> None:
    await db.execute(sa.delete(BookedTime).where(col(BookedTime.session_id) == session_id))


async def release_time_after(db: AsyncSession, session_id: UUID, ended_at: datetime) -> None:
    """Release what a class that ended early has reserved of its people's time after its end."""
    start = sa.func.lower(col(BookedTime.during))
    of_session = col(BookedTime.session_id) == session_id
    await db.execute(sa.delete(BookedTime).where(of_session, start >= ended_at))
    await db.execute(
        sa.update(BookedTime)
        .where(of_session, sa.func.upper(col(BookedTime.during)) > ended_at)
        .values(during=sa.func.tstzrange(start, ended_at, "[)"))
    )


async def release_time_of(db: AsyncSession, session_id: UUID, people: Sequence[UUID]) -> None:
    await db.execute(
        sa.delete(BookedTime).where(
            col(BookedTime.session_id) == session_id, col(BookedTime.person_id).in_(people)
        )
    )


async def participants(db: AsyncSession, session_id: UUID) -> list[Participant]:
    """Everybody of the record of the class, also those who were removed after its room had opened."""
    query = sa.select(Participant).where(col(Participant.session_id) == session_id)
    return list(await db.scalars(query.order_by(col(Participant.role), col(Participant.name))))


async def participants_of_all(db: AsyncSession, session_ids: Collection[UUID]) -> list[Participant]:
    """The participants of several sessions who are expected to come."""
    query = sa.select(Participant).where(
        col(Participant.session_id).in_(session_ids), col(Participant.role) != Role.OBSERVER
    )
    return list(await db.scalars(query))


def class_students(people: Iterable[Participant]) -> tuple[ClassStudent, ...]:
    """The students among these participants."""
    return tuple(
        ClassStudent(person.student_id, identity_of(person.id), person.name)
        for person in people
        if person.role == Role.STUDENT and person.student_id
    )


async def add_observer(db: AsyncSession, session: Session, key: UUID, name: str) -> Participant:
    """Add a guest; a key that was added before gives that guest. Raises TransitionRefused if the class is over."""
    if existing := await db.get(Participant, key):
        return existing
    if session.state in FINAL_STATES:
        raise TransitionRefused("guests can't join a class that is over")
    taken = [person.name for person in await participants(db, session.id)]
    person = Participant(
        id=key,
        organization_id=session.organization_id,
        session_id=session.id,
        role=Role.OBSERVER,
        student_id=None,
        instructor_id=None,
        name=told_apart([name], taken)[0],
    )
    db.add(person)
    await db.flush()
    return person


async def admit_participants(db: AsyncSession, session_id: UUID, at: datetime) -> int:
    """Let the join links of all participants give credentials from now on. Returns the number of participants."""
    statement = (
        sa.update(Participant)
        .where(col(Participant.session_id) == session_id, col(Participant.removed_at).is_(None))
        .values(credentialed_at=at)
    )
    admitted = await db.execute(statement.returning(col(Participant.id)))
    return len(admitted.all())


async def remove_participant(db: AsyncSession, participant_id: UUID, at: datetime | None) -> None:
    """Keep a participant out of the class since `at`; None lets them back in."""
    await db.execute(
        sa.update(Participant).where(col(Participant.id) == participant_id).values(sent_out_at=at)
    )


async def has_been_in_room(db: AsyncSession, session_id: UUID, identity: str, since: datetime | None) -> bool:
    """Whether this person has been in the room of the occurrence that began at `since`."""
    joined_at = sa.func.coalesce(
        col(LiveConnection.announced_at), col(LiveConnection.observed_at), col(LiveConnection.first_at)
    )
    query = sa.select(sa.literal(1)).where(
        col(LiveConnection.session_id) == session_id,
        col(LiveConnection.identity) == identity,
        col(LiveConnection.listed),
    )
    if since is not None:
        query = query.where(joined_at >= since)
    return (await db.execute(query.limit(1))).first() is not None


async def topics(db: AsyncSession, session_id: UUID) -> list[Topic]:
    query = (
        sa.select(Topic)
        .join(SessionTopic, col(SessionTopic.topic_id) == col(Topic.id))
        .where(col(SessionTopic.session_id) == session_id)
        .order_by(col(Topic.position))
    )
    return list(await db.scalars(query))


async def change(db: AsyncSession, session_id: UUID, **values: Any) -> None:
    await db.execute(sa.update(Session).where(col(Session.id) == session_id).values(**values))


async def begin_occurrence(db: AsyncSession, session_id: UUID, room_made_at: datetime) -> None:
    """Let the occurrence of a class that was moved begin with its new room, by the clock of the media server.

    Whoever came into the earlier room, even after the move, is not in this one. A class that was never moved has only
    one room, so all that happens belongs to it.
    """
    await db.execute(
        sa.update(Session)
        .where(col(Session.id) == session_id, col(Session.moves) > 0)
        .values(occurrence_since=room_made_at)
    )


async def enter_state(db: AsyncSession, session_id: UUID, changes: int, **values: Any) -> None:
    """Write the state after so many changes of state. A late call, with fewer changes, changes nothing."""
    await db.execute(
        sa.update(Session)
        .where(col(Session.id) == session_id, col(Session.state_changes) <= changes)
        .values(state_changes=changes, **values)
    )


async def write_timeline(
    db: AsyncSession, organization_id: UUID, session_id: UUID, entries: Sequence[TimelineEntry]
) -> None:
    if not entries:
        return
    rows = [
        {
            "organization_id": organization_id,
            "session_id": session_id,
            "step": entry.step,
            "occasion": entry.occasion,
            "position": _ORDER[entry.step],
            "outcome": entry.outcome,
            "planned_at": entry.planned_at,
            "started_at": entry.started_at,
            "finished_at": entry.finished_at,
            "note": entry.note,
            "revision": entry.revision,
        }
        for entry in entries
    ]
    statement = insert(TimelineRow).values(rows)
    updated = {name: statement.excluded[name] for name in _TIMELINE_VALUES}
    await db.execute(
        statement.on_conflict_do_update(
            index_elements=["session_id", "step", "occasion"],
            set_=updated,
            where=col(TimelineRow.revision) <= statement.excluded.revision,
        )
    )


async def note_running(
    db: AsyncSession, session_id: UUID, entries: Sequence[TimelineEntry], done_at: datetime | None, note: str
) -> None:
    """Write a note to those of these entries that are running, and mark them as done if `done_at` is given."""
    outcome = Outcome.DONE if done_at else Outcome.RUNNING
    for entry in entries:
        await db.execute(
            sa.update(TimelineRow)
            .where(
                col(TimelineRow.session_id) == session_id,
                col(TimelineRow.step) == entry.step,
                col(TimelineRow.occasion) == entry.occasion,
                col(TimelineRow.outcome) == Outcome.RUNNING,
                col(TimelineRow.revision) == entry.revision,
            )
            .values(outcome=outcome, finished_at=done_at, note=note)
        )


async def timeline(db: AsyncSession, session_id: UUID) -> list[TimelineRow]:
    query = sa.select(TimelineRow).where(col(TimelineRow.session_id) == session_id)
    return list(
        await db.scalars(query.order_by(col(TimelineRow.position), col(TimelineRow.planned_at).nulls_last()))
    )


@dataclass(frozen=True)
class Joining:
    """The session and the participant of a join link."""

    session: Session
    participant: Participant


async def joining(db: AsyncSession, session_id: UUID, participant_id: UUID) -> Joining:
    """The class and a participant of it. Raises NotFound, and LinkReplaced for an instructor who was replaced."""
    session = await get_session(db, session_id)
    participant = await db.get(Participant, participant_id)
    if participant and participant.role == Role.INSTRUCTOR and not participant.in_class:
        raise LinkReplaced
    if participant is None or participant.session_id != session_id or not participant.in_class:
        raise NotFound(
            "this person is not in this class",
            next_step="Ask the school, if you think that you should be in it.",
        )
    return Joining(session, participant)


async def tenants_of_sessions(db: AsyncSession, session_ids: Collection[UUID]) -> dict[UUID, UUID]:
    """The organization of each session that exists, read with a function of the schema that may cross tenants."""
    query = sa.text("select id, session_tenant(id) as tenant from unnest(cast(:ids as uuid[])) as id")
    rows = await db.execute(query, {"ids": list(session_ids)})
    return {row.id: row.tenant for row in rows if row.tenant}
