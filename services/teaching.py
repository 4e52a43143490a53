"""An instructor's view: upcoming classes with their briefings, reviews due, and past classes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from domain.people.access import Principal
from domain.people.roles import Role
from domain.scheduling.swaps import SwapState
from domain.sessions.states import SessionState
from models.class_file import ClassFile
from models.people import Instructor
from models.repositories import class_files, documents, entities, own_classes, sessions
from models.repositories.own_classes import OwnClass
from reports.briefings import Sections, read_briefing, with_plan
from services import open_classes, swaps
from services.joining import join_url
from services.organizations import organization, self_service_policy_of
from services.presence_ahead import expected_and_excused
from services.substitute_briefings import with_history
from signing.links import LinkSigner

_SOON = timedelta(hours=24)
_AHEAD = timedelta(days=14)
_MAX_CLASSES = 200
_MAX_BRIEFINGS = 5  # of the next classes; later briefings still change
_MAX_PAST = 30


@dataclass(frozen=True)
class ComingClass:
    of: OwnClass
    join_url: str  # empty: the substitute is not among the participants yet
    students: tuple[str, ...]
    briefing: Sections
    files: tuple[ClassFile, ...] = ()
    checked_in: bool = False
    may_check_in: bool = False
    may_swap: bool = False  # offer it to a colleague
    offered_to: str = ""  # the colleague to whom it is offered


@dataclass(frozen=True)
class Teaching:
    instructor: Instructor
    soon: list[ComingClass]
    later: list[ComingClass]
    reviews: list[OwnClass]
    past: list[OwnClass]
    swaps_asked: int  # offers of colleagues that wait for an answer
    volunteers_asked: int  # classes open to volunteers that the instructor can take


async def teaching(db: AsyncSession, who: Principal, links: LinkSigner, now: datetime) -> Teaching:
    """The view of an instructor, who is the caller."""
    assert who.person_id is not None, "an instructor is a person"
    instructor = await entities.get(db, Instructor, who.person_id)
    classes = await own_classes.coming(db, who, now, now + _AHEAD, _MAX_CLASSES)
    files = await class_files.of_sessions(db, [own_class.session.id for own_class in classes])
    coming = [
        await _coming(
            db, own_class, instructor, links, now, with_briefing=index < _MAX_BRIEFINGS, files=files
        )
        for index, own_class in enumerate(classes)
    ]
    policy = self_service_policy_of(await organization(db))
    open_swaps = [
        row for row in await swaps.own(db, instructor.id, now) if row.state(now) == SwapState.OFFERED
    ]
    offered = {
        row.session.id: row.offered_to.name for row in open_swaps if row.offered_by.id == instructor.id
    }
    coming = [
        replace(
            one,
            may_swap=one.of.session.state == SessionState.SCHEDULED
            and policy.may_swap(one.of.session.starts_at, now),
            offered_to=offered.get(one.of.session.id, ""),
        )
        for one in coming
    ]
    soon = [coming_class for coming_class in coming if coming_class.of.session.starts_at < now + _SOON]
    return Teaching(
        instructor=instructor,
        soon=soon,
        later=coming[len(soon) :],
        reviews=await own_classes.to_review(db, who, _MAX_CLASSES),
        past=await own_classes.past(db, who, now, _MAX_PAST),
        swaps_asked=len(open_swaps) - len(offered),
        volunteers_asked=await open_classes.count_of_calls(db, instructor.id, now),
    )


async def _coming(
    db: AsyncSession,
    own_class: OwnClass,
    instructor: Instructor,
    links: LinkSigner,
    now: datetime,
    *,
    with_briefing: bool,
    files: Mapping[UUID, Sequence[ClassFile]],
) -> ComingClass:
    students = tuple(person.name for person in own_class.people if person.role == Role.STUDENT)
    expected, excused = expected_and_excused(own_class.people, own_class.session.starts_at)
    briefing: Sections = []
    if with_briefing:
        topics = [topic.title for topic in await sessions.topics(db, own_class.session.id)]
        earlier = await documents.latest_briefing(db, own_class.session.course_id)
        planned = with_plan(earlier, topics=topics, students=expected, excused=excused)
        briefing = read_briefing(
            await with_history(db, own_class.session, planned),
            language=instructor.language,
            time_zone=instructor.time_zone,
            now=now,
        )
    own_files = tuple(files.get(own_class.session.id, ()))
    session = own_class.session
    own = next((person for person in own_class.people if person.instructor_id == instructor.id), None)
    checked_in = own is not None and own.has_checked_in(session.starts_at)
    return ComingClass(
        own_class,
        join_url(links, session, own) if own else "",
        students,
        briefing,
        own_files,
        checked_in,
        may_check_in=own is not None and not checked_in and now < session.starts_at,
    )
