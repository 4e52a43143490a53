"""Mails to those who have not come to a class: to its instructor, and to the families of its students.

The room watch writes the rows of all classes of an organization at once, without their texts. The text is written when
the mail is delivered (services/class_mails.py), which withdraws it if the person has come in the meantime.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from domain.notices.kinds import DeliveryState, NoticeKind, notice_id, notice_key, person_in
from domain.subjects import SubjectKind
from models.notice import Notice
from models.repositories import notices, people, sessions
from models.session import Participant
from services.recipients import Recipient, absent_from, families, instructor_alone

_MISSED_AFTER = timedelta(minutes=10)  # the end of the class
_MISSED_WITHIN = timedelta(days=1)


async def remind_instructors(
    db: AsyncSession,
    wanted: Sequence[tuple[Participant, NoticeKind]],
    starts: Mapping[UUID, datetime],
    deliver_by: Mapping[UUID, datetime],
    now: datetime,
) -> None:
    """Write one mail of a kind for each of these instructors, for this start of their class; a repeat writes none.

    `starts` and `deliver_by` are by session.
    """
    teachers = await people.instructors_by_id(
        db, [person.instructor_id for person, _ in wanted if person.instructor_id]
    )
    rows = [
        _notice(kind, person, instructor_alone(teacher), "", starts, deliver_by, now)
        for person, kind in wanted
        if person.instructor_id and (teacher := teachers.get(person.instructor_id))
    ]
    await notices.prepare_deliveries(db, rows)


async def tell_families_of_absent(
    db: AsyncSession,
    absent: Sequence[Participant],
    starts: Mapping[UUID, datetime],
    deliver_by: Mapping[UUID, datetime],
    now: datetime,
) -> None:
    """Write a mail to everybody who reads for an absent student, one about each; a repeat writes none."""
    rows = []
    for once in _each_student_once(absent):
        rows += [
            _notice(NoticeKind.ABSENCE, child, reader, str(child.id), starts, deliver_by, now)
            for reader in await families(db, once)
            for child in reader.participants
        ]
    await notices.prepare_deliveries(db, rows)


async def tell_families_of_missed(db: AsyncSession, session_id: UUID, now: datetime) -> None:
    """Write a mail about each student who counts as absent from a class that has ended; each is told of once.

    They wait for what the recorder still stores, which may show that somebody was there, and for a reopening.
    """
    session = await sessions.get_session(db, session_id)
    if session.live_at is None or session.ended_at is None:
        return
    people_in_class = [one for one in await sessions.participants(db, session_id) if one.in_class]
    absent = await absent_from(db, session, people_in_class, now)
    told = {
        (row.recipient_id, person_in(row.key))
        for row in await notices.about_start(db, session_id, [NoticeKind.MISSED], session.starts_at)
        if row.state != DeliveryState.WITHDRAWN
    }
    starts, due = {session_id: session.starts_at}, session.ended_at + _MISSED_AFTER
    rows = [
        _notice(
            NoticeKind.MISSED,
            child,
            reader,
            f"{child.id} {session.ended_at.isoformat()}",
            starts,
            {session_id: due},
            due,
        )
        for reader in await families(db, absent)
        for child in reader.participants
        if (reader.id, str(child.id)) not in told
    ]
    for row in rows:
        row.created_at, row.deliver_by = now, row.send_after + _MISSED_WITHIN
    await notices.prepare_deliveries(db, rows)


def _each_student_once(people_of_classes: Sequence[Participant]) -> list[list[Participant]]:
    """One list, unless a class runs into the next one of the same student."""
    by_student: dict[UUID | None, list[Participant]] = defaultdict(list)
    for person in people_of_classes:
        by_student[person.student_id].append(person)
    longest = max((len(own) for own in by_student.values()), default=0)
    return [[own[turn] for own in by_student.values() if turn < len(own)] for turn in range(longest)]


def _notice(
    kind: NoticeKind,
    person: Participant,
    reader: Recipient,
    occasion: str,
    starts: Mapping[UUID, datetime],
    deliver_by: Mapping[UUID, datetime],
    now: datetime,
) -> Notice:
    starts_at = starts[person.session_id]
    key = notice_key(person.session_id, kind, reader.id, occasion, starts_at)
    return Notice(
        id=notice_id(key),
        organization_id=person.organization_id,
        key=key,
        subject_kind=SubjectKind.SESSION,
        subject_id=person.session_id,
        kind=kind,
        recipient_kind=reader.kind,
        recipient_id=reader.id,
        address=reader.address,
        subject="",
        html="",
        text="",
        class_starts_at=starts_at,
        send_after=reader.send_at(kind, now, starts_at),
        deliver_by=deliver_by[person.session_id],
        created_at=now,
    )
