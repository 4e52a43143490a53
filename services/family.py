"""What a guardian sees: the next classes of their own children, approved summaries, and what was sent."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from domain.people.access import Principal
from domain.people.roles import Role, identity_of
from domain.record.documentation import Statement, for_family
from models.notice import Notice
from models.people import Guardian, Student
from models.repositories import documents, entities, own_classes, recordings
from models.repositories.own_classes import OwnClass
from services.joining import join_url
from signing.links import LinkSigner

_AHEAD = timedelta(days=60)
_MOST_COMING = 60
_COMING_EACH = 3
_SUMMARIES = 12
_SENT = 20


@dataclass(frozen=True)
class NextClass:
    of: OwnClass
    join_url: str


@dataclass(frozen=True)
class Summary:
    of: OwnClass
    statements: tuple[Statement, ...]


@dataclass(frozen=True)
class Child:
    student: Student
    coming: list[NextClass]
    summaries: list[Summary]


@dataclass(frozen=True)
class Family:
    guardian: Guardian
    children: list[Child]
    sent: list[Notice]


async def family(db: AsyncSession, who: Principal, links: LinkSigner, now: datetime) -> Family:
    assert who.person_id is not None, "a guardian is a person"
    children = await own_classes.children(db, who.person_id)
    own = {child.id for child in children}
    coming = await own_classes.coming(db, who, now, now + _AHEAD, _MOST_COMING)
    summaries = [
        await _summary(db, one, revision, own)
        for one, revision in await own_classes.approved(db, who, _SUMMARIES)
    ]
    return Family(
        guardian=await entities.get(db, Guardian, who.person_id),
        children=[
            Child(child, _next(coming, child, links), [s for s in summaries if _is_in(s.of, child.id)])
            for child in children
        ],
        sent=await own_classes.sent_to(db, who, _SENT),
    )


def _is_in(one: OwnClass, student_id: UUID) -> bool:
    return any(person.student_id == student_id for person in one.people)


def _next(coming: list[OwnClass], child: Student, links: LinkSigner) -> list[NextClass]:
    found = [NextClass(one, _join_url(one, child, links)) for one in coming if _is_in(one, child.id)]
    return found[:_COMING_EACH]


def _join_url(one: OwnClass, child: Student, links: LinkSigner) -> str:
    own = next(person for person in one.people if person.student_id == child.id)
    return join_url(links, one.session, own)


async def _summary(db: AsyncSession, one: OwnClass, revision: int, own: set[UUID]) -> Summary:
    """Without what rests on the words of other people's children, as in the mail."""
    statements = await documents.statements(db, one.session.id, revision)
    speakers = await recordings.speakers(db, one.session.id)
    others = {
        identity_of(person.id)
        for person in one.people
        if person.role == Role.STUDENT and person.student_id not in own
    }
    return Summary(one, for_family(statements, speakers, others=others))
