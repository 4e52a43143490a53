"""What an instructor has to do: classes to hold with their briefings, reviews, and what was."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from domain.people.access import Principal
from domain.people.roles import Role
from models.people import Instructor
from models.repositories import documents, entities, own_classes, sessions
from models.repositories.own_classes import OwnClass
from reports.briefings import Sections, read_briefing, with_plan
from services.joining import join_url
from signing.links import LinkSigner

_SOON = timedelta(hours=24)  # "today" in whatever zone the reader is
_AHEAD = timedelta(days=14)
_MOST = 50
_BRIEFED = 5  # the next classes whose briefing is read; later ones change until they are near
_PAST = 30


@dataclass(frozen=True)
class ComingClass:
    of: OwnClass
    join_url: str  # empty: the substitute is not among the participants yet
    students: tuple[str, ...]
    briefing: Sections


@dataclass(frozen=True)
class Teaching:
    instructor: Instructor
    soon: list[ComingClass]
    later: list[ComingClass]
    reviews: list[OwnClass]
    past: list[OwnClass]


async def teaching(db: AsyncSession, who: Principal, links: LinkSigner, now: datetime) -> Teaching:
    assert who.person_id is not None, "an instructor is a person"
    instructor = await entities.get(db, Instructor, who.person_id)
    found = await own_classes.coming(db, who, now, now + _AHEAD, _MOST)
    coming = [
        await _coming(db, one, instructor, links, briefed=place < _BRIEFED) for place, one in enumerate(found)
    ]
    soon = [one for one in coming if one.of.session.starts_at < now + _SOON]
    return Teaching(
        instructor=instructor,
        soon=soon,
        later=coming[len(soon) :],
        reviews=await own_classes.to_review(db, who, _MOST),
        past=await own_classes.past(db, who, now, _PAST),
    )


async def _coming(
    db: AsyncSession, one: OwnClass, instructor: Instructor, links: LinkSigner, *, briefed: bool
) -> ComingClass:
    students = tuple(person.name for person in one.people if person.role == Role.STUDENT)
    briefing: Sections = []
    if briefed:
        topics = [topic.title for topic in await sessions.topics(db, one.session.id)]
        earlier = await documents.latest_briefing(db, one.session.course_id)
        briefing = read_briefing(
            with_plan(earlier, topics=topics, students=students),
            language=instructor.language,
            time_zone=instructor.time_zone,
        )
    return ComingClass(one, _join_url(one, instructor, links), students, briefing)


def _join_url(one: OwnClass, instructor: Instructor, links: LinkSigner) -> str:
    own = next((person for person in one.people if person.instructor_id == instructor.id), None)
    return join_url(links, one.session, own) if own else ""
