"""A family says that a student was in a class from which they count as absent: ops get a case with the evidence."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from domain.cases.kinds import ExceptionKind
from domain.errors import LinkExpired
from domain.presence.verdicts import AttendanceStatus
from models.authorship import authorship
from models.database import Database
from models.people import Guardian, Student
from models.record import AttendanceRow
from models.repositories import cases, people, sessions
from models.session import Participant, Session
from services import attendance
from services.attendance import status_of
from services.cases import NewCase, open_case
from services.link_readers import reader_of_mailed_link
from services.organizations import organization
from signing.links import DisputeLink, LinkSigner


@dataclass(frozen=True)
class Dispute:
    """What the page of the link shows."""

    organization: str
    session: Session
    person: Participant
    language: str
    time_zone: str
    present: bool  # by now the student counts as present
    said: bool  # the school has been told, and has not answered yet


class AttendanceDisputes:
    def __init__(self, database: Database, links: LinkSigner) -> None:
        self._database = database
        self._links = links

    async def read(self, token: str, now: datetime) -> Dispute:
        """Read what a link is about; this disputes nothing. Raises LinkInvalid, LinkExpired."""
        link = self._links.read_dispute(token, now)
        async with self._database.tenant(link.organization_id) as db:
            return (await self._read(db, link, now))[0]

    async def dispute(self, token: str, now: datetime) -> Dispute:
        """Say that the student was there; a repeat changes nothing. Raises LinkInvalid, LinkExpired."""
        link = self._links.read_dispute(token, now)
        actor = authorship.get().actor = f"{link.person_kind}:{link.person_id}"
        async with self._database.tenant(link.organization_id) as db:
            read, row = await self._read(db, link, now)
            if not read.present:
                await open_case(db, _case(read, row, actor), now)
            return (await self._read(db, link, now))[0]

    async def _read(
        self, db: AsyncSession, link: DisputeLink, now: datetime
    ) -> tuple[Dispute, AttendanceRow | None]:
        reader = await _reader(db, link)
        joining = await sessions.joining(db, link.session_id, link.participant_id)
        session, person = joining.session, joining.participant
        rows = await attendance.rows(db, session, now)
        row = next((one for one in rows if one.participant_id == person.id), None)
        status = status_of(row, person) if row else person.attendance_status
        open_cases = await cases.open_of_sessions(db, [session.id], [ExceptionKind.ATTENDANCE_DISPUTED])
        read = Dispute(
            (await organization(db)).name,
            session,
            person,
            reader.language,
            reader.time_zone,
            present=status == AttendanceStatus.PRESENT,
            said=any(case.occasion == str(person.student_id) for case in open_cases),
        )
        return read, row


async def _reader(db: AsyncSession, link: DisputeLink) -> Guardian | Student:
    reader = await reader_of_mailed_link(db, link.person_kind, link.person_id, link.fingerprint)
    person = await db.get(Participant, link.participant_id)
    student_id = person.student_id if person else None
    own = await people.children_of(db, reader.id) if isinstance(reader, Guardian) else [reader.id]
    if student_id not in own:
        raise LinkExpired("this link is about a student whose messages you no longer get")
    return reader


def _case(read: Dispute, row: AttendanceRow | None, actor: str) -> NewCase:
    """With the evidence as ids, times and numbers: what was measured, and by how many connections."""
    person, session = read.person, read.session
    detail = {
        "student_id": str(person.student_id),
        "participant_id": str(person.id),
        "raised_by": actor,
        "class_from": session.starts_at.isoformat(),
        "class_until": (session.ended_at or session.ends_at).isoformat(),
    }
    if row:
        detail |= {
            "measured_status": row.status or "",
            "attended_seconds": f"{row.seconds:.0f}",
            "connections": str(len(row.connections)),
        }
        detail |= {"first_joined_at": row.first_joined_at.isoformat()} if row.first_joined_at else {}
        detail |= {"last_left_at": row.last_left_at.isoformat()} if row.last_left_at else {}
    kind, occasion = ExceptionKind.ATTENDANCE_DISPUTED, str(person.student_id)
    return NewCase.about_session(session.organization_id, session.id, kind, occasion, detail, actor)
